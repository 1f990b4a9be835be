"""POST /mcp: the Model Context Protocol over HTTP, one answer to a request, nothing kept between.

https://modelcontextprotocol.io/specification: streamable HTTP without sessions. Whoever asks
stands at the same door as everywhere, with every request, and what is asked goes the one path of
every operation: permissions, points, stages and the time limit are those of /graphql.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, cast

from graphql import OperationDefinitionNode, OperationType, parse
from starlette.requests import ClientDisconnect, Request
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send
from strawberry.schema import BaseSchema
from strawberry.types import ExecutionResult

from app.http.answers import error_answer
from app.http.body import whole_body
from app.http.errors import tell
from app.http.execution import BY_GET, BY_POST, Call, Execution
from app.http.graphql_answers import content_of
from app.http.graphql_requests import Asked
from app.http.knocks import admit
from app.http.request_id import request_id_of
from app.http.services import NamedOperation, services_of
from app.mcp.tools import CLIENT, Tool, tools_of
from core.errors import BadInput, LiftosError
from core.scope import TenantScope
from core.settings import Settings
from graph.context import Context
from graph.executor.rendered import encoded
from graph.operation_variables import checked, variables_of
from graph.schema import LiftosSchema

if TYPE_CHECKING:
    from app.mcp.server import Told

PATH: Final = "/mcp"
MUTATIONS: Final = "mutations"
MOST_BYTES: Final = 100_000
"""Of one answer: what is longer fills an assistant's memory and is better asked in parts."""


def mcp_route(schema: BaseSchema, execution: Execution, settings: Settings) -> Route:
    """The route."""
    return Route(PATH, _Endpoint(schema, execution, settings), methods=["POST"])


@dataclass(frozen=True, slots=True)
class _Caller:
    """One request, and whose it is."""

    request: Request
    scope: TenantScope
    schema: LiftosSchema
    execution: Execution
    takes_mutations: bool

    async def listed(self) -> tuple[Tool, ...]:
        """The tools that this caller's organisation has."""
        services = services_of(self.request)
        context = cast("Context", services.contexts(self.scope, request_id_of(self.request)))
        try:
            return await tools_of(
                context.session, self.schema.graphql, takes_mutations=self.takes_mutations
            )
        finally:
            context.close()

    async def call(self, name: str, given: Mapping[str, Any]) -> Told:
        """What the operation of that name answers; an error is told so that it can be mended."""
        told = _protocol().Told
        try:
            found = await self._operation(name)
            document = parse(found.document)
            variables = checked(variables_of(self.schema.graphql, document), given)
            result = await self._carried_out(found, variables)
        except LiftosError as error:
            shown = tell(error)
            return cast("Told", told(shown.message + _mend(shown.mend), is_error=True))
        return cast("Told", told(*_answered(result)))

    async def _operation(self, name: str) -> NamedOperation:
        found = await services_of(self.request).operations.named(self.scope, CLIENT, name)
        if not self.takes_mutations and _kind(found.document) is OperationType.MUTATION:
            raise BadInput(
                f"{name} changes something, and this connection only reads",
                field=MUTATIONS,
                mend=f"connect to {PATH}?{MUTATIONS}=allow if that is meant",
            )
        return found

    async def _carried_out(
        self, found: NamedOperation, variables: dict[str, object]
    ) -> ExecutionResult:
        asked = Asked(query=None, variables=variables, document_id=found.id)
        allowed = BY_POST if self.takes_mutations else BY_GET
        return await self.execution.answer(Call(self.request, self.scope, asked, allowed))


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """An ASGI app, for the protocol's own writes its answers by itself."""

    schema: BaseSchema
    execution: Execution
    settings: Settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the caller in, then let the protocol speak."""
        request = Request(scope, receive)
        try:
            body = await whole_body(request, self.settings.request_max_bytes)
            caller = await self._caller(request, body)
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001 - whoever is not let in is told as everywhere
            await error_answer(request, error)(scope, receive, send)
            return
        server = _protocol().server_of(caller.listed, caller.call)
        manager = _manager()(server, json_response=True, stateless=True)
        async with manager.run():
            await manager.handle_request(scope, partial(_again, iter([body])), send)

    async def _caller(self, request: Request, body: bytes) -> _Caller:
        scope = await admit(request, hashlib.sha256(body).hexdigest())
        told = request.query_params.get(MUTATIONS)
        if told not in {None, "allow"}:
            raise BadInput(f"{MUTATIONS} is {told!r}", field=MUTATIONS, mend="allow, or left out")
        schema = cast("LiftosSchema", self.schema)
        return _Caller(request, scope, schema, self.execution, told is not None)


async def _again(bodies: Any) -> Message:
    """The body that was read, once more; then nothing until the sender is gone."""
    body = next(bodies, None)
    if body is None:
        return {"type": "http.disconnect"}
    return {"type": "http.request", "body": body, "more_body": False}


def _answered(result: ExecutionResult) -> tuple[str, bool]:
    content = content_of(result)
    errors = cast("list[dict[str, Any]]", content.get("errors") or [])
    if errors:
        return "\n".join(map(_sentence, errors)), True
    text = encoded(content["data"]).decode()
    if len(text) > MOST_BYTES:
        return f"the answer has {len(text):,} bytes: ask for fewer rows, or fewer days", True
    return text, False


def _sentence(error: Mapping[str, Any]) -> str:
    told = error.get("extensions") or {}
    return f"{error['message']} ({told.get('code')}){_mend(told.get('mend'))}"


def _mend(mend: str | None) -> str:
    return f": {mend}" if mend else ""


def _kind(document: str) -> OperationType:
    return next(
        each.operation
        for each in parse(document).definitions
        if isinstance(each, OperationDefinitionNode)
    )


@cache
def _protocol() -> Any:
    """The SDK is read in with the first request: servers that nobody asks so do without it."""
    return import_module("app.mcp.server")


@cache
def _manager() -> Any:
    return import_module("mcp.server.streamable_http_manager").StreamableHTTPSessionManager
