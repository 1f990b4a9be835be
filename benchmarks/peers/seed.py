"""Tenants of any size, written by the statements that merges end in, as if long since read.

Every tenant has four connections whose campaigns run for `days` days; each campaign has as many
ads, and each ad one entry a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg

from core.commands import ConnectSource, CreateTenant, Credentials
from core.records.connections import Level, Source
from core.scope import Permission, Role, SystemScope, TenantScope
from core.units import DateRange
from jobs.calendars import fill_calendar
from stores.wiring import Stores

LAST_DAY = date(2026, 11, 10)
READ_AT = datetime(2026, 11, 20, tzinfo=UTC)
CONNECTIONS = 4
SQL = Path(__file__).with_suffix(".sql")


@dataclass(frozen=True, slots=True)
class Shape:
    """How much a tenant holds."""

    days: int = 500
    campaigns: int = 20
    ads: int = 5

    @property
    def entries(self) -> int:
        """How many entries that makes."""
        return self.days * self.campaigns * self.ads

    @property
    def rows(self) -> int:
        """How many attribution rows by day and campaign that makes."""
        return self.days * self.campaigns

    @property
    def dates(self) -> DateRange:
        """The days of its entries."""
        return DateRange(LAST_DAY - timedelta(days=self.days - 1), LAST_DAY)


@dataclass(frozen=True, slots=True)
class Seeded:
    """A tenant that is filled: its scope, the text of a key of its own, what it holds."""

    scope: TenantScope
    key: str
    shape: Shape

    @property
    def id(self) -> UUID:
        """Of the tenant."""
        return self.scope.tenant_id


async def seed(
    stores: Stores, owner: asyncpg.Connection, slug: str, shape: Shape, *, calendar: bool = True
) -> Seeded:
    """A tenant, filled unless it is there; `owner` is a connection of who owns the tables.

    A calendar takes longer than a small tenant's entries: those nobody asks need none.
    """
    system = SystemScope(reason="benchmark")
    found = await stores.tenants.by_slug(system, slug)
    tenant = found or await stores.tenants.create(system, CreateTenant(slug, slug, tier="PRO"))
    scope = TenantScope(
        tenant.id, "benchmark", frozenset({Role.ADMIN}), permissions=frozenset(Permission)
    )
    if found is None:
        if calendar:
            await fill_calendar(stores, tenant, READ_AT.date())
        connections = [await _connected(stores, scope, number) for number in range(CONNECTIONS)]
        await _fill(owner, scope, connections, shape)
    _, key = await stores.keys.create(scope, "benchmark", frozenset({Role.ADMIN}))
    return Seeded(scope, key, shape)


async def _connected(stores: Stores, scope: TenantScope, number: int) -> UUID:
    command = ConnectSource(
        Source("META_ADS"), f"act_{number}", f"Account {number}", "EUR", "Europe/Berlin",
        Level.AD, 28, credentials=Credentials(Source("META_ADS"), {"access_token": "a"}),
    )  # fmt: skip
    return (await stores.connections.create(scope, command)).id


async def _fill(
    owner: asyncpg.Connection, scope: TenantScope, connections: list[UUID], shape: Shape
) -> None:
    dates = shape.dates
    months = sorted({day.replace(day=1) for day in dates})
    await owner.execute("SELECT ensure_months($1)", months)
    given = {
        "tenant": scope.tenant_id,
        "connections": connections,
        "since": dates.since,
        "until": dates.until,
        "read_at": READ_AT,
        "campaigns": shape.campaigns,
        "ads": shape.campaigns * shape.ads,
    }
    async with owner.transaction():
        for statement in SQL.read_text(encoding="utf-8").split(";\n"):
            await _run(owner, statement, given)


async def _run(owner: asyncpg.Connection, statement: str, given: dict[str, object]) -> None:
    """Placeholders stand as `:name`; asyncpg knows numbers alone."""
    used = [name for name in given if f":{name}" in statement]
    for number, name in enumerate(sorted(used, key=len, reverse=True), 1):
        statement = statement.replace(f":{name}", f"${number}")
    ordered = sorted(used, key=len, reverse=True)
    if statement.strip():
        await owner.execute(statement, *(given[name] for name in ordered))
