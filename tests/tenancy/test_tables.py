"""The described tables are the migrated ones, and the stores' column lists are their columns."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import AsyncIterator, Collection
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Row, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from core.records.ingestion import CAMPAIGN_COLUMNS, ENTRY_COLUMNS, Column
from stores.postgres import (
    calendar,
    calendar_events,
    connections,
    entries,
    keys,
    lineage,
    merge,
    rejections,
    run_events,
    tenants,
    uploads,
)
from stores.postgres.tables import (
    METADATA,
    ApiKeyRow,
    CalendarEventRow,
    CalendarVersionRow,
    CampaignRow,
    ConnectionRow,
    MarketingEntryRow,
    MarketingEntryVintageRow,
    RawPageRow,
    RejectedRecordRow,
    RunRow,
    Table,
    TenantRow,
    UploadRow,
)
from tests.support import Services

NOT_DESCRIBED = re.compile(r"pgqueuer.*|alembic_version|.*_\d{6}")
TYPES = {
    "text": "TEXT",
    "date": "DATE",
    "digest": "UUID",
    "integer": "BIGINT",
    "amount": "NUMERIC(20, 6)",
    "number": "NUMERIC",
    "json": "JSONB",
}
FRAME_ONLY = {"position", "records"}
COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull,
       pg_get_expr(d.adbin, d.adrelid) AS default, pg_get_partkeydef(c.oid) AS partitioned
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
ORDER BY c.relname, a.attnum
"""
CONSTRAINTS = """
SELECT c.relname, k.conname, pg_get_constraintdef(k.oid) AS definition
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE c.relnamespace = current_schema()::regnamespace AND k.contype <> 't'
ORDER BY c.relname, k.conname
"""
INDEXES = """
SELECT tablename AS relname, replace(indexdef, schemaname || '.', '') AS definition
FROM pg_indexes WHERE schemaname = current_schema()
ORDER BY tablename, indexname
"""


@pytest.fixture
async def owner(services: Services) -> AsyncIterator[AsyncConnection]:
    """The owner's connection, in a transaction that is rolled back, with a month's partitions."""

    async def connect(*_: Any, **__: Any) -> Any:
        return await asyncpg.connect(services.logins.owner)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        await connection.execute(text("SELECT ensure_months(ARRAY['2026-01-01'::date])"))
        yield connection
        await connection.rollback()
    await engine.dispose()


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(
        connection,
        opts={
            "compare_type": True,
            "compare_server_default": True,
            "include_name": lambda name, kind, _: (
                kind != "table" or not NOT_DESCRIBED.fullmatch(name or "")
            ),
        },
    )
    return list(compare_metadata(context, METADATA))


async def catalogue(connection: AsyncConnection, sql: str) -> list[Row[Any]]:
    rows = await connection.execute(text(sql))
    return [row for row in rows if not NOT_DESCRIBED.fullmatch(row.relname)]


async def test_alembic_would_generate_nothing(owner: AsyncConnection) -> None:
    assert await owner.run_sync(differences) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("ALTER TABLE campaign ADD COLUMN extra text", "remove_column"),
        ("ALTER TABLE campaign DROP COLUMN objective", "add_column"),
        ("CREATE TABLE extra (id uuid PRIMARY KEY)", "remove_table"),
        ("DROP TABLE rejected_record", "add_table"),
        ("ALTER TABLE campaign ALTER COLUMN objective TYPE varchar(900)", "modify_type"),
        ("ALTER TABLE campaign ALTER COLUMN source DROP NOT NULL", "modify_nullable"),
    ],
)
async def test_a_difference_in_either_direction_is_seen(
    owner: AsyncConnection, change: str, found: str
) -> None:
    await owner.execute(text(change))
    steps = [
        step[0] if isinstance(step, list) else step for step in await owner.run_sync(differences)
    ]
    assert found in [step[0] for step in steps]


@pytest.mark.parametrize("sql", [COLUMNS, CONSTRAINTS, INDEXES], ids=["columns", "keys", "indexes"])
async def test_tables_made_from_the_metadata_are_those_of_the_migrations(
    owner: AsyncConnection, sql: str
) -> None:
    # Alembic compares no primary keys, no index predicates, no partitioning, no column order.
    migrated = await catalogue(owner, sql)
    await owner.execute(text("CREATE SCHEMA described"))
    await owner.execute(text("SET LOCAL search_path = described, public"))
    await owner.run_sync(lambda connection: METADATA.create_all(connection, checkfirst=False))
    described = await catalogue(owner, sql)
    assert len(described) >= len(METADATA.tables)
    assert described == migrated


