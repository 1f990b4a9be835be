"""Several operations in one request: an array is answered by an array, as Apollo's clients ask.

https://www.apollographql.com/docs/react/networking/advanced-http-networking/#batching
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from starlette.requests import ClientDisconnect, Request
from strawberry.types import ExecutionResult

from app.http.execution import BY_POST, Call, Execution, refused
from app.http.graphql_requests import asked_in
from app.http.request_id import request_id_of
from core.errors import BadInput
from core.scope import TenantScope


def batch_in(fields: Sequence[object], most: int) -> Sequence[object]:
    """The array's operations, none of them read yet; refused as a whole if it is no batch."""
    if most == 0:
        raise BadInput("batches are not taken here", mend="send one operation a request")
    if not 1 <= len(fields) <= most:
        raise BadInput(
            f"the batch holds {len(fields)} operations", mend=f"send 1 to {most} in one array"
        )
    for index, entry in enumerate(fields):
        if not isinstance(entry, dict):
            raise BadInput("an operation is a JSON object", field=f"[{index}]")
    return fields


async def answer_batch(
    execution: Execution, request: Request, scope: TenantScope, batch: Sequence[object]
) -> list[ExecutionResult]:
    """The result of each, in order and one after the other.

    So a query sees what a mutation before it has done, one caller takes one place, and all share
    the time of one request. An operation that fails is its own affair.
    """
    since = asyncio.get_running_loop().time()
    return [await _answer(execution, request, scope, fields, since) for fields in batch]


async def _answer(
    execution: Execution, request: Request, scope: TenantScope, fields: object, since: float
) -> ExecutionResult:
    try:
        return await execution.answer(Call(request, scope, asked_in(fields), BY_POST, since))
    except ClientDisconnect:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the others are answered
        return refused(error, request_id_of(request))
