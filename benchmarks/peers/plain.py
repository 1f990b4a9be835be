"""Plain Strawberry, as its guides write it: FastAPI, asyncpg, dataloaders, its own caches.

`uvicorn benchmarks.peers.plain:app`.
"""

import datetime as dt
import os
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any, NewType
from uuid import UUID

import asyncpg
import orjson
import strawberry
from fastapi import FastAPI, Request
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.fastapi import GraphQLRouter
from strawberry.schema.config import StrawberryConfig

Info = strawberry.Info[dict[str, Any], None]
BigInt = NewType("BigInt", int)
BIG_INT = strawberry.scalar(name="BigInt", serialize=int, parse_value=int)


@strawberry.type
class CalendarDay:
    """A day."""

    date: dt.date
    iso_week: int
    month: int
    quarter: int
    fiscal_year: int
    day_of_week: int
    is_weekend: bool
    is_holiday: bool


@strawberry.type
class MarketingEntry:
    """An entry; its private parts are what its relation is found by."""

    tenant: strawberry.Private[UUID]
    date: dt.date
    source: str
    account_id: str
    level: str
    entity_id: str
    entity_name: str | None
    channel: str
    currency: str
    spend: Decimal | None
    impressions: BigInt | None
    clicks: BigInt | None
    link_clicks: BigInt | None
    conversions: Decimal | None
    conversion_value: Decimal | None
    learned_at: dt.datetime

    @strawberry.field
    async def calendar(self, info: Info) -> CalendarDay | None:
        """Batched over the answer."""
        return await info.context["days"].load((self.tenant, self.date))


@strawberry.type
class Entries:
    """A page."""

    nodes: list[MarketingEntry]


@strawberry.type
class AttributionRow:
    """A row."""

    date: dt.date
    channel: str
    source: str
    account_id: str
    currency: str
    entries: int
    days: int
    spend: Decimal | None
    impressions: BigInt | None
    clicks: BigInt | None
    link_clicks: BigInt | None
    conversions: Decimal | None
    conversion_value: Decimal | None
    learned_at: dt.datetime


@strawberry.type
class AttributionRows:
    """A page."""

    nodes: list[AttributionRow]


@strawberry.type
class AttributionMonth:
    """A month's row."""

    date: dt.date
    channel: str
    currency: str
    entries: int
    spend: Decimal | None
    impressions: BigInt | None
    clicks: BigInt | None
    conversions: Decimal | None
    conversion_value: Decimal | None


@strawberry.type
class AttributionMonths:
    """All of them."""

    nodes: list[AttributionMonth]


@strawberry.type
class Campaign:
    """A campaign."""

    tenant: strawberry.Private[UUID]
    digest: strawberry.Private[UUID]
    campaign_id: strawberry.ID
    name: str | None

    @strawberry.field
    async def entries(self, info: Info, first: int) -> Entries:
        """Batched over the answer."""
        return Entries(nodes=await info.context["last"].load((self.tenant, self.digest, first)))


@strawberry.type
class Campaigns:
    """A page."""

    nodes: list[Campaign]


_ENTRY = """
    tenant_id AS tenant, date, source, account_id, level, entity_id, entity_name, channel,
    currency, spend, impressions, clicks, link_clicks, conversions, conversion_value, learned_at
"""
_ROW = """
    date, channel, source, account_id, currency, entries, days, spend, impressions, clicks,
    link_clicks, conversions, conversion_value, learned_at
"""


