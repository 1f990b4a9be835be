"""/marketing/search, ingest, transform, insights and calendar: the predecessor's routes.

Each carries out registered operations of `persisted/legacy` by the one path of every operation,
and tells what they answer by the predecessor's names, in its envelope.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.http.answers import json_answer
from app.http.execution import Execution
from app.http.legacy_calendar import calendar_dimensions
from app.http.legacy_caller import Caller, enveloped
from app.http.legacy_envelope import answered
from app.http.legacy_insights import insights
from app.http.legacy_openapi import openapi
from app.http.legacy_request import MAX_BYTES, MAX_ROWS_BYTES
from app.http.legacy_rows import ingest, transform
from app.http.legacy_search import search
from core.errors import BadInput


def legacy_views_router(execution: Execution) -> APIRouter:
    """The routes, and what describes them."""
    router = APIRouter()

    @router.get("/marketing/calendar/{year}")
    async def days(request: Request, year: str) -> Response:
        """The days of a year."""
        return await enveloped(request, execution, lambda each, _: _calendar(each, year), MAX_BYTES)

    @router.api_route("/marketing/insights", methods=["GET", "POST"])
    async def summed(request: Request) -> Response:
        """Totals, rates, sources, campaigns, days and the calendar, over some days."""
        return await enveloped(request, execution, insights, MAX_BYTES)

    @router.api_route("/marketing/search", methods=["GET", "POST"])
    async def found(request: Request) -> Response:
        """What answers a question."""
        return await enveloped(request, execution, search, MAX_BYTES)

    @router.post("/marketing/ingest")
    async def ingested(request: Request) -> Response:
        """Rows, taken in as a file is."""
        return await enveloped(request, execution, ingest, MAX_ROWS_BYTES)

    @router.post("/marketing/transform")
    async def shown(request: Request) -> Response:
        """Rows as they would read, without keeping them."""
        return await enveloped(request, execution, transform, MAX_ROWS_BYTES)

    @router.get("/openapi.json")
    async def described(_request: Request) -> Response:
        """These routes and that of exports, as OpenAPI describes them."""
        return json_answer(200, openapi())

    return router


async def _calendar(caller: Caller, year: str) -> Response:
    if not (year.isascii() and year.isdigit() and len(year) == len("2026")):
        raise BadInput(f"{year[:20]!r} is no year", field="year", mend="give one such as 2026")
    days = await calendar_dimensions(caller, f"{year}-01-01", f"{year}-12-31")
    told = {"year": int(year), "calendar_dimensions": days, "total_days": len(days)}
    return answered(f"Calendar dimensions for {year}", told, caller.metadata)
