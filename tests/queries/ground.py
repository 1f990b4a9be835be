"""Seeded tenants, and what they are asked: each answer with the SQL that it took."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from asyncpg.connection import LoggedQuery

from app.embedded import attach
from core.commands import CreateTenant
from core.export_links import ExportLinks, LinkSigner
from core.records.entries import EntryKey
from core.records.exchange import Publication
from core.records.operations import OperationKey
from core.scope import SystemScope
from core.settings import Settings
from core.tiers import Tiers
from graph import ids
from graph.context import Context
from graph.executor.rendered import encoded
from graph.schema import LiftosSchema, build_schema
from jobs.calendars import fill_calendar
from resolvers.session import Session
from stores.postgres import database
from stores.postgres.calendar import CalendarStore
from stores.postgres.known_days import KnownDays
from stores.postgres.logins import derive_logins
from stores.postgres.migrate import migrate
from stores.wiring import Stores, open_stores
from tests.support import MASTER_KEY, Services, Tenant, open_home, scope_of

SEED = Path(__file__).with_name("seed.sql")
PUBLISHED = [
    Publication(date(2025, 10, 31), "European Central Bank", {"USD": Decimal("1.155")}),
    Publication(
        date(2025, 11, 3),
        "European Central Bank",
        {"USD": Decimal("1.1514"), "GBP": Decimal("0.8776")},
    ),
]
NOT_OURS = re.compile(
    r"BEGIN|COMMIT|SELECT set_config\(|SELECT pg_advisory_unlock_all\(\)"  # around transactions
    r"|WITH RECURSIVE typeinfo|\s*SELECT\s+(current_setting|set_config)\('jit'"  # asyncpg's types
)

NOW = datetime(2025, 11, 20, 12, tzinfo=UTC)
"""The present of every session; the seed lies in the weeks before."""

KINDS = {kind.type_name: kind for kind in vars(ids).values() if isinstance(kind, ids.IdKind)}
NAMED = re.compile(r'"\$(\w+) ([^"]+)"')


@dataclass(frozen=True, slots=True)
class Statement:
    """What was sent to Postgres within one transaction, its opening and its end left out."""

    sql: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as JSON with the tenant's own id left out, and the statements behind it."""

    data: Any
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """Stores over one connection, so that statements come one after the other, and are heard."""

    schema: LiftosSchema
    stores: Stores
    heard: list[LoggedQuery]

    async def seeded(self, size: int) -> Tenant:
        """A new tenant with `size` of everything."""
        command = CreateTenant(slug=f"queries-{uuid4().hex[:12]}", name="Queries")
        record = await self.stores.tenants.create(SystemScope(reason="tests of queries"), command)
        tenant = Tenant(record, scope_of(record))
        await self.stores.exchange.add(SystemScope(reason="tests of queries"), PUBLISHED)
        await fill_calendar(self.stores, record, date(2025, 11, 20))
        async with self.stores.database.write(tenant.scope) as connection:
            months = [date(2025, 11, 1)]
            await connection.execute("SELECT ensure_months($1)", months)
            await connection.execute("SELECT set_config('seed.size', $1, true)", str(size))
            await connection.execute(SEED.read_text(encoding="utf-8"))
        return tenant

    async def ask(self, tenant: Tenant, document: str, *, renders: bool = True) -> Answer:
        """Carry out an operation, in which `"$Run read run 1"` stands for the id of that run.

        `renders` as the doors have it, unless they trace.
        """
        self.heard.clear()
        session = Session.open(
            tenant.scope,
            self.stores,
            lambda: NOW,
            links=ExportLinks("https://data.example", LinkSigner((b"queries",))),
            tiers=Tiers(Settings()),
        )
        context = Context(session, "request-1")
        context.renders = renders
        result = await self.schema.execute(NAMED.sub(_identified, document), None, context)
        context.close()
        assert result.errors is None, (result.errors, document)
        told = (
            encoded(result.data).decode().replace(ids.TENANT.encode(tenant.record.id), "<tenant>")
        )
        return Answer(json.loads(told.replace(tenant.record.slug, "<slug>")), self._statements())

    def _statements(self) -> tuple[Statement, ...]:
        return tuple(
            Statement(each.query, tuple(each.args))
            for each in self.heard
            if NOT_OURS.match(each.query) is None
        )


@contextmanager
def own_services() -> Iterator[Services]:
    """Services of one's own: what is published of rates is no tenant's, and other tests publish."""
    with open_home() as home, attach(home) as attached:
        logins = derive_logins(attached.postgres_url, MASTER_KEY)
        asyncio.run(migrate(logins))
        yield Services(logins, attached.redis_url)


@asynccontextmanager
async def opened_ground(services: Services, **options: Any) -> AsyncIterator[Ground]:
    """A ground over these services, with `options` of its stores."""
    heard: list[LoggedQuery] = []
    prepare = database._prepare

    async def listened(connection: asyncpg.Connection[asyncpg.Record]) -> None:
        await prepare(connection)
        connection.add_query_logger(heard.append)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_prepare", listened)
        opening = open_stores(
            services.logins, services.redis_url, MASTER_KEY, pool_size=1, **options
        )
        async with opening as stores:
            # Of which nothing is known from before, so that an answer always takes the same.
            calendar = CalendarStore(stores.database, KnownDays(most=0))
            yield Ground(build_schema(), replace(stores, calendar=calendar), heard)


def named_id(kind: str, name: str) -> str:
    """The id of what the seed calls so."""
    return KINDS[kind].encode(_value(kind, name))


def _identified(found: re.Match[str]) -> str:
    return json.dumps(named_id(*found.groups()))


def _value(kind: str, name: str) -> Any:
    day, _, rest = name.partition(" ")
    match kind:
        case "CalendarDimension":
            return date.fromisoformat(name)
        case "MarketingEntry":
            return EntryKey(date.fromisoformat(day), digest(rest))
        case "Operation":
            return OperationKey(hashlib.sha256(name.encode()).hexdigest(), "console")
        case _:
            return digest(name)


def digest(name: str) -> UUID:
    """The id under which the seed knows something."""
    return UUID(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest())
