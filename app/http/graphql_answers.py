"""How results and refusals are answered: media type, status, headers.

With application/json a request that is well formed is answered 200, whatever becomes of it; with
application/graphql-response+json the status tells that nothing was carried out. What HTTP has a
status of its own for (who asks, how often, how long) has it with both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from strawberry.http import process_result
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from app.http.answers import note
from app.http.errors import STATUS_BY_CODE, tell
from app.http.graphql_media import GRAPHQL_RESPONSE
from app.http.rate_headers import rate_headers
from app.http.request_id import request_id_of
from graph.executor.rendered import encoded

OK, BAD_REQUEST = 200, 400


def content_of(result: ExecutionResult) -> Mapping[str, object]:
    """A result as JSON; one of an operation that was not begun holds no `data`."""
    content = dict(process_result(result))
    if isinstance(result, PreExecutionError):
        content.pop("data", None)
    return content


def answer(result: ExecutionResult, media_type: str) -> Response:
    """The response to one operation."""
    told = response(_status(result, media_type), content_of(result), media_type)
    told.headers.update(rate_headers(result))
    return told


def batch_answer(results: Sequence[ExecutionResult], media_type: str) -> Response:
    """The response to a batch: 200 whatever became of its operations."""
    return response(OK, [content_of(each) for each in results], media_type)


def refusal(request: Request, error: Exception, media_type: str) -> Response:
    """The response to a request that was refused as a whole."""
    told = tell(error)
    note(error, told)
    refused = response(told.status, told.graphql_body(request_id_of(request)), media_type)
    refused.headers.update(told.headers)
    return refused


def response(status: int, content: object, media_type: str) -> Response:
    """`content` in one of the two media types."""
    return Response(
        encoded(content),
        status,
        headers={"Vary": "Accept"},
        media_type=f"{media_type}; charset=utf-8",
    )


def _status(result: ExecutionResult, media_type: str) -> int:
    if not isinstance(result, PreExecutionError):
        return OK
    code = (result.errors[0].extensions or {}).get("code") if result.errors else None
    status = STATUS_BY_CODE.get(str(code), BAD_REQUEST)
    is_of_the_document = status == BAD_REQUEST
    return OK if is_of_the_document and media_type != GRAPHQL_RESPONSE else status
