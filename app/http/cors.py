"""Requests of web pages: those of listed origins may read the answers, others ask for nothing.

Credentials are never allowed: a caller is known by a header that the page sets itself, not by
what a browser adds on its own. https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from __future__ import annotations

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.answers import error_answer
from app.http.errors import Refusal
from app.http.origins import Origins
from app.http.raw_headers import Pair, pairs, replace, vary

FAMILIES = frozenset({"graphql", "uploads", "exports", "operations", "marketing", "mcp"})
LINKED = frozenset({"exports"})
"""What stands behind links that other pages may hold: the link itself is the credential."""
A_WHILE = "7200"
METHODS = "GET, HEAD, POST"
EXPOSED = (
    "X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, WWW-Authenticate, Allow, "
    "ETag, Content-Disposition, Content-Range, Accept-Ranges, Repr-Digest"
)


class Cors:
    """Answers preflights, names the page that may read an answer, refuses the other pages."""

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may be asked."""
        if scope["type"] != "http" or _family(scope) not in FAMILIES:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        is_admitted = origin is not None and self._origins.admit(origin, headers.get("host"))
        told = _told(str(origin)) if is_admitted else ()

        async def send_told(message: Message) -> None:
            if message["type"] == "http.response.start":
                vary(message, b"Origin")
                replace(message, told)
            await send(message)

        if _is_preflight(scope, headers):
            await _preflight(headers, is_admitted=is_admitted)(scope, receive, send_told)
        elif self._is_refused(scope, headers):
            await error_answer(Request(scope), _refusal())(scope, receive, send_told)
        else:
            await self._app(scope, receive, send_told)

    def _is_refused(self, scope: Scope, headers: Headers) -> bool:
        if _family(scope) in LINKED or _is_page(scope):
            return False
        return self._origins.is_from_elsewhere(headers)


def _told(origin: str) -> tuple[Pair, ...]:
    told = {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": EXPOSED}
    return pairs(told)


def _family(scope: Scope) -> str:
    return str(scope["path"])[1:].partition("/")[0]


def _is_preflight(scope: Scope, headers: Headers) -> bool:
    return scope["method"] == "OPTIONS" and "access-control-request-method" in headers


def _is_page(scope: Scope) -> bool:
    """Whether it is GraphiQL that a link leads to: without a query nothing is carried out."""
    is_bare = scope["method"] in {"GET", "HEAD"} and not scope["query_string"]
    return is_bare and scope["path"] == "/graphql"


def _preflight(headers: Headers, *, is_admitted: bool) -> Response:
    answer = Response(status_code=204)
    if is_admitted:
        answer.headers["Access-Control-Allow-Methods"] = METHODS
        answer.headers["Access-Control-Max-Age"] = A_WHILE
        asked = headers.get("access-control-request-headers")
        if asked:
            answer.headers["Access-Control-Allow-Headers"] = asked
    answer.headers["Vary"] = "Access-Control-Request-Method, Access-Control-Request-Headers"
    return answer


def _refusal() -> Refusal:
    return Refusal(
        HTTPStatus.FORBIDDEN,
        "a page of another origin may not ask here",
        mend="have an operator add its origin to LIFTOS_CORS_ORIGINS",
    )
