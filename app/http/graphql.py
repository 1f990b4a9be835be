"""The GraphQL endpoint: POST and GET by GraphQL over HTTP, answered at once or as a stream.

Requests take a path of our own through the schema, because Strawberry's HTTP view answers
neither media types nor statuses as the specification asks, and its FastAPI router keeps one
request's response on an object that all requests share.
"""

from __future__ import annotations

import hashlib

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.http.body import whole_body
from app.http.errors import method_refused
from app.http.execution import BY_CHANGE, BY_GET, BY_POST, BY_STREAM, Call, Execution
from app.http.graphiql import page
from app.http.graphql_answers import batch_answer, refusal
from app.http.graphql_batch import answer_batch, batch_in
from app.http.graphql_media import JSON, media_type_for, wants_page
from app.http.graphql_requests import asked_in, asked_in_url, require_json
from app.http.knocks import admit
from app.http.leaving import while_present
from app.http.revalidation import answer_again
from app.http.stream_bounds import StreamBounds
from app.http.stream_media import framing_for
from app.http.streamed import Framing, StreamedAnswer
from app.http.strict_json import strict_json
from core.settings import Settings
from resolvers.following import resumed_at

NO_CONTENT = 204
LAST_SEEN = "Last-Event-ID"
METHODS = "GET, HEAD, OPTIONS, POST"
SAFE = frozenset({"GET", "HEAD"})
CAPABILITIES = {"Allow": METHODS, "Accept-Post": JSON}


class GraphQLEndpoint:
    """One schema at one address."""

    def __init__(self, execution: Execution, settings: Settings) -> None:
        self._request_max_bytes = settings.request_max_bytes
        self._batch_max_operations = settings.batch_max_operations
        self._bounds = StreamBounds.of(settings)
        self.execution = execution

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, at once or as a stream."""
        response = await self._respond(Request(scope, receive))
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> ASGIApp:
        if request.method == "OPTIONS":
            return Response(status_code=NO_CONTENT, headers=CAPABILITIES)
        if _is_for_page(request):
            return page()
        media_type = JSON
        try:
            framing = framing_for(request.headers.get("accept"))
            if framing is not None:
                return await self._stream(request, framing)
            media_type = media_type_for(request.headers.get("accept"))
            return await self._answer(request, media_type)
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer is GraphQL's
            return refusal(request, error, media_type)

    async def _answer(self, request: Request, media_type: str) -> Response:
        body = await self._body(request)
        async with while_present(request):
            return await self._answered(request, body, media_type)

    async def _answered(self, request: Request, body: bytes, media_type: str) -> Response:
        scope = await admit(request, hashlib.sha256(body).hexdigest())
        if request.method in SAFE:
            call = Call(request, scope, asked_in_url(request), BY_GET)
        else:
            fields = strict_json(body, "the body")
            if isinstance(fields, list):
                batch = batch_in(fields, self._batch_max_operations)
                results = await answer_batch(self.execution, request, scope, batch)
                return batch_answer(results, media_type)
            call = Call(request, scope, asked_in(fields), BY_POST)
        request.state.operation = call.asked.operation_name
        return answer_again(call, await self.execution.answer(call), media_type)

    async def _stream(self, request: Request, framing: Framing) -> ASGIApp:
        """The results of one operation as they come; what HTTP itself refuses is raised."""
        body = await self._body(request)
        scope = await admit(request, hashlib.sha256(body).hexdigest())
        is_safe = request.method in SAFE
        asked = asked_in_url(request) if is_safe else asked_in(strict_json(body, "the body"))
        request.state.operation = asked.operation_name
        cursor = resumed_at(request.headers.get(LAST_SEEN), LAST_SEEN)
        allowed = BY_STREAM - BY_CHANGE if is_safe else BY_STREAM
        call = Call(request, scope, asked, allowed, cursor=cursor)
        return StreamedAnswer(call, self.execution, framing, self._bounds)

    async def _body(self, request: Request) -> bytes:
        if request.method == "POST":
            require_json(request)
        elif request.method not in SAFE:
            raise method_refused("GraphQL is asked by GET or POST", METHODS)
        return await whole_body(request, self._request_max_bytes)


def _is_for_page(request: Request) -> bool:
    asks = {"query", "documentId", "extensions"} & set(request.query_params)
    is_bare = request.method in SAFE and not asks
    return is_bare and wants_page(request.headers.get("accept"))
