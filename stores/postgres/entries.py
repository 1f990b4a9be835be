"""Marketing entries, as they stand or as they were known at a moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from core.errors import BadInput
from core.records.connections import Level, Source
from core.records.entries import (
    DateBasis,
    Device,
    EntryFilter,
    EntryKey,
    EntryOrder,
    EntryRecord,
    Metrics,
    SeriesRole,
    VintageRecord,
)
from core.records.naming import CampaignSpan
from core.records.pages import Page, PageRequest
from core.scope import TenantScope
from core.sources import MANIFESTS, SourceKind
from stores.postgres.conditions import Conditions
from stores.postgres.database import Connection, Database
from stores.postgres.paging import Ordering, page_of
from stores.postgres.quality import at_least

METRICS = (
    "spend",
    "impressions",
    "clicks",
    "link_clicks",
    "reach",
    "video_views",
    "conversions",
    "conversion_value",
    "conversion_type",
    "actions",
    "value",
)
_DIMENSIONS = (
    "date",
    "digest",
    "source",
    "connection_id",
    "account_id",
    "level",
    "entity_id",
    "entity_name",
    "campaign",
    "date_basis",
    "attribution_setting",
    "channel",
    "platform_channel",
    "currency",
    "country",
    "geo",
    "device",
    "series_role",
    "covers_days",
    "first_learned_at",
)
LABELS = (
    "entity_name",
    "campaign",
    "channel",
    "platform_channel",
    "country",
    "geo",
    "series_role",
    "covers_days",
)
"""Dimensions beside the key: they may change, so every vintage keeps its own."""
PUSHED = ", ".join(f"'{each.name}'" for each in MANIFESTS.values() if each.kind is SourceKind.PUSH)
"""Sources that send by themselves, as a list of SQL."""

CHECKS = ("checks_applied", "checks_failed")
"""Masks of an entry's quality; every vintage keeps its own."""
_VERSIONED = (
    *("learned_at", "is_present", "run_id", "raw_page_id", "raw_position"),
    *METRICS,
    *CHECKS,
)


_NAMED_AT = "coalesce({row}.named_at, {row}.learned_at) AS named_at"


def entry_relation(tenant: str, as_of: str | None, days: tuple[str, str] | None = None) -> str:
    """A FROM item `e` of the entries that were present at `as_of` (now when None).

    All arguments are placeholders. `days`: the first and the last day that the caller asks for,
    so that no other month of versions is planned for.

    Every row carries its dimensions, its metrics, and `named_at`, `vintage_count`, `time_zone`,
    `settles_after_days` (as was known then), `last_read_at` (of its day). What a source sends by
    itself is read all the time: its days need no event of their own to settle.
    """
    read_at = "" if as_of is None else f" AND d.read_at <= {as_of}"
    return f"""(
        SELECT x.*, c.time_zone, c.settles_after_days,
               CASE WHEN x.source IN ({PUSHED}) THEN {as_of or "now()"} ELSE
               (SELECT max(d.read_at) FROM day_reading d
                WHERE d.tenant_id = {tenant} AND d.connection_id = x.connection_id
                  AND d.date = x.date{read_at}) END AS last_read_at
        FROM {_present(tenant) if as_of is None else _known(tenant, as_of, days)} x
        JOIN (
            -- OFFSET 0: asked once for each connection, not for each entry.
            SELECT k.id, k.time_zone, settles_after(
                k.tenant_id, k.id, k.look_back_days, {as_of or "'infinity'"}) AS settles_after_days
            FROM connection k WHERE k.tenant_id = {tenant} OFFSET 0
        ) c ON c.id = x.connection_id
    ) e"""


IS_MATURE = (
    "coalesce("
    "(e.last_read_at AT TIME ZONE e.time_zone)::date - e.date > e.settles_after_days, false)"
)
"""Whether the day was last read past the age at which days of its connection have settled."""


def _present(tenant: str) -> str:
    columns = ", ".join((*_DIMENSIONS, *_VERSIONED, "vintage_count"))
    columns += f", {_NAMED_AT.format(row='marketing_entry')}"
    return f"(SELECT {columns} FROM marketing_entry WHERE tenant_id = {tenant} AND is_present)"


