"""Tenants."""

from __future__ import annotations

from dataclasses import asdict, fields

import asyncpg

from core.commands import CreateTenant
from core.errors import Conflict, NotFound
from core.periods import Weekday
from core.records.audit import Act
from core.records.calendar import CalendarProfile, Industry, RetailPattern
from core.records.tenants import TenantRecord
from core.scope import SystemScope, TenantId, TenantScope
from stores.postgres.audit import acting, record_upkeep
from stores.postgres.database import Database
from stores.postgres.errands import ERRANDS

_COLUMNS = (
    "tenant_id, slug, name, countries, fiscal_start_month, fiscal_year_named_by_end, "
    "reporting_currency, tier, created_at, subdivisions, week_start, retail_pattern, industry"
)


class TenantStore:
    """Reads the scope's own tenant; creates and lists tenants under a SystemScope."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def current(self, scope: TenantScope) -> TenantRecord:
        """The scope's tenant, or NotFound when it does not exist (any more)."""
        sql = f"SELECT {_COLUMNS} FROM tenant WHERE tenant_id = $1"
        async with self._database.read(scope) as connection:
            row = await connection.fetchrow(sql, scope.tenant_id)
        if row is None:
            raise NotFound("no such tenant")
        return _record(row)

    async def create(self, scope: SystemScope, command: CreateTenant) -> TenantRecord:
        """A new tenant with its clock, or Conflict when the slug is taken."""
        try:
            async with self._database.system(scope) as connection:
                row = await connection.fetchrow(_INSERT, *_values(command))
                if row is not None:
                    tenant_id, named = row["tenant_id"], {"slug": row["slug"], "tier": row["tier"]}
                    act = Act.TENANT_CREATED
                    await record_upkeep(connection, scope, tenant_id, act, None, **named)
        except asyncpg.UniqueViolationError as error:
            raise Conflict(
                f"a tenant named {command.slug} exists", field="slug", mend="choose another name"
            ) from error
        if row is None:
            raise NotFound("the tenant was not stored")
        return _record(row)

    async def wish_for_calendar(self, scope: TenantScope, profile: CalendarProfile) -> None:
        """Ask for another calendar; a worker is told at once."""
        async with acting(self._database, scope, Act.CALENDAR_SET) as connection:
            await connection.execute(_WISH, scope.tenant_id, asdict(profile))

    async def limit_runs(self, scope: SystemScope, tenant_id: TenantId, runs: int | None) -> None:
        """How many runs of the tenant are worked on at once; None: as many as its tier has."""
        async with self._database.system(scope) as connection:
            await connection.execute(_LIMIT, tenant_id, runs)
            await record_upkeep(connection, scope, tenant_id, Act.RUNS_LIMITED, None, runs=runs)

    async def by_slug(self, scope: SystemScope, slug: str) -> TenantRecord | None:
        """The tenant of that short name, if any."""
        sql = f"SELECT {_COLUMNS} FROM tenant WHERE lower(slug) = lower($1)"
        async with self._database.system(scope) as connection:
            row = await connection.fetchrow(sql, slug)
        return _record(row) if row else None

    async def all(self, scope: SystemScope) -> tuple[TenantRecord, ...]:
        """Every tenant, by short name."""
        async with self._database.system(scope) as connection:
            rows = await connection.fetch(f"SELECT {_COLUMNS} FROM tenant ORDER BY slug")
        return tuple(map(_record, rows))


_INSERT = f"""
WITH new AS (
    INSERT INTO tenant (
        slug, name, countries, fiscal_start_month, fiscal_year_named_by_end,
        reporting_currency, tier
    ) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *
), clock AS (INSERT INTO data_clock (tenant_id) SELECT tenant_id FROM new)
SELECT {_COLUMNS} FROM new
"""
_PROFILE = ", ".join(field.name for field in fields(CalendarProfile))
_WISH = f"""
WITH wished AS (
    UPDATE tenant SET ({_PROFILE}) = (
        SELECT {_PROFILE} FROM jsonb_populate_record(NULL::tenant, $2)
    ) WHERE tenant_id = $1 RETURNING tenant_id
)
SELECT pg_notify('{ERRANDS}', tenant_id || ' ' || tenant_id) FROM wished
"""
_LIMIT = """
INSERT INTO tenant_share (tenant_id, concurrent_runs) VALUES ($1, $2)
ON CONFLICT (tenant_id) DO UPDATE SET concurrent_runs = excluded.concurrent_runs
"""


def _values(command: CreateTenant) -> tuple[object, ...]:
    return (
        command.slug,
        command.name,
        list(command.countries),
        command.fiscal_start_month,
        command.fiscal_year_named_by_end,
        command.reporting_currency,
        command.tier,
    )


def _record(row: asyncpg.Record) -> TenantRecord:
    return TenantRecord(
        id=TenantId(row["tenant_id"]),
        slug=row["slug"],
        name=row["name"],
        countries=tuple(row["countries"]),
        fiscal_start_month=row["fiscal_start_month"],
        fiscal_year_named_by_end=row["fiscal_year_named_by_end"],
        reporting_currency=row["reporting_currency"],
        tier=row["tier"],
        created_at=row["created_at"],
        subdivisions=tuple(row["subdivisions"]),
        week_start=Weekday(row["week_start"]),
        retail_pattern=RetailPattern(row["retail_pattern"]),
        industry=Industry(row["industry"]),
    )
