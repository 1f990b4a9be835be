"""graphql-transport-ws: one socket that carries many operations.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack, aclosing, suppress
from dataclasses import dataclass
from typing import assert_never

import structlog
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from app.http.execution import Call, Execution, refused
from app.http.graphql_answers import content_of
from app.http.knocks import EMPTY_SHA256, admit
from app.http.origins import Origins
from app.http.services import services_of
from app.http.socket_messages import (
    Complete,
    ConnectionInit,
    Ping,
    Pong,
    Said,
    Subscribe,
    message_in,
)
from app.http.stream_bounds import STALLED, StreamBounds
from app.identity.standing import Ending, has_expired
from core.errors import BadInput, Conflict, Transient, Unauthenticated
from core.scope import TenantScope
from graph.executor.rendered import encoded

PROTOCOL = "graphql-transport-ws"
LONGEST_REASON = 123
"""Bytes that a close frame has room for."""


@dataclass(frozen=True, slots=True)
class Close:
    """How a socket is closed. Clients come back by themselves after 1013, 4403 and 4408."""

    code: int
    reason: str

    @property
    def told(self) -> str:
        """The reason, cut to what a close frame holds."""
        return self.reason.encode()[:LONGEST_REASON].decode("utf-8", "ignore")


UNAUTHORIZED = Close(4401, "Unauthorized")
UNKNOWN_PROTOCOL = Close(4406, "Subprotocol not acceptable")
INIT_TIMEOUT = Close(4408, "Connection initialisation timeout")
TOO_MANY_INITS = Close(4429, "Too many initialisation requests")
TRY_AGAIN_LATER = Close(1013, "Try again later")
FAILED = Close(1011, "Internal error")
SLOW = Close(1013, f"Try again later: {STALLED}")


class Socket:
    """One open socket.

    Ends by whichever comes first: the client leaves or breaks the protocol, reads too slowly,
    or the credentials that opened it no longer hold.
    """

    def __init__(self, websocket: WebSocket, execution: Execution, bounds: StreamBounds) -> None:
        self._websocket = websocket
        self._execution = execution
        self._bounds = bounds
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[Close | None] = self._loop.create_future()
        self._is_greeted = False
        self._scope: TenantScope | None = None
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._watch = ExitStack()

    async def serve(self) -> None:
        """Carry the socket until it ends."""
        patience = self._loop.call_later(self._bounds.init_seconds, self._time_out)
        reading = asyncio.create_task(self._read())
        try:
            farewell = await self._ended
        finally:
            patience.cancel()
            self._watch.close()
            await _stopped(reading, *self._tasks)
        if farewell is not None:
            await self._close(farewell)

    async def _read(self) -> None:
        """Take one message after the other: what is not taken waits at the sender's."""
        try:
            while not self._ended.done():
                frame = await self._websocket.receive()
                if frame["type"] == "websocket.disconnect":
                    break
                await self._take(frame.get("text"))
        except WebSocketDisconnect:
            pass
        except BadInput as error:
            self._end(Close(4400, error.message))
        except Exception as error:  # noqa: BLE001 - a socket ends with a code, whatever it was
            structlog.get_logger().error("socket_failed", exc_info=error)
            self._end(FAILED)
        self._end(None)

    async def _take(self, text: str | None) -> None:
        if text is None:
            raise BadInput("a message is text")
        said: Said = message_in(text)
        match said:
            case ConnectionInit():
                await self._greet(said)
            case Subscribe():
                await self._subscribe(said)
            case Complete():
                self._complete(said.id)
            case Ping():
                await self._say("pong", **({"payload": said.payload} if said.payload else {}))
            case Pong():
                pass
            case _:
                assert_never(said)

    async def _greet(self, said: ConnectionInit) -> None:
        """Let the caller in by the credentials in the payload or in the handshake."""
        if self._is_greeted:
            self._end(TOO_MANY_INITS)
            return
        self._is_greeted = True
        sent = [(name, value) for name, value in said.payload.items() if isinstance(value, str)]
        try:
            self._scope = await admit(self._websocket, EMPTY_SHA256, sent)
        except Unauthenticated as error:
            self._end(_forbidden(error.message))
        except Transient:
            self._end(TRY_AGAIN_LATER)
        else:
            standing = services_of(self._websocket).standing
            self._watch.enter_context(standing.watch(self._scope, self._expel))
            await self._say("connection_ack")

    def _expel(self, why: Ending) -> None:
        self._end(TRY_AGAIN_LATER if why is Ending.UNCHECKED else _forbidden(why.value))

    async def _subscribe(self, said: Subscribe) -> None:
        if self._scope is None:
            self._end(UNAUTHORIZED)
        elif said.id in self._operations:
            self._end(Close(4409, f"Subscriber for {said.id} already exists"))
        else:
            await self._begin(said.id, Call(self._websocket, self._scope, said.asked))

    async def _begin(self, name: str, call: Call) -> None:
        # One that was completed counts until it has let go of what it held.
        if len(self._tasks) >= self._bounds.operations:
            error = Conflict(
                f"{self._bounds.operations} operations are open on this socket",
                mend="complete some of them first, or open another socket",
            )
            await self._fail(name, refused(error, call.request_id))
            return
        task = self._operations[name] = asyncio.create_task(self._run(name, call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, name: str, call: Call) -> None:
        """Tell an operation's results. Its own end never ends the socket."""
        try:
            failure = await self._tell(name, call)
        except WebSocketDisconnect:
            self._end(None)
            return
        except Exception as error:  # noqa: BLE001 - whatever it was, the others go on
            failure = refused(error, call.request_id)
        finally:
            self._release(name)
        if failure is not None:
            await self._fail(name, failure)
        elif not has_expired(call.scope):
            await self._say("complete", id=name)

    async def _tell(self, name: str, call: Call) -> PreExecutionError | None:
        """Every result; what kept the operation from beginning, if anything did."""
        is_begun = False
        async with aclosing(self._execution.stream(call)) as results:
            async for result in results:
                if isinstance(result, PreExecutionError) and not is_begun:
                    return result
                await self._say("next", id=name, payload=content_of(result))
                is_begun = True
        return None

    async def _fail(self, name: str, result: ExecutionResult) -> None:
        errors = [error.formatted for error in result.errors or ()]
        await self._say("error", id=name, payload=errors)

    def _release(self, name: str) -> None:
        """The id may be taken again, before the client hears of the operation's end."""
        if self._operations.get(name) is asyncio.current_task():
            del self._operations[name]

    def _complete(self, name: str) -> None:
        if (task := self._operations.pop(name, None)) is not None:
            task.cancel()

    async def _say(self, kind: str, **parts: object) -> None:
        message: Mapping[str, object] = {**parts, "type": kind}
        text = encoded(message).decode()
        try:
            async with asyncio.timeout(self._bounds.stall_seconds):
                await self._websocket.send_text(text)
        except TimeoutError:
            self._end(SLOW)
            raise WebSocketDisconnect(SLOW.code) from None

    def _time_out(self) -> None:
        if not self._is_greeted:
            self._end(INIT_TIMEOUT)

    def _end(self, farewell: Close | None) -> None:
        """End the socket, with a close frame unless the client has left; the first one counts."""
        if not self._ended.done():
            self._ended.set_result(farewell)

    async def _close(self, farewell: Close) -> None:
        # The frame waits behind what a slow reader has not taken yet; not for ever.
        with suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
            async with asyncio.timeout(self._bounds.stall_seconds):
                await self._websocket.close(farewell.code, farewell.told)


class SocketEndpoint:
    """Opens sockets."""

    def __init__(self, execution: Execution, bounds: StreamBounds, origins: Origins) -> None:
        self._execution = execution
        self._bounds = bounds
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry one socket, if its page may open one and speaks the protocol."""
        websocket = WebSocket(scope, receive, send)
        if self._origins.is_from_elsewhere(websocket.headers):
            # Before it is accepted, closing answers the handshake with 403.
            await websocket.close()
        elif PROTOCOL not in scope["subprotocols"]:
            # Browsers show a code only of a socket that was opened.
            await websocket.accept()
            await websocket.close(UNKNOWN_PROTOCOL.code, UNKNOWN_PROTOCOL.reason)
        else:
            await websocket.accept(PROTOCOL)
            await Socket(websocket, self._execution, self._bounds).serve()


def _forbidden(why: str) -> Close:
    return Close(4403, f"Forbidden: {why}")


async def _stopped(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
