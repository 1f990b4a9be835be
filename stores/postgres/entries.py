"""Marketing entries, as they stand or as they were known at a moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg

from core.errors import BadInput
from core.records.entries import (
    EntryFilter,
    EntryKey,
    EntryOrder,
    EntryPageRequest,
    EntryRecord,
    VintageRecord,
)
from core.records.pages import Page, PageRequest
from core.scope import TenantScope
from core.sources import MANIFESTS, SourceKind
from stores.postgres.conditions import Conditions
from stores.postgres.database import Connection, Database
from stores.postgres.entry_conditions import restrict, restrict_to_keys
from stores.postgres.entry_records import entry_record, vintage_record
from stores.postgres.paging import Ordering, page_of

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


def entry_relation(
    tenant: str,
    as_of: str | None,
    days: tuple[str, str] | None = None,
    *,
    is_walked: bool = False,
    tells_days: bool = True,
) -> str:
    """A FROM item `e` of the entries that were present at `as_of` (now when None).

    All arguments are placeholders. `days`: the first and the last day that the caller asks for,
    so that no other month of versions is planned for. `is_walked`: the caller takes the first few
    in the order of their keys, for which no more than those should be looked at.

    Every row carries its dimensions, its metrics, `named_at` and `vintage_count`; and of its day,
    if `tells_days`, `time_zone`, `settles_after_days` (as was known then) and `last_read_at`. What
    a source sends by itself is read all the time: its days need no event of their own to settle.
    """
    read_at = "" if as_of is None else f" AND d.read_at <= {as_of}"
    entries = _present(tenant)
    if as_of is not None:
        entries = _walked(tenant, as_of) if is_walked else _known(tenant, as_of, days)
    if not tells_days:
        return f"{entries} e"
    return f"""(
        SELECT x.*, c.time_zone, c.settles_after_days,
               CASE WHEN x.source IN ({PUSHED}) THEN {as_of or "now()"} ELSE
               (SELECT max(d.read_at) FROM day_reading d
                WHERE d.tenant_id = {tenant} AND d.connection_id = x.connection_id
                  AND d.date = x.date{read_at}) END AS last_read_at
        FROM {entries} x
        -- Every entry has its connection. LEFT, for of an inner join the planner expects hardly any
        -- row, and then sorts a tenant's whole past for one page.
        LEFT JOIN (
            -- MATERIALIZED: asked once for each connection, however its entries are come by.
            WITH k AS MATERIALIZED (
                SELECT k.id, k.time_zone, settles_after(
                    k.tenant_id, k.id, k.look_back_days, {as_of or "'infinity'"}
                ) AS settles_after_days
                FROM connection k WHERE k.tenant_id = {tenant}
            ) SELECT * FROM k
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
    versioned = ", ".join(f"v.{column}" for column in (*_VERSIONED, "vintage_count"))
    return f"""(
        SELECT {current}, {_NAMED_AT.format(row="m")}
        FROM marketing_entry m
        WHERE m.tenant_id = {tenant} AND m.learned_at <= {as_of} AND m.is_present
        UNION ALL
        SELECT {dimensions}, {versioned}, {_NAMED_AT.format(row="v")}
        FROM marketing_entry m CROSS JOIN LATERAL {_version(tenant, as_of, within)} v
        WHERE m.tenant_id = {tenant} AND m.learned_at > {as_of}
          AND m.first_learned_at <= {as_of} AND v.is_present)"""


def _walked(tenant: str, as_of: str) -> str:
    """The same, version by version in the order of the entries, and no further than is taken."""
    fixed = ", ".join(f"m.{column}" for column in _DIMENSIONS if column not in LABELS)
    versioned = (*LABELS, *_VERSIONED, "vintage_count")
    current = ", ".join(f"m.{column}" for column in versioned)
    former = ", ".join(f"v.{column}" for column in versioned)
    return f"""(
        SELECT {fixed}, y.* FROM marketing_entry m CROSS JOIN LATERAL (
            SELECT {current}, {_NAMED_AT.format(row="m")}
            WHERE m.learned_at <= {as_of} AND m.is_present
            UNION ALL
            SELECT {former}, {_NAMED_AT.format(row="v")}
            FROM {_version(tenant, as_of)} v WHERE m.learned_at > {as_of} AND v.is_present
        ) y
        WHERE m.tenant_id = {tenant} AND m.first_learned_at <= {as_of})"""


def _version(tenant: str, as_of: str, within: str = "") -> str:
    return f"""(
            SELECT w.*, (count(*) OVER ())::int AS vintage_count
            FROM marketing_entry_vintage w
            WHERE w.tenant_id = {tenant} AND w.date = m.date AND w.digest = m.digest
              AND w.learned_at <= {as_of}{within}
            ORDER BY w.learned_at DESC LIMIT 1
        )"""


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
    if as_of is None:
        present: datetime | None = await connection.fetchval(_PRESENT, merge_lock(scope))
        if present is not None:
            return present
    moment: datetime = as_of or await connection.fetchval("SELECT clock_timestamp()")
    await settle(connection, scope, moment)
    return moment


# No row while a merge is under way; of one that begins later every moment is a later one.
_PRESENT = "SELECT clock_timestamp() WHERE pg_try_advisory_xact_lock_shared($1)"


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
        asked = EntryPageRequest(where, order, request, as_of)
        conditions, entries = page_as_of(scope, asked)
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            rows = await connection.fetch(_RECORDS.format(entries), *conditions.values)
        return page_of(rows, request, entry_record)

    async def pages(
        self, scope: TenantScope, campaigns: Sequence[UUID], asked: EntryPageRequest
    ) -> dict[UUID, Page[EntryRecord]]:
        """The page of the entries of each of `campaigns`."""
        conditions, entries = page_as_of(scope, asked, campaigns)
        async with self._database.read(scope) as connection:
            await settle(connection, scope, asked.as_of)
            rows = await connection.fetch(_RECORDS.format(entries), *conditions.values)
        found = by_campaign(rows)
        return {each: page_of(found[each], asked.page, entry_record) for each in campaigns}

    async def count(
        self, scope: TenantScope, where: EntryFilter, as_of: datetime | None = None
    ) -> int:
        """How many entries `where` holds."""
        tells_days = where.is_mature is not None
        conditions, relation = entries_as_of(scope, as_of, tells_days=tells_days)
        restrict(conditions, where, IS_MATURE)
        sql = f"SELECT count(*) FROM {relation} WHERE {conditions}"
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            return int(await connection.fetchval(sql, *conditions.values))

    async def by_keys(
        self, scope: TenantScope, keys: Sequence[EntryKey], as_of: datetime | None = None
    ) -> dict[EntryKey, EntryRecord]:
        """The entries of `keys` that are present."""
        conditions, entries = keys_as_of(scope, list(dict.fromkeys(keys)), as_of)
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            rows = await connection.fetch(_RECORDS.format(entries), *conditions.values)
        return {record.key: record for record in map(entry_record, rows)}

    async def vintages(
        self, scope: TenantScope, keys: Sequence[EntryKey]
    ) -> dict[EntryKey, tuple[VintageRecord, ...]]:
        """Every version of each key, oldest first."""
        conditions = Conditions(scope.tenant_id)
        conditions.add("v.tenant_id = $1")
        restrict_to_keys(conditions, "v", keys)
        columns = ", ".join(("date", "digest", *_VERSIONED))
        sql = (
            f"SELECT {columns} FROM marketing_entry_vintage v WHERE {conditions} "
            "ORDER BY date, digest, learned_at"
        )
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, *conditions.values)
        found: defaultdict[EntryKey, list[VintageRecord]] = defaultdict(list)
        for row in rows:
            record = vintage_record(row)
            found[record.key].append(record)
        return {key: tuple(versions) for key, versions in found.items()}


_RECORDS = f"SELECT e.*, {IS_MATURE} AS is_mature FROM {{}}"


def by_campaign(rows: Iterable[asyncpg.Record]) -> Mapping[UUID, Sequence[asyncpg.Record]]:
    """The rows of each campaign, none for one that has none."""
    found: defaultdict[UUID, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        found[row["campaign"]].append(row)
    return found


def entries_as_of(
    scope: TenantScope,
    as_of: datetime | None,
    *,
    is_walked: bool = False,
    tells_days: bool = True,
) -> tuple[Conditions, str]:
    """Conditions whose $1 is the tenant, and the relation `e` of its entries at `as_of`, $2."""
    conditions = Conditions(scope.tenant_id)
    moment = None if as_of is None else conditions.parameter(as_of)
    relation = entry_relation("$1", moment, is_walked=is_walked, tells_days=tells_days)
    return conditions, relation


def page_as_of(
    scope: TenantScope,
    asked: EntryPageRequest,
    campaigns: Sequence[UUID] | None = None,
    *,
    tells_days: bool = True,
) -> tuple[Conditions, str]:
    """Conditions, and what follows FROM for a page's entries `e` and one more, in order.

    With `campaigns`, of the entries of each of them, one after the other. `tells_days`: what
    `entry_relation` tells of days is selected.
    """
    # A campaign has an index of its own, which a walk of all entries cannot use.
    is_walked = campaigns is None and not asked.where.campaigns
    tells_days = tells_days or asked.where.is_mature is not None
    conditions, relation = entries_as_of(
        scope, asked.as_of, is_walked=is_walked, tells_days=tells_days
    )
    restrict(conditions, asked.where, IS_MATURE)
    ordering = ORDERINGS[asked.order]
    ordering.seek(conditions, asked.page)
    keys, clause = ordering.keys(asked.page), ordering.clause(asked.page)
    if campaigns is None:
        return (
            conditions,
            f"(SELECT e.* FROM {relation} WHERE {conditions} {clause}) e ORDER BY {keys}",
        )
    conditions.add("e.campaign = c.campaign")
    each = conditions.parameter(list(campaigns))
    return conditions, (
        f"unnest({each}::uuid[]) c (campaign) "
        f"CROSS JOIN LATERAL (SELECT e.* FROM {relation} WHERE {conditions} {clause}) e "
        f"ORDER BY c.campaign, {keys}"
    )


def keys_as_of(
    scope: TenantScope,
    keys: Sequence[EntryKey],
    as_of: datetime | None,
    *,
    tells_days: bool = True,
) -> tuple[Conditions, str]:
    """Conditions, and what follows FROM for the entries `e` of `keys`, each of which is another."""
    conditions, relation = entries_as_of(scope, as_of, tells_days=tells_days)
    dates = conditions.parameter([key.date for key in keys])
    digests = conditions.parameter([key.digest for key in keys])
    # OFFSET 0: looked up one by one, each in the month and the index of its key. Joined freely, the
    # planner rather reads all that the tenant has of some of the days.
    return conditions, (
        f"unnest({dates}::date[], {digests}::uuid[]) k (date, digest) CROSS JOIN LATERAL ("
        f"SELECT e.* FROM {relation} WHERE e.date = k.date AND e.digest = k.digest OFFSET 0) e"
    )


ORDERINGS = {
    order: Ordering(("e.date", "e.digest"), (date.fromisoformat, UUID), order.endswith("DESC"))
    for order in EntryOrder
}
