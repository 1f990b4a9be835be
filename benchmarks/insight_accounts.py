"""Tenants for analyses: campaigns whose conversions come in over three days, read every morning.

A few campaigns of each have something happen to them: spend of one day, a level for four weeks,
conversions that stay away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg
import numpy as np

from analysis.insights.panel import Floats
from core.commands import ConnectSource, CreateTenant, Credentials
from core.records.connections import Level, Source
from core.scope import Permission, Role, SystemScope, TenantScope
from jobs.calendars import fill_calendar
from stores.wiring import Stores
from tests.analysis.insights.panels import FIGURES, Nature, campaigns

CONNECTIONS: Final = 4
CHANNELS: Final = ("Paid Social", "Paid Search", "Display", "Paid Video")
_SQL: Final = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
_CENTS: Final = 2


@dataclass(frozen=True, slots=True)
class Account:
    """A tenant, its connections, and figures of days that are there to be read."""

    scope: TenantScope
    connections: Sequence[UUID]
    figures: dict[str, Floats]
    since: date

    async def read(self, owner: asyncpg.Connection, read_on: date, days: int) -> None:
        """What is known in the morning of `read_on` of as many days before it."""
        await owner.execute(_TABLE)
        await owner.copy_records_to_table(
            "bench_figure", records=self._records(), columns=("campaign", "date", *FIGURES)
        )
        given = {
            "tenant": self.scope.tenant_id,
            "connections": list(self.connections),
            "channels": list(CHANNELS),
            "read_on": read_on,
            "since": read_on - timedelta(days=days),
        }
        async with owner.transaction():
            for statement in filter(str.strip, _SQL.split(";\n")):
                await _run(owner, statement, given)

    def _records(self) -> list[tuple[object, ...]]:
        rows, days = self.figures["spend"].shape
        dates = [self.since + timedelta(days=each) for each in range(days)]
        columns = [self.figures[name].round(_CENTS).ravel().tolist() for name in FIGURES]
        columns[1:4] = [list(map(int, column)) for column in columns[1:4]]
        return list(
            zip(np.repeat(np.arange(rows), days).tolist(), dates * rows, *columns, strict=True)
        )


async def opened(stores: Stores, number: int, shape: tuple[int, int], since: date) -> Account:
    """A tenant of (campaigns, days), its calendar filled, nothing read yet."""
    system = SystemScope(reason="benchmark")
    asked = CreateTenant(f"insights-{number}", f"Insights {number}", reporting_currency="EUR")
    tenant = await stores.tenants.create(system, asked)
    scope = TenantScope(
        tenant.id, "benchmark", frozenset({Role.ADMIN}), permissions=frozenset(Permission)
    )
    await fill_calendar(stores, tenant, since + timedelta(days=shape[1]))
    connections = [await _connected(stores, scope, each) for each in range(CONNECTIONS)]
    figures = campaigns(number, *shape, Nature(memory=0.5))
    figures["spend"][0, -5] *= 4
    figures["clicks"][1 % shape[0], -30:] *= 0.4
    figures["conversions"][2 % shape[0], -35:] = 0
    return Account(scope, connections, figures, since)


async def _connected(stores: Stores, scope: TenantScope, number: int) -> UUID:
    command = ConnectSource(
        Source("META_ADS"), f"act_{number}", f"Account {number}", "EUR", "UTC", Level.CAMPAIGN, 3,
        credentials=Credentials(Source("META_ADS"), {"access_token": "a"}),
    )  # fmt: skip
    return (await stores.connections.create(scope, command)).id


async def _run(owner: asyncpg.Connection, statement: str, given: dict[str, object]) -> None:
    """Placeholders stand as `:name`; asyncpg knows numbers alone."""
    used = [name for name in given if f":{name}" in statement]
    for number, name in enumerate(sorted(used, key=len, reverse=True), 1):
        statement = statement.replace(f":{name}", f"${number}")
    await owner.execute(statement, *(given[each] for each in sorted(used, key=len, reverse=True)))


_TABLE: Final = """
DROP TABLE IF EXISTS bench_figure;
CREATE TEMP TABLE bench_figure (campaign int, date date, spend numeric, impressions bigint,
    clicks bigint, conversions bigint, conversion_value numeric)
"""
