"""Answers to queries that are named in a GET: a browser may keep them, and asks whether they hold.

The tag is of the data alone, which is all that the answer says of the tenant.
"""

from __future__ import annotations

import hashlib

from starlette.responses import Response
from strawberry.types import ExecutionResult

from app.http.execution import Call
from app.http.graphql_answers import answer
from app.http.ranges import is_unchanged
from graph.executor.rendered import encoded

NOT_MODIFIED = 304
OK = 200
SAFE = frozenset({"GET", "HEAD"})


def answer_again(call: Call, result: ExecutionResult, media_type: str) -> Response:
    """The response to one operation; 304 when the caller has the same data already."""
    made = answer(result, media_type)
    asked, request = call.asked, call.connection
    if request.scope["method"] not in SAFE or asked.query is not None:
        return made
    if result.errors or made.status_code != OK:
        return made
    # The credentials choose whose data it is.
    headers = {
        "Cache-Control": "private, no-cache",
        "Vary": "Accept, Authorization, X-API-Key",
        "ETag": f'W/"{hashlib.sha256(encoded(result.data)).hexdigest()[:32]}"',
    }
    if is_unchanged(request.headers, headers["ETag"]):
        return Response(status_code=NOT_MODIFIED, headers=headers)
    made.headers.update(headers)
    return made
