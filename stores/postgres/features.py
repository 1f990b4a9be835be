"""Feature views and how often they are read; their values are in `feature_values.py`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

import asyncpg

from core.errors import Bug, Conflict
from core.missing import no_feature_view
from core.records.audit import Act
from core.records.features import (
    EntityKind,
    Feature,
    FeatureAggregate,
    FeatureMetric,
    FeatureUse,
    FeatureView,
    FeatureViewRecord,
    UsageSpan,
    ViewKey,
)
from core.records.pages import Page, PageRequest
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.audit import record_act
from stores.postgres.conditions import Conditions
from stores.postgres.database import Connection, Database
from stores.postgres.paging import Ordering, page_of

MAX_VERSIONS: Final = 1_000
"""Versions in force, of all views of a tenant together."""
_BY_NAME: Final = Ordering(("name", "version"), (str, int))


class FeatureViewStore:
    """Creates, finds and retires versions of views, and counts who reads them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, scope: TenantScope, view: FeatureView) -> FeatureViewRecord:
        """The next version of the view of that name; its newest one where that says the same.

        Conflict beyond `MAX_VERSIONS` in force.
        """
        async with self._database.write(scope) as connection:
            # One at a time, so that no two are the same version.
            await connection.execute(_ALONE, scope.tenant_id)
            row = await connection.fetchrow(_NEWEST, scope.tenant_id, view.name)
            newest = None if row is None else view_record(row)
            if newest is not None and newest.view == view and newest.retired_at is None:
                return newest
            await _refuse_too_many(connection, scope)
            version = 1 if newest is None else newest.version + 1
            made = await connection.fetchrow(_CREATE, *_given(scope, view, version))
            if made is None:
                raise Bug("a version of a feature view was not written")
            subject = f"feature_view:{view.name}"
            await record_act(connection, scope, Act.FEATURE_VIEW_CREATED, subject, version=version)
            return view_record(made)

    async def retire(self, scope: TenantScope, key: ViewKey) -> FeatureViewRecord:
        """Offer that version to nobody anew; NotFound without it. Twice is the same as once."""
        async with self._database.write(scope) as connection:
            row = await connection.fetchrow(_RETIRE, scope.tenant_id, key.name, key.version)
            if row is None:
                raise no_feature_view(key.name)
            subject = f"feature_view:{key.name}"
            await record_act(
                connection, scope, Act.FEATURE_VIEW_RETIRED, subject, version=key.version
            )
            return view_record(row)

    async def by_keys(
        self, scope: TenantScope, keys: Sequence[ViewKey]
    ) -> dict[ViewKey, FeatureViewRecord]:
        """The versions of `keys` that there are, retired or not."""
        names, versions = [key.name for key in keys], [key.version for key in keys]
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_BY_KEYS, scope.tenant_id, names, versions)
        return {record.key: record for record in map(view_record, rows)}

    async def newest(
        self, scope: TenantScope, names: Sequence[str]
    ) -> dict[str, FeatureViewRecord]:
        """The newest version in force of each view of `names` that has one."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_IN_FORCE, scope.tenant_id, list(names))
        return {record.view.name: record for record in map(view_record, rows)}

    async def page(
        self,
        scope: TenantScope,
        request: PageRequest,
        entities: Sequence[EntityKind] = (),
        *,
        include_retired: bool = False,
    ) -> Page[FeatureViewRecord]:
        """One page by name and version, which are the cursor's parts."""
        where = Conditions(scope.tenant_id)
        where.add("tenant_id = $1")
        where.among("entity", entities)
        if not include_retired:
            where.add("retired_at IS NULL")
        _BY_NAME.seek(where, request)
        sql = f"SELECT * FROM feature_view WHERE {where} {_BY_NAME.clause(request)}"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, *where.values)
        return page_of(rows, request, view_record)

    async def record(self, scope: TenantScope, uses: Sequence[FeatureUse]) -> None:
        """Add to what was counted; each version, module and day once."""
        rows = [
            (scope.tenant_id, use.key.name, use.key.version, use.day, use.module, *_counts(use))
            for use in uses
        ]
        async with self._database.write(scope) as connection:
            await connection.executemany(_COUNT, rows)

    async def usage(
        self, scope: TenantScope, spans: Sequence[UsageSpan]
    ) -> dict[UsageSpan, tuple[FeatureUse, ...]]:
        """What was counted in each of `spans`, newest day first; none where nothing was."""
        columns = (
            [span.key.name for span in spans],
            [span.key.version for span in spans],
            [span.dates.since for span in spans],
            [span.dates.until for span in spans],
        )
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_USED, scope.tenant_id, *columns)
        found: defaultdict[UsageSpan, list[FeatureUse]] = defaultdict(list)
        for row in rows:
            key = ViewKey(row["name"], row["version"])
            use = FeatureUse(key, row["module"], row["day"], row["requests"], row["entities"])
            found[UsageSpan(key, DateRange(row["since"], row["until"]))].append(use)
        return {span: tuple(uses) for span, uses in found.items()}


