"""API processes that are asked the same again, and a tenant with entries to ask for."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx2

from core.scope import Role
from stores.wiring import Stores
from tests.app.deployed import bearer, deployed, settings_for
from tests.queries.ground import SEED
from tests.support import Services, Tenant

SPEND = """query Spend($first: Int!) {
  marketingEntries(first: $first, orderBy: DATE_ASC) { nodes { spend } totalCount }
}"""
ROWS = """{
  attributionRows(dates: {since: "2025-11-01", until: "2025-11-14"}, first: 3) {
    nodes { date channel spend isMature }
  }
}"""
METRIC = re.compile(r"^liftos_core_data_cache_(\S+) (\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Asker:
    """One API process, asked as one caller."""

    client: httpx2.AsyncClient
    tenant: Tenant
    role: Role = Role.ADMIN

    async def full(self, query: str = SPEND, **variables: object) -> Any:
        body = {"query": query, "variables": {"first": 3} | variables if query is SPEND else {}}
        answer = await self.client.post("/graphql", json=body, headers=self.headers)
        return answer.json()

    @property
    def headers(self) -> dict[str, str]:
        return bearer(self.tenant, self.role)

    async def spend(self) -> int:
        told = await self.full()
        values = {node["spend"] for node in told["data"]["marketingEntries"]["nodes"]}
        assert len(values) == 1, told
        return int(values.pop())

    async def counted(self) -> dict[str, float]:
        text = (await self.client.get("/metrics")).text
        return {name: float(value) for name, value in METRIC.findall(text)}

    async def hits(self, tier: str) -> float:
        return (await self.counted())[f'lookups_total{{outcome="hit",tier="{tier}"}}']


@asynccontextmanager
async def asked(
    services: Services, home: Path, *tenants: Tenant, **changes: Any
) -> AsyncIterator[tuple[Asker, ...]]:
    """An API process of its own for each of `tenants`."""
    async with AsyncExitStack() as stack:
        settings = settings_for(services, home, **changes)
        clients = [await stack.enter_async_context(deployed(settings)) for _ in tenants]
        yield tuple(map(Asker, clients, tenants))


async def with_entries(stores: Stores, tenant: Tenant) -> Tenant:
    async with stores.database.write(tenant.scope) as connection:
        await connection.execute("SELECT ensure_months($1)", [date(2025, 11, 1)])
        await connection.execute("SELECT set_config('seed.size', '5', true)")
        await connection.execute(SEED.read_text(encoding="utf-8"))
    await spent(stores, tenant, 0)
    return tenant


async def spent(stores: Stores, tenant: Tenant, amount: int) -> None:
    async with stores.database.write(tenant.scope) as connection:
        await connection.execute("UPDATE marketing_entry SET spend = $1", amount)