def _known(tenant: str, as_of: str, days: tuple[str, str] | None) -> str:
    """The newest version up to `as_of`: mostly the current one, else looked up."""
    within = "" if days is None else f" AND w.date BETWEEN {days[0]} AND {days[1]}"
    current = ", ".join(f"m.{column}" for column in (*_DIMENSIONS, *_VERSIONED, "vintage_count"))
    dimensions = ", ".join(f"{'v' if column in LABELS else 'm'}.{column}" for column in _DIMENSIONS)
    versioned = ", ".join(f"v.{column}" for column in _VERSIONED)
    return f"""(
        SELECT {current}, {_NAMED_AT.format(row="m")}
        FROM marketing_entry m
        WHERE m.tenant_id = {tenant} AND m.learned_at <= {as_of} AND m.is_present
        UNION ALL
        SELECT {dimensions}, {versioned}, v.vintage_count, {_NAMED_AT.format(row="v")}
        FROM marketing_entry m
        CROSS JOIN LATERAL (
            SELECT w.*, count(*) OVER () AS vintage_count
            FROM marketing_entry_vintage w
            WHERE w.tenant_id = {tenant} AND w.date = m.date AND w.digest = m.digest
              AND w.learned_at <= {as_of}{within}
            ORDER BY w.learned_at DESC LIMIT 1
        ) v
        WHERE m.tenant_id = {tenant} AND m.learned_at > {as_of}
          AND m.first_learned_at <= {as_of} AND v.is_present)"""


async def settle(connection: Connection, scope: TenantScope, as_of: datetime | None) -> None:
    """Make `as_of` a moment whose answer can no longer change; BadInput for the future.

    Nothing more can be learned at a moment up to the tenant's clock as it was committed. Beyond
    it a merge under way may hold an earlier `learned_at` than `as_of`: wait until it has ended.
    The database's clock alone counts, for it is the one that merges take their moments from.
    """
    if as_of is None:
        return
    row = await connection.fetchrow(_SETTLED, scope.tenant_id, as_of)
    if row is None or row["is_past"] is not True:
        raise BadInput(
            f"asOf {as_of.isoformat()} is in the future",
            field="asOf",
            mend="give a moment that has passed",
        )
    if not row["is_settled"]:
        await connection.execute("SELECT pg_advisory_xact_lock_shared($1)", merge_lock(scope))


async def pin(connection: Connection, scope: TenantScope, as_of: datetime | None) -> datetime:
    """`as_of`, or the present by the database's clock, settled: a moment to come back to."""
    moment = as_of or await connection.fetchval("SELECT clock_timestamp()")
    await settle(connection, scope, moment)
    return moment


_SETTLED = """
SELECT $2::timestamptz < clock_timestamp() AS is_past, EXISTS (
    SELECT FROM data_clock WHERE tenant_id = $1 AND learned_at >= $2) AS is_settled
"""


def merge_lock(scope: TenantScope) -> int:
    """The advisory lock that a merge of this tenant holds until it has committed."""
    return scope.tenant_id.int & 0x7FFF_FFFF_FFFF_FFFF


