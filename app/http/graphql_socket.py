"""graphql-transport-ws: who may open a socket, what may be said on it, when it ends.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, cast

import structlog
from graphql import GraphQLError
from starlette.websockets import WebSocket
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    Message,
)

from app.http.graphql_requests import asked_in
from app.http.knocks import EMPTY_SHA256, admit
from app.http.request_id import request_id_of
from app.http.services import services_of
from core.errors import BadInput, NotRegistered, Transient, Unauthenticated
from core.scope import TenantScope

FORBIDDEN = 4403
TOO_MANY_INITS = 4429
TRY_AGAIN_LATER = 1013


class Socket(BaseGraphQLTransportWSHandler[object, None]):
    """One socket. It ends with the credentials that opened it (4403: come back with new ones)."""

    scope: TenantScope | None = None
    expiry: asyncio.Task[None] | None = None

    async def handle_message(self, message: Message) -> None:
        """Handle a message of the right shape; close the socket with 4400 on any other."""
        fault = _fault(message)
        if fault is None:
            await super().handle_message(_with_document(message))
        else:
            await self.handle_invalid_message(fault)

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """Let the caller in by the credentials in the payload or in the handshake."""
        if self.connection_timed_out:
            return
        if self.connection_init_received:
            await self.websocket.close(TOO_MANY_INITS, "Too many initialisation requests")
            return
        self.connection_init_received = True
        if self.connection_init_timeout_task:
            self.connection_init_timeout_task.cancel()
        try:
            self.scope = await self._enter(cast("dict[str, object]", message.get("payload") or {}))
        except Unauthenticated as error:
            await self.websocket.close(FORBIDDEN, f"Forbidden: {error.message}")
        except Transient:
            await self.websocket.close(TRY_AGAIN_LATER, "Try again later")
        else:
            await self._acknowledge(self.scope)

    async def run_operation(self, operation: Operation[object, None]) -> None:
        """Run one operation in a context of its own, so that it starts with empty loaders."""
        # Nothing is awaited between this line and the reading of `self.context` above us.
        self.context = self._context()
        await super().run_operation(operation)

    async def shutdown(self) -> None:
        """End every operation and the wait for the credentials' end."""
        if self.expiry is not None:
            self.expiry.cancel()
            with suppress(asyncio.CancelledError):
                await self.expiry
        await super().shutdown()

    async def handle_task_exception(self, error: Exception) -> None:
        """Log what no resolver's error handling caught."""
        structlog.get_logger().error("operation_failed", exc_info=error)

    @staticmethod
    def _get_pre_execution_close_reason(error: GraphQLError) -> str | None:
        """Never close the socket for a document at fault: the operation alone ends."""
        del error
        return None

    @property
    def _connection(self) -> WebSocket:
        return cast("Any", self.websocket).ws  # type: ignore[no-any-return]

    async def _enter(self, payload: dict[str, object]) -> TenantScope:
        sent = [(name, value) for name, value in payload.items() if isinstance(value, str)]
        return await admit(self._connection, EMPTY_SHA256, sent)

    async def _acknowledge(self, scope: TenantScope) -> None:
        if scope.expires_at is not None:
            self.expiry = asyncio.create_task(self._end_at(scope.expires_at))
        await self.send_message({"type": "connection_ack"})
        self.connection_acknowledged = True

    async def _end_at(self, moment: datetime) -> None:
        await asyncio.sleep((moment - datetime.now(UTC)).total_seconds())
        await self.websocket.close(FORBIDDEN, "Forbidden: the credentials have expired")

    def _context(self) -> object:
        if self.scope is None:
            raise Unauthenticated("credentials are missing")
        connection = self._connection
        return services_of(connection).contexts(self.scope, request_id_of(connection))


def _fault(message: object) -> str | None:
    """What is wrong with a message's shape, if anything."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return "a message is an object with a type"
    kind, payload = message["type"], message.get("payload")
    if kind in {"subscribe", "complete"} and not (
        isinstance(message.get("id"), str) and message["id"]
    ):
        return f"a {kind} message has an id"
    if kind == "subscribe":
        return _operation_fault(payload)
    if payload is not None and not isinstance(payload, dict):
        return "a payload is an object"
    return None


def _operation_fault(payload: object) -> str | None:
    try:
        asked_in(payload)
    except (BadInput, NotRegistered) as error:
        return error.message
    return None


def _with_document(message: Message) -> Message:
    """The message with the document that it names, if it names one."""
    if message["type"] != "subscribe":
        return message
    payload = message["payload"]
    return {**message, "payload": {**payload, "query": asked_in(payload).query}}
