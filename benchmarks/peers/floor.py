"""The floor: for each question one handwritten statement by asyncpg, and one `orjson.dumps`.

No GraphQL, no identity, no tenant's guard: what a handwritten endpoint of the same answer costs.
`uvicorn benchmarks.peers.floor:app`.
"""

from __future__ import annotations

import os
from collections import defaultdict
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import orjson

Scope = dict[str, Any]
_ENTRY = """
    date, source, account_id AS "accountId", level, entity_id AS "entityId",
    entity_name AS "entityName", channel, currency, spend::text, impressions, clicks,
    link_clicks AS "linkClicks", conversions::text, conversion_value::text AS "conversionValue",
    learned_at AS "learnedAt"
"""
_NEWEST = "FROM peers.entry WHERE tenant_id = $1 ORDER BY date DESC, digest DESC LIMIT $2"
FEW = f"""
SELECT date, source, account_id AS "accountId", entity_id AS "entityId",
       entity_name AS "entityName", channel, currency, spend::text, impressions, clicks {_NEWEST}
"""
MANY = f"SELECT {_ENTRY} {_NEWEST}"
DAYS = """
SELECT date, iso_week AS "isoWeek", month, quarter, fiscal_year AS "fiscalYear",
       day_of_week AS "dayOfWeek", is_weekend AS "isWeekend", is_holiday AS "isHoliday"
FROM peers.calendar_day WHERE tenant_id = $1 AND date = ANY($2)
"""
ROWS = """
SELECT date, channel, source, account_id AS "accountId", currency, entries, days, spend::text,
       impressions, clicks, link_clicks AS "linkClicks", conversions::text,
       conversion_value::text AS "conversionValue", learned_at AS "learnedAt"
FROM peers.attribution_row WHERE tenant_id = $1
ORDER BY date, channel, source, account_id, campaign, currency LIMIT $2
"""
MONTHS = """
SELECT date, channel, currency, entries, spend::text, impressions, clicks, conversions::text,
       conversion_value::text AS "conversionValue"
FROM peers.attribution_month WHERE tenant_id = $1 ORDER BY date, channel, currency
"""
CAMPAIGNS = """
SELECT c.campaign_id, c.name, e.* FROM (
    SELECT * FROM peers.campaign WHERE tenant_id = $1 ORDER BY digest LIMIT 20
) c CROSS JOIN LATERAL (
    SELECT date, entity_id AS "entityId", entity_name AS "entityName", spend::text, impressions,
           clicks, conversions::text
    FROM peers.entry e WHERE e.tenant_id = $1 AND e.campaign = c.digest
    ORDER BY e.date DESC, e.digest DESC LIMIT 10
) e
"""
ENTITIES = """
SELECT date, entity_id AS "entityId", entity_name AS "entityName", channel, spend::text,
       impressions, clicks, conversions::text
FROM peers.entries_by_keys($1, $2, $3)
"""


class Floor:
    """An ASGI application; the path is the question's number."""

    def __init__(self) -> None:
        self._pool: asyncpg.Pool | None = None

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answer one request, or the server's start and end."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        variables = orjson.loads(body)["variables"] if body else {}
        answer = orjson.dumps({"data": await self._data(scope["path"].strip("/"), variables)})
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        self._pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=10, max_size=10)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._pool.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _data(self, question: str, variables: dict[str, Any]) -> dict[str, Any]:
        if not variables:
            return {}
        assert self._pool is not None
        tenant = UUID(variables["tenant"])
        async with self._pool.acquire() as connection:
            if question == "Q2":
                return {"marketingEntries": await _many(connection, tenant, variables["first"])}
            if question == "Q5":
                return {"campaigns": await _campaigns(connection, tenant)}
            if question in {"Q6", "Q7"}:
                dates = [date.fromisoformat(each) for each in variables["dates"]]
                found = await connection.fetch(ENTITIES, tenant, dates, variables["digests"])
                return {"_entities": _dicts(found)}
            name, statement = _LISTS[question]
            size = [variables["first"]] if "first" in variables else []
            return {name: {"nodes": _dicts(await connection.fetch(statement, tenant, *size))}}


_LISTS = {
    "Q1": ("marketingEntries", FEW),
    "Q3": ("attributionRows", ROWS),
    "Q4": ("attributionRows", MONTHS),
}


def _dicts(rows: list[asyncpg.Record]) -> list[dict[str, Any]]:
    return [dict(row) for row in rows]


async def _many(connection: asyncpg.Connection, tenant: UUID, first: int) -> dict[str, Any]:
    nodes = _dicts(await connection.fetch(MANY, tenant, first))
    dates = list({node["date"] for node in nodes})
    days = {row["date"]: dict(row) for row in await connection.fetch(DAYS, tenant, dates)}
    for node in nodes:
        node["calendar"] = days[node["date"]]
    return {"nodes": nodes}


async def _campaigns(connection: asyncpg.Connection, tenant: UUID) -> dict[str, Any]:
    grouped: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in await connection.fetch(CAMPAIGNS, tenant):
        entry = dict(row)
        grouped[entry.pop("campaign_id"), entry.pop("name")].append(entry)
    nodes = [
        {"campaignId": campaign_id, "name": name, "entries": {"nodes": entries}}
        for (campaign_id, name), entries in grouped.items()
    ]
    return {"nodes": nodes}


app = Floor()
