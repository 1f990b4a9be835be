"""POST /marketing/export/causal?target_metric=…: the predecessor's route, for its modules.

The body is its `{data_sources, date_range_start, date_range_end}`; the answer, also of an error,
its envelope `{success, message, data, errors, metadata}`.
"""

from __future__ import annotations

import hashlib
from time import perf_counter
from typing import cast

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.http.body import chunks, refuse_declared
from app.http.knocks import admit
from app.http.legacy_envelope import answered, refused
from app.http.legacy_request import MAX_BYTES, LegacyRequest, read_body
from app.http.legacy_sources import sources_called
from app.http.permission import demand
from app.http.request_id import request_id_of
from app.http.services import services_of
from core.errors import BadInput, LiftosError
from core.jsonvalue import JSONObject
from core.legacy_export import TARGETS
from core.scope import Permission
from core.time_limit import TimeLimit
from core.units import DateRange
from graph.context import Context
from resolvers.legacy_export import LegacyQuestion, payload


def legacy_export_router(seconds: float | None) -> APIRouter:
    """The route; `seconds` is how long an answer may take."""
    router = APIRouter()

    @router.post("/marketing/export/causal")
    async def export(request: Request) -> Response:
        """Rows and their statistics, at once."""
        try:
            async with TimeLimit(seconds).running():
                return await _answered(request)
        except LiftosError as error:
            return refused(request, error)

    return router


async def _answered(request: Request) -> Response:
    started = perf_counter()
    await refuse_declared(request, MAX_BYTES)
    body = b"".join([chunk async for chunk in chunks(request, MAX_BYTES)])
    scope = await admit(request, hashlib.sha256(body).hexdigest())
    await demand(request, scope, Permission.CAUSAL_DATA_EXPORT)
    request_id = request_id_of(request)
    context = cast("Context", services_of(request).contexts(scope, request_id))
    target = request.query_params.get("target_metric", TARGETS[0])
    made = await payload(context.session, _question(body, target), request_id)
    return _enveloped(made, target, perf_counter() - started)


def _enveloped(made: JSONObject, target: str, seconds: float) -> Response:
    about = cast("JSONObject", made["export_metadata"])
    count = about["records_count"]
    found: JSONObject = {"causal_data": made, "records_count": count, "target_metric": target}
    empty: JSONObject = {"causal_data": {}, "records_count": 0}
    message = (
        "Marketing data exported for causal analysis"
        if count
        else "No marketing data found for the specified criteria"
    )
    data = {**(found if count else empty), "duration": seconds}
    metadata = {"correlation_id": about["correlation_id"], "org_id": about["org_id"]}
    return answered(message, data, metadata)


def _question(body: bytes, target: str) -> LegacyQuestion:
    asked = read_body(LegacyRequest, body)
    for name in ("group_by", "metrics", "filters"):
        if getattr(asked, name):
            raise BadInput(
                f"{name} is not answered here: rows are by day, source and campaign",
                field=name,
                mend="leave it out, or ask attributionRows",
            )
    dates = DateRange(asked.date_range_start, asked.date_range_end)
    return LegacyQuestion(dates, tuple(sources_called(asked.data_sources)), target)