def test_every_table_says_what_its_rows_are() -> None:
    rows = Table.__subclasses__()
    assert {row.__tablename__ for row in rows} == set(METADATA.tables)
    assert [
        row.__name__ for row in rows if not (row.__doc__ or "").startswith("One row per ")
    ] == []


def names(row: type[Table], without: Collection[str] = ()) -> tuple[str, ...]:
    columns = METADATA.tables[str(row.__tablename__)].columns.keys()
    assert set(without) <= set(columns)
    return tuple(name for name in columns if name not in without)


@pytest.mark.parametrize(
    ("spelled", "row", "without"),
    [
        (tenants._COLUMNS, TenantRow, ()),
        (keys._COLUMNS, ApiKeyRow, ("tenant_id", "secret_hash")),
        (connections._COLUMNS, ConnectionRow, ("tenant_id", "sealed_credentials")),
        (uploads._COLUMNS, UploadRow, ("tenant_id", "finished_at", "body_gone_at")),
        (rejections._COLUMNS, RejectedRecordRow, ("tenant_id", "fingerprint", "is_pending")),
        (
            lineage._PAGE_COLUMNS,
            RawPageRow,
            (
                "tenant_id",
                "reading",
                "body",
                "checkpoint",
                "merged_at",
                "newest_day",
                "seen_dates",
                "seen_digests",
                "recipe",
                "settled_at",
            ),
        ),
        (
            ", ".join(calendar.VERSION_COLUMNS),
            CalendarVersionRow,
            ("tenant_id", "learned_at"),
        ),
        (
            ", ".join(calendar_events.EVENT_COLUMNS),
            CalendarEventRow,
            ("tenant_id", "id", "learned_at", "is_present"),
        ),
        (
            ", ".join(column.name for column in CAMPAIGN_COLUMNS),
            CampaignRow,
            ("tenant_id", "changed_at"),
        ),
    ],
)
def test_a_store_reads_every_column_but_those_it_keeps_back(
    spelled: str, row: type[Table], without: tuple[str, ...]
) -> None:
    assert spelled == ", ".join(names(row, without))


def test_an_entry_is_read_whole_from_its_two_tables() -> None:
    current = (*entries._DIMENSIONS, *entries._VERSIONED, "vintage_count", "named_at")
    assert sorted(current) == sorted(names(MarketingEntryRow, {"tenant_id", "content"}))
    vintage = ("date", "digest", *entries.LABELS, *entries._VERSIONED, "named_at")
    assert sorted(vintage) == sorted(names(MarketingEntryVintageRow, {"tenant_id"}))


@pytest.mark.parametrize("row", [MarketingEntryRow, MarketingEntryVintageRow])
def test_metrics_stand_in_the_order_of_their_columns(row: type[Table]) -> None:
    assert tuple(name for name in names(row) if name in entries.METRICS) == entries.METRICS


def test_the_merge_writes_every_column_of_an_entry() -> None:
    of_the_merge = {
        "named_at",
        "content",
        "tenant_id",
        "connection_id",
        "is_present",
        "learned_at",
        "first_learned_at",
        "vintage_count",
        "run_id",
        "raw_page_id",
        "raw_position",
    }
    written = (*merge._DIMENSIONS, *merge._MEASURED)
    assert sorted(written) == sorted(names(MarketingEntryRow, of_the_merge))


@pytest.mark.parametrize(
    ("frame", "row"), [(ENTRY_COLUMNS, MarketingEntryRow), (CAMPAIGN_COLUMNS, CampaignRow)]
)
def test_a_column_of_a_frame_has_the_type_and_nullability_of_its_table(
    frame: tuple[Column, ...], row: type[Table]
) -> None:
    columns = METADATA.tables[str(row.__tablename__)].columns
    for column in frame:
        if column.name not in FRAME_ONLY:
            kept = columns[column.name]
            assert str(kept.type) == TYPES[column.kind], column.name
            assert kept.nullable is not column.is_required, column.name


def test_every_counter_is_a_column_of_the_run() -> None:
    assert (
        tuple(name for name in names(RunRow) if name in run_events.COUNTERS) == run_events.COUNTERS
    )


def test_no_store_pays_for_the_metadata() -> None:
    check = (
        "import sys, stores.wiring; sys.exit(bool({'sqlmodel', 'sqlalchemy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