@strawberry.type
class Query:
    """What is asked."""

    @strawberry.field
    async def marketing_entries(self, info: Info, tenant: strawberry.ID, first: int) -> Entries:
        """The newest."""
        rows = await info.context["pool"].fetch(
            f"SELECT {_ENTRY} FROM peers.entry WHERE tenant_id = $1 "
            "ORDER BY date DESC, digest DESC LIMIT $2",
            UUID(tenant), first,
        )  # fmt: skip
        return Entries(nodes=[MarketingEntry(**row) for row in rows])

    @strawberry.field
    async def attribution_rows(
        self, info: Info, tenant: strawberry.ID, first: int
    ) -> AttributionRows:
        """The first."""
        rows = await info.context["pool"].fetch(
            f"SELECT {_ROW} FROM peers.attribution_row WHERE tenant_id = $1 "
            "ORDER BY date, channel, source, account_id, campaign, currency LIMIT $2",
            UUID(tenant), first,
        )  # fmt: skip
        return AttributionRows(nodes=[AttributionRow(**row) for row in rows])

    @strawberry.field
    async def attribution_months(self, info: Info, tenant: strawberry.ID) -> AttributionMonths:
        """By month and channel."""
        rows = await info.context["pool"].fetch(
            "SELECT date, channel, currency, entries, spend, impressions, clicks, conversions, "
            "conversion_value FROM peers.attribution_month WHERE tenant_id = $1 "
            "ORDER BY date, channel, currency",
            UUID(tenant),
        )
        return AttributionMonths(nodes=[AttributionMonth(**row) for row in rows])

    @strawberry.field
    async def campaigns(self, info: Info, tenant: strawberry.ID, first: int) -> Campaigns:
        """The first."""
        rows = await info.context["pool"].fetch(
            "SELECT tenant_id AS tenant, digest, campaign_id, name FROM peers.campaign "
            "WHERE tenant_id = $1 ORDER BY digest LIMIT $2",
            UUID(tenant), first,
        )  # fmt: skip
        return Campaigns(nodes=[Campaign(**row) for row in rows])

    @strawberry.field
    async def entries_by_keys(
        self, info: Info, tenant: strawberry.ID, dates: list[str], digests: list[strawberry.ID]
    ) -> list[MarketingEntry]:
        """In the order of the keys."""
        days = [dt.date.fromisoformat(each) for each in dates]
        rows = await info.context["pool"].fetch(
            f"SELECT {_ENTRY} FROM peers.entries_by_keys($1, $2, $3)", UUID(tenant), days, digests
        )
        return [MarketingEntry(**row) for row in rows]


async def _days(pool: Any, keys: list[tuple[UUID, dt.date]]) -> list[CalendarDay | None]:
    rows = await pool.fetch(
        "SELECT date, iso_week, month, quarter, fiscal_year, day_of_week, is_weekend, is_holiday "
        "FROM peers.calendar_day WHERE tenant_id = $1 AND date = ANY($2)",
        keys[0][0], list({day for _, day in keys}),
    )  # fmt: skip
    found = {row["date"]: CalendarDay(**row) for row in rows}
    return [found.get(day) for _, day in keys]


async def _last(pool: Any, keys: list[tuple[UUID, UUID, int]]) -> list[list[MarketingEntry]]:
    rows = await pool.fetch(
        "SELECT c.digest, e.* FROM unnest($2::uuid[]) c (digest), LATERAL ("
        f"SELECT {_ENTRY} FROM peers.entry e WHERE e.tenant_id = $1 AND e.campaign = c.digest "
        "ORDER BY e.date DESC, e.digest DESC LIMIT $3) e",
        keys[0][0], [digest for _, digest, _ in keys], keys[0][2],
    )  # fmt: skip
    found: defaultdict[UUID, list[MarketingEntry]] = defaultdict(list)
    for row in rows:
        entry = dict(row)
        found[entry.pop("digest")].append(MarketingEntry(**entry))
    return [found[digest] for _, digest, _ in keys]


async def _context(request: Request) -> dict[str, Any]:
    pool = request.app.state.pool

    async def days(keys: list[tuple[UUID, dt.date]]) -> list[CalendarDay | None]:
        return await _days(pool, keys)

    async def last(keys: list[tuple[UUID, UUID, int]]) -> list[list[MarketingEntry]]:
        return await _last(pool, keys)

    return {"pool": pool, "days": DataLoader(days), "last": DataLoader(last)}


class Router(GraphQLRouter[dict[str, Any], None]):
    """Answers written by orjson, as the guide of the FastAPI integration has it."""

    def encode_json(self, data: object) -> bytes:
        """The answer's bytes."""
        return orjson.dumps(data)


@asynccontextmanager
async def _pool(application: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(
        os.environ["DATABASE_URL"], min_size=10, max_size=10
    ) as application.state.pool:
        yield


schema = strawberry.Schema(
    Query,
    extensions=[ParserCache(maxsize=100), ValidationCache(maxsize=100)],
    config=StrawberryConfig(scalar_map={BigInt: BIG_INT}),
)
app = FastAPI(lifespan=_pool)
app.include_router(Router(schema, context_getter=_context, graphql_ide=None), prefix="/graphql")