class EntryStore:
    """Reads entries and their vintages; merges are in `merge.py`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self,
        scope: TenantScope,
        where: EntryFilter,
        order: EntryOrder,
        request: PageRequest,
        as_of: datetime | None = None,
    ) -> Page[EntryRecord]:
        """One page; cursor parts are the ISO date and the digest in hex."""
        conditions, relation = entries_as_of(scope, as_of)
        _restrict(conditions, where)
        ordering = _ORDERINGS[order]
        ordering.seek(conditions, request)
        sql = (
            f"SELECT e.*, {IS_MATURE} AS is_mature FROM {relation} "
            f"WHERE {conditions} {ordering.clause(request)}"
        )
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            rows = await connection.fetch(sql, *conditions.values)
        return page_of(rows, request, entry_record)

    async def count(
        self, scope: TenantScope, where: EntryFilter, as_of: datetime | None = None
    ) -> int:
        """How many entries `where` holds."""
        conditions, relation = entries_as_of(scope, as_of)
        _restrict(conditions, where)
        sql = f"SELECT count(*) FROM {relation} WHERE {conditions}"
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            return int(await connection.fetchval(sql, *conditions.values))

    async def by_keys(
        self, scope: TenantScope, keys: Sequence[EntryKey], as_of: datetime | None = None
    ) -> dict[EntryKey, EntryRecord]:
        """The entries of `keys` that are present."""
        conditions, relation = entries_as_of(scope, as_of)
        _restrict_to_keys(conditions, "e", keys)
        sql = f"SELECT e.*, {IS_MATURE} AS is_mature FROM {relation} WHERE {conditions}"
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            rows = await connection.fetch(sql, *conditions.values)
        return {record.key: record for record in map(entry_record, rows)}

    async def vintages(
        self, scope: TenantScope, keys: Sequence[EntryKey]
    ) -> dict[EntryKey, tuple[VintageRecord, ...]]:
        """Every version of each key, oldest first."""
        conditions = Conditions(scope.tenant_id)
        conditions.add("v.tenant_id = $1")
        _restrict_to_keys(conditions, "v", keys)
        columns = ", ".join(("date", "digest", *_VERSIONED))
        sql = (
            f"SELECT {columns} FROM marketing_entry_vintage v WHERE {conditions} "
            "ORDER BY date, digest, learned_at"
        )
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, *conditions.values)
        found: defaultdict[EntryKey, list[VintageRecord]] = defaultdict(list)
        for row in rows:
            record = _vintage_record(row)
            found[record.key].append(record)
        return {key: tuple(versions) for key, versions in found.items()}


def entries_as_of(scope: TenantScope, as_of: datetime | None) -> tuple[Conditions, str]:
    """Conditions whose $1 is the tenant, and the relation `e` of its entries at `as_of`."""
    conditions = Conditions(scope.tenant_id)
    moment = None if as_of is None else conditions.parameter(as_of)
    return conditions, entry_relation("$1", moment)


def _restrict(conditions: Conditions, where: EntryFilter) -> None:
    if where.dates is not None:
        conditions.add("e.date BETWEEN {} AND {}", where.dates.since, where.dates.until)
    conditions.among("e.source", where.sources)
    conditions.among("e.channel", where.channels)
    conditions.among("e.account_id", where.accounts)
    conditions.among("e.connection_id", where.connections)
    conditions.among("e.campaign", where.campaigns)
    conditions.among("e.level", where.levels)
    conditions.among("e.country", where.countries)
    conditions.among("e.geo", where.geos)
    conditions.among("e.device", where.devices)
    conditions.among("e.series_role", where.series_roles)
    if where.spans is not None:
        conditions.add(_IN_SPANS, *_columns(where.spans))
    if where.min_quality is not None:
        conditions.add(at_least("{}"), where.min_quality)
    if where.is_mature is not None:
        conditions.add(f"{IS_MATURE} = {{}}", where.is_mature)


_IN_SPANS = (
    "EXISTS (SELECT FROM unnest("
    "{}::uuid[], {}::date[], {}::date[], {}::timestamptz[], {}::timestamptz[]"
    ") s (campaign, since, until, named_from, named_until) "
    "WHERE s.campaign = e.campaign AND e.date BETWEEN s.since AND s.until "
    "AND coalesce(e.named_at >= s.named_from, true) AND coalesce(e.named_at < s.named_until, true))"
)


def _columns(spans: Sequence[CampaignSpan]) -> tuple[list[Any], ...]:
    return tuple([getattr(span, field.name) for span in spans] for field in fields(CampaignSpan))


def _restrict_to_keys(conditions: Conditions, alias: str, keys: Sequence[EntryKey]) -> None:
    # The bare dates let Postgres leave out the partitions that hold none of the keys.
    dates = sorted({key.date for key in keys})
    conditions.add(f"{alias}.date = ANY({{}}::date[])", dates)
    conditions.add(
        f"({alias}.date, {alias}.digest) IN (SELECT * FROM unnest({{}}::date[], {{}}::uuid[]))",
        [key.date for key in keys],
        [key.digest for key in keys],
    )


_ORDERINGS = {
    order: Ordering(("e.date", "e.digest"), (date.fromisoformat, UUID), order.endswith("DESC"))
    for order in EntryOrder
}


def entry_record(row: asyncpg.Record) -> EntryRecord:
    """The record of a row of `entry_relation` with `is_mature`."""
    return EntryRecord(
        key=EntryKey(row["date"], row["digest"]),
        source=Source(row["source"]),
        connection_id=row["connection_id"],
        account_id=row["account_id"],
        level=Level(row["level"]),
        entity_id=row["entity_id"],
        entity_name=row["entity_name"],
        campaign=row["campaign"],
        date_basis=DateBasis(row["date_basis"]),
        attribution_setting=row["attribution_setting"],
        channel=row["channel"],
        platform_channel=row["platform_channel"],
        currency=row["currency"],
        country=row["country"],
        geo=row["geo"],
        device=Device(row["device"]) if row["device"] else None,
        series_role=SeriesRole(row["series_role"]) if row["series_role"] else None,
        covers_days=row["covers_days"],
        time_zone=row["time_zone"],
        metrics=_metrics(row),
        learned_at=row["learned_at"],
        named_at=row["named_at"],
        first_learned_at=row["first_learned_at"],
        vintage_count=row["vintage_count"],
        is_mature=row["is_mature"],
        run_id=row["run_id"],
        raw_page_id=row["raw_page_id"],
        raw_position=row["raw_position"],
        checks_applied=row["checks_applied"],
        checks_failed=row["checks_failed"],
    )


def _vintage_record(row: asyncpg.Record) -> VintageRecord:
    return VintageRecord(
        key=EntryKey(row["date"], row["digest"]),
        learned_at=row["learned_at"],
        is_present=row["is_present"],
        metrics=_metrics(row),
        run_id=row["run_id"],
        raw_page_id=row["raw_page_id"],
        raw_position=row["raw_position"],
        checks_applied=row["checks_applied"],
        checks_failed=row["checks_failed"],
    )


def _metrics(row: asyncpg.Record) -> Metrics:
    return Metrics(**{name: row[name] for name in METRICS})