def view_record(row: asyncpg.Record) -> FeatureViewRecord:
    """The record of a whole row of `feature_view`."""
    view = FeatureView(
        name=row["name"],
        entity=EntityKind(row["entity"]),
        features=tuple(
            Feature(
                **each
                | {
                    "metric": FeatureMetric(each["metric"]),
                    "aggregate": FeatureAggregate(each["aggregate"]),
                }
            )
            for each in row["features"]
        ),
        owner=row["owner"],
        description=row["description"],
        currency=row["currency"],
        ttl_days=row["ttl_days"],
    )
    return FeatureViewRecord(
        view, row["version"], row["created_at"], row["created_by"], row["retired_at"]
    )


def _given(scope: TenantScope, view: FeatureView, version: int) -> tuple[object, ...]:
    features = [asdict(each) for each in view.features]
    told = (view.entity, features, view.owner, view.description, view.currency, view.ttl_days)
    return (scope.tenant_id, view.name, version, *told, scope.actor)


def _counts(use: FeatureUse) -> tuple[int, int]:
    return use.requests, use.entities


async def _refuse_too_many(connection: Connection, scope: TenantScope) -> None:
    sql = "SELECT count(*) FROM feature_view WHERE tenant_id = $1 AND retired_at IS NULL"
    if await connection.fetchval(sql, scope.tenant_id) >= MAX_VERSIONS:
        raise Conflict(
            f"there are {MAX_VERSIONS:,} versions of feature views",
            mend="retire versions that no module reads any more",
        )


_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('feature_view:' || $1::uuid, 0))"
_NEWEST = """
SELECT * FROM feature_view WHERE tenant_id = $1 AND name = $2 ORDER BY version DESC LIMIT 1
"""
_CREATE = """
INSERT INTO feature_view (tenant_id, name, version, entity, features, owner, description, currency,
                          ttl_days, created_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING *
"""
_RETIRE = """
UPDATE feature_view SET retired_at = coalesce(retired_at, now())
WHERE tenant_id = $1 AND name = $2 AND version = $3 RETURNING *
"""
_BY_KEYS = """
SELECT v.* FROM feature_view v
JOIN unnest($2::text[], $3::int[]) k (name, version) USING (name, version)
WHERE v.tenant_id = $1
"""
_IN_FORCE = """
SELECT DISTINCT ON (name) * FROM feature_view
WHERE tenant_id = $1 AND name = ANY($2) AND retired_at IS NULL ORDER BY name, version DESC
"""
_COUNT = """
INSERT INTO feature_usage AS u (tenant_id, name, version, day, module, requests, entities)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (tenant_id, name, version, day, module) DO UPDATE SET
    requests = u.requests + excluded.requests, entities = u.entities + excluded.entities
"""
_USED = """
SELECT u.*, s.since, s.until
FROM unnest($2::text[], $3::int[], $4::date[], $5::date[]) s (name, version, since, until)
JOIN feature_usage u ON u.tenant_id = $1 AND u.name = s.name AND u.version = s.version
    AND u.day BETWEEN s.since AND s.until
ORDER BY u.day DESC, u.module
"""
