"""/marketing/ingest and /marketing/transform: rows of a source, by the predecessor's names."""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import Any, Final
from uuid import UUID

import orjson
from starlette.responses import Response

from app.http.legacy_calendar import calendar_dimensions
from app.http.legacy_caller import Caller, Json
from app.http.legacy_envelope import answered
from app.http.legacy_request import LegacyRows, read_body
from app.http.legacy_sources import sources_called
from app.http.permission import demand
from app.http.services import services_of
from app.http.uploads import keep
from core.errors import BadInput, NotFound
from core.global_ids import opened
from core.legacy_rows import dated, days_of, transformed
from core.records.connections import Source
from core.scope import Permission
from core.units import DateRange
from graph.ids import CONNECTION

PAGES: Final = 10
"""Of a hundred connections each."""
_CONFIG: Final = "transformation_config"
_STATUSES: Final = {"QUEUED": "pending"}


async def ingest(caller: Caller, body: bytes) -> Response:
    """Keep the rows as a file, and have a FILE connection read it in the background."""
    started = perf_counter()
    asked, dates = _asked(body)
    rows = dated(asked.data_entries, dates)
    days_of(rows, dates)
    connection_id = await _connection(caller, asked)
    upload_id = await _kept(caller, asked, rows)
    wanted = {"connectionId": connection_id, "uploadId": str(upload_id)}
    run = (await caller.change("Ingest", {"input": wanted}))["run"]
    told = {
        "job_id": run["id"],
        "status": _STATUSES.get(run["status"], run["status"].lower()),
        "records_total": len(rows),
        "stored_entries": [],
        **_about(asked),
        "duration": perf_counter() - started,
    }
    message = f"Accepted {len(rows)} marketing data entries; the job stores them"
    return answered(message, told, caller.metadata)


async def transform(caller: Caller, body: bytes) -> Response:
    """The rows with metrics, rates and calendar; nothing of them is kept."""
    started = perf_counter()
    await demand(caller.request, caller.scope, Permission.MEMORY_READ)
    asked, dates = _asked(body)
    rows = dated(asked.data_entries, dates)
    days = days_of(rows, dates)
    known = [day for day in days if day is not None]
    calendar = await calendar_dimensions(caller, str(min(known)), str(max(known))) if known else []
    by_date = {day["date"]: day for day in calendar}
    made = await asyncio.to_thread(transformed, rows, days, by_date, asked.data_source)
    told = {
        "transformed_data": made,
        "transformation_summary": {
            "original_records": len(asked.data_entries),
            "transformed_records": len(made),
            "columns_added": sorted(made[0].keys() - asked.data_entries[0].keys()),
            "data_source": asked.data_source,
            "transformation_applied": True,
        },
        "sample_record": made[0],
        "duration": perf_counter() - started,
    }
    return answered("Marketing data transformation completed", told, caller.metadata)


def _asked(body: bytes) -> tuple[LegacyRows, DateRange]:
    """The request, flat or below `request`, as the predecessor had it beside a configuration."""
    asked = read_body(LegacyRows, _flat(body))
    sources_called([asked.data_source])
    return asked, DateRange(asked.date_range_start, asked.date_range_end)


def _flat(body: bytes) -> bytes:
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body
    if not isinstance(given, dict) or "request" not in given:
        return body
    if given.get(_CONFIG):
        raise BadInput(
            f"{_CONFIG} is not answered here: rows are read by one set of rules",
            field=_CONFIG,
            mend="leave it out, or set channel and naming rules of your own",
        )
    return orjson.dumps(given["request"])


async def _connection(caller: Caller, asked: LegacyRows) -> str:
    """The FILE connection that is named, else the one whose account is called as the source."""
    named = (asked.metadata or {}).get("connection_id")
    if named is not None:
        return _id(str(named))
    found: list[str] = [
        each["id"]
        async for each in caller.each("Accounts", "connections", PAGES)
        if each["source"] == Source.FILE and each["accountId"] == asked.data_source
    ]
    if len(found) != 1:
        raise NotFound(
            f"{len(found) or 'no'} FILE connections take rows of {asked.data_source} in",
            field="metadata.connection_id",
            mend=f"name one, or connect a FILE source with the account {asked.data_source!r}",
        )
    return found[0]


def _id(named: str) -> str:
    """A connection's global id, of that or of its UUID."""
    try:
        return CONNECTION.encode(UUID(named))
    except ValueError:
        opened(named, "metadata.connection_id")
        return named


async def _kept(caller: Caller, asked: LegacyRows, rows: list[dict[str, Any]]) -> UUID:
    """The rows as an uploaded file of JSON Lines."""
    await demand(caller.request, caller.scope, Permission.MEMORY_WRITE)
    await services_of(caller.request).single_uses.take(caller.scope)
    name = f"{asked.data_source}-{asked.date_range_start}-{asked.date_range_end}.jsonl"
    content = b"".join(orjson.dumps(row) + b"\n" for row in rows)
    record = await keep(caller.request, caller.scope, name, content)
    return record.id


def _about(asked: LegacyRows) -> Json:
    days = {"start": str(asked.date_range_start), "end": str(asked.date_range_end)}
    return {"data_source": asked.data_source, "date_range": days}
