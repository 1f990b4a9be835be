"""The GraphQL endpoint: POST and GET by GraphQL over HTTP, sockets by graphql-transport-ws.

Strawberry's ASGI view carries the sockets. Requests take a path of our own through the same
schema, because its HTTP view answers neither media types nor statuses as the specification
asks, and its FastAPI router keeps one request's response on an object that all requests share.
"""

from __future__ import annotations

import hashlib
from http import HTTPStatus

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import MissingQueryError
from strawberry.http import process_result
from strawberry.schema import BaseSchema
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from app.http.answers import note
from app.http.body import whole_body
from app.http.errors import Refusal, tell
from app.http.graphiql import page
from app.http.graphql_media import GRAPHQL_RESPONSE, JSON, media_type_for, wants_page
from app.http.graphql_requests import Asked, asked_in_body, asked_in_url, require_json
from app.http.graphql_socket import Socket
from app.http.knocks import admit
from app.http.request_id import request_id_of
from app.http.services import services_of
from core.errors import BadInput

METHODS = "GET, POST"
BY_GET = frozenset({OperationType.QUERY})
BY_POST = frozenset({OperationType.QUERY, OperationType.MUTATION})


class GraphQLEndpoint(GraphQL[object, None]):
    """One schema at one address."""

    graphql_transport_ws_handler_class = Socket

    def __init__(self, schema: BaseSchema, request_max_bytes: int) -> None:
        super().__init__(
            schema, graphql_ide=None, subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL]
        )
        self._request_max_bytes = request_max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or carry one socket."""
        if scope["type"] == "http":
            response = await self._respond(Request(scope, receive))
            await response(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> object:
        """Nothing yet: a socket's context comes with its credentials, see `Socket`."""

    def decode_json(self, data: str | bytes) -> object:
        """Strict JSON: no NaN, no lone surrogates."""
        return orjson.loads(data)

    def encode_json(self, data: object) -> str:
        """JSON as text, which is what sockets carry."""
        return orjson.dumps(data).decode()

    async def _respond(self, request: Request) -> Response:
        if _is_for_page(request):
            return page()
        media_type = JSON
        try:
            media_type = media_type_for(request.headers.get("accept"))
            return _answer(await self._execute(request), media_type)
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer is GraphQL's
            return _error(request, error, media_type)

    async def _execute(self, request: Request) -> ExecutionResult:
        body = await self._body(request)
        scope = await admit(request, hashlib.sha256(body).hexdigest())
        asked = asked_in_url(request) if request.method == "GET" else asked_in_body(body)
        request.state.operation = asked.operation_name
        context = services_of(request).contexts(scope, request_id_of(request))
        return await self._run(request, asked, context)

    async def _body(self, request: Request) -> bytes:
        if request.method == "POST":
            require_json(request)
        elif request.method != "GET":
            raise _method_refused("GraphQL is asked by GET or POST", METHODS)
        return await whole_body(request, self._request_max_bytes)

    async def _run(self, request: Request, asked: Asked, context: object) -> ExecutionResult:
        allowed = BY_GET if request.method == "GET" else BY_POST
        try:
            return await self.schema.execute(
                asked.query,
                variable_values=asked.variables,
                context_value=context,
                operation_name=asked.operation_name,
                allowed_operation_types=allowed,
                operation_extensions=asked.extensions,
            )
        except InvalidOperationTypeError as error:
            raise _wrong_operation(error) from error
        except (CannotGetOperationTypeError, MissingQueryError) as error:
            raise BadInput(
                "the document holds no such operation",
                field="operationName",
                mend="name one of the document's operations",
            ) from error


def _is_for_page(request: Request) -> bool:
    asks = {"query", "documentId", "extensions"} & set(request.query_params)
    is_bare = request.method == "GET" and not asks
    return is_bare and wants_page(request.headers.get("accept"))


def _wrong_operation(error: InvalidOperationTypeError) -> Refusal | BadInput:
    if error.operation_type is OperationType.SUBSCRIPTION:
        return BadInput(
            "subscriptions are not carried by plain HTTP",
            mend=f"open a WebSocket with the protocol {GRAPHQL_TRANSPORT_WS_PROTOCOL}",
        )
    return _method_refused("only queries may be sent by GET", "POST")


def _method_refused(message: str, allowed: str) -> Refusal:
    return Refusal(
        HTTPStatus.METHOD_NOT_ALLOWED, message, mend=f"use {allowed}", headers={"Allow": allowed}
    )


def _answer(result: ExecutionResult, media_type: str) -> Response:
    content = dict(process_result(result))
    is_request_error = isinstance(result, PreExecutionError)
    if is_request_error:
        content.pop("data", None)
    status = 400 if is_request_error and media_type == GRAPHQL_RESPONSE else 200
    return _response(status, content, media_type)


def _error(request: Request, error: Exception, media_type: str) -> Response:
    told = tell(error)
    note(error, told)
    response = _response(told.status, told.graphql_body(request_id_of(request)), media_type)
    response.headers.update(told.headers)
    return response


def _response(status: int, content: object, media_type: str) -> Response:
    return Response(
        orjson.dumps(content),
        status,
        headers={"Vary": "Accept"},
        media_type=f"{media_type}; charset=utf-8",
    )
