"""POST /marketing/export/causal?target_metric=…: the predecessor's route, for its modules.

The body is its `{data_sources, date_range_start, date_range_end}`; the answer, also of an error,
its envelope `{success, message, data, errors, metadata}`.
"""

from __future__ import annotations

import hashlib
from datetime import date
from time import perf_counter
from typing import Annotated, cast

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from app.http.answers import json_answer, note
from app.http.body import chunks, refuse_declared
from app.http.errors import tell
from app.http.knocks import admit
from app.http.request_id import request_id_of
from app.http.services import services_of
from core.errors import BadInput, Forbidden, LiftosError
from core.jsonvalue import JSONObject
from core.legacy_export import TARGETS, legacy_name
from core.records.connections import Source
from core.scope import Permission, TenantScope
from core.units import DateRange
from graph.context import Context
from resolvers.legacy_export import LegacyQuestion, payload

MAX_BYTES = 64 * 1024


class _Asked(BaseModel):
    """The predecessor's request; rows are always by day, source and campaign."""

    model_config = ConfigDict(extra="forbid")

    data_sources: Annotated[list[str], Field(max_length=100)] = []
    date_range_start: date
    date_range_end: date
    group_by: list[str] = []
    metrics: list[str] = []
    filters: dict[str, object] = {}


def legacy_export_router() -> APIRouter:
    """The route."""
    router = APIRouter()

    @router.post("/marketing/export/causal")
    async def export(request: Request) -> Response:
        """Rows and their statistics, at once."""
        try:
            return await _answered(request)
        except LiftosError as error:
            return _refused(request, error)

    return router


async def _answered(request: Request) -> Response:
    started = perf_counter()
    await refuse_declared(request, MAX_BYTES)
    body = b"".join([chunk async for chunk in chunks(request, MAX_BYTES)])
    scope = await admit(request, hashlib.sha256(body).hexdigest())
    _demand_export(scope)
    request_id = request_id_of(request)
    context = cast("Context", services_of(request).contexts(scope, request_id))
    target = request.query_params.get("target_metric", TARGETS[0])
    made = await payload(context.session, _question(body, target), request_id)
    return json_answer(200, _envelope(made, target, perf_counter() - started))


def _envelope(made: JSONObject, target: str, seconds: float) -> JSONObject:
    about = cast("JSONObject", made["export_metadata"])
    count = about["records_count"]
    found: JSONObject = {"causal_data": made, "records_count": count, "target_metric": target}
    empty: JSONObject = {"causal_data": {}, "records_count": 0}
    return {
        "success": True,
        "message": (
            "Marketing data exported for causal analysis"
            if count
            else "No marketing data found for the specified criteria"
        ),
        "data": {**(found if count else empty), "duration": seconds},
        "errors": [],
        "metadata": {"correlation_id": about["correlation_id"], "org_id": about["org_id"]},
    }


def _refused(request: Request, error: LiftosError) -> Response:
    told, request_id = tell(error), request_id_of(request)
    note(error, told)
    content = {
        "success": False,
        "message": told.message,
        "data": None,
        "errors": [told.body(request_id)],
        "metadata": {"correlation_id": request_id},
    }
    answer = json_answer(told.status, content)
    answer.headers.update(told.headers)
    return answer


def _question(body: bytes, target: str) -> LegacyQuestion:
    asked = _asked(body)
    for name in ("group_by", "metrics", "filters"):
        if getattr(asked, name):
            raise BadInput(
                f"{name} is not answered here: rows are by day, source and campaign",
                field=name,
                mend="leave it out, or ask attributionRows",
            )
    dates = DateRange(asked.date_range_start, asked.date_range_end)
    return LegacyQuestion(dates, tuple(_sources(asked.data_sources)), target)


def _asked(body: bytes) -> _Asked:
    try:
        return _Asked.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise BadInput(
            f"the body is not understood: {first['msg'].lower()}",
            field=".".join(map(str, first["loc"])) or None,
            mend='send {"data_sources": [], "date_range_start": "2026-10-01", '
            '"date_range_end": "2026-10-31"}',
        ) from error


def _sources(names: list[str]) -> list[Source]:
    known: dict[str, list[Source]] = {}
    for source in Source:
        known.setdefault(legacy_name(source), []).append(source)
    for name in names:
        if name not in known:
            raise BadInput(
                f"{name!r} is no source",
                field="data_sources",
                mend=f"use of {', '.join(sorted(known))}, or none for all",
            )
    return [source for name in dict.fromkeys(names) for source in known[name]]


def _demand_export(scope: TenantScope) -> None:
    if not scope.may(Permission.CAUSAL_DATA_EXPORT):
        raise Forbidden(
            f"this needs the permission {Permission.CAUSAL_DATA_EXPORT}",
            mend="ask an administrator of your tenant for a role that has it",
        )
