"""JSON responses, and the guard that turns any error into one."""

from __future__ import annotations

import orjson
import structlog
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.errors import Told, tell
from app.http.request_id import request_id_of
from core.errors import TimedOut

JSON = "application/json; charset=utf-8"


def json_answer(status: int, content: object) -> Response:
    """`content` as JSON."""
    return Response(orjson.dumps(content), status, media_type=JSON)


def error_answer(request: HTTPConnection, error: Exception) -> Response:
    """The response for an error outside GraphQL."""
    told = tell(error)
    answer = json_answer(told.status, told.body(request_id_of(request)))
    answer.headers.update(told.headers)
    note(error, told)
    return answer


def note(error: Exception, told: Told) -> None:
    """Log an error that is ours; what a caller asked for is in the line of the request."""
    is_ours = told.status >= 500  # noqa: PLR2004 - the class of server errors
    if is_ours and not isinstance(error, TimedOut):
        structlog.get_logger().error("request_failed", code=told.code, exc_info=error)


async def answer_error(request: Request, error: Exception) -> Response:
    """`error_answer` in the form FastAPI wants of a handler."""
    return error_answer(request, error)


class Guard:
    """Answers what no handler caught, inside the middleware that names and counts requests."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer its error if nothing was answered yet."""
        has_begun = False

        async def send_watched(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_watched)
        except ClientDisconnect:
            structlog.get_logger().info("client_left")
        except Exception as error:
            if scope["type"] != "http" or has_begun:
                raise
            await error_answer(Request(scope), error)(scope, receive, send)
