"""Seasons of a tenant's own history: what was learned, and the estimations that are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import groupby

import asyncpg

from core.records.audit import Act
from core.records.seasonality import (
    Estimation,
    HistoryKey,
    SeasonalFactor,
    Seasonality,
    SeasonalMethod,
    SeasonalMetric,
    SeasonalPeriod,
    Seasons,
)
from core.scope import SystemScope, TenantScope
from stores.postgres.audit import acting
from stores.postgres.clock import advance_clock
from stores.postgres.database import Connection, Database
from stores.postgres.entries import settle

EVERY_HOURS = 20
"""How often at most upkeep asks for an estimation of a tenant whose data has changed."""

MAX_HISTORIES = 1000


class SeasonalityStore:
    """Seasons, append-only, so that what was known at a moment stays so."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_metric(
        self,
        scope: TenantScope,
        metric: SeasonalMetric,
        names: Sequence[str],
        as_of: datetime | None = None,
    ) -> tuple[Seasonality, ...]:
        """Those of channels (of SERIES: series) of these names that are known, by name.

        No names: of a metric all channels together, and of SERIES every series.
        """
        is_series = metric is SeasonalMetric.SERIES
        wanted = list(names) if names or is_series else [""]
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            rows = await connection.fetch(
                _KNOWN.format(name="series" if is_series else "channel"),
                scope.tenant_id, metric.value, wanted, as_of, MAX_HISTORIES,
            )  # fmt: skip
        return tuple(_histories(rows))

    async def request(self, scope: TenantScope) -> Estimation:
        """Have a worker estimate anew; one that is waiting answers for this caller too."""
        async with acting(self._database, scope, Act.SEASONALITY_REQUESTED) as connection:
            (row,) = await connection.fetch(_REQUEST, scope.tenant_id, scope.actor)
        return _estimation(row)

    async def estimation(self, scope: TenantScope) -> Estimation | None:
        """Where the newest estimation stands; None when none was ever asked for."""
        sql = "SELECT * FROM seasonality_estimation WHERE tenant_id = $1"
        async with self._database.read(scope) as connection:
            row = await connection.fetchrow(sql, scope.tenant_id)
        return None if row is None else _estimation(row)

    async def request_due(self, scope: SystemScope) -> int:
        """Ask for an estimation of every tenant whose data has changed; how many that were."""
        async with self._database.watch() as connection:
            if not await connection.fetchval(f"SELECT EXISTS ({_DUE})", EVERY_HOURS):
                return 0
        async with self._database.system(scope) as connection:
            rows = await connection.fetch(_REQUEST_DUE, EVERY_HOURS, scope.actor)
        return len(rows)

    async def claim(self, scope: TenantScope) -> bool:
        """Take the waiting estimation in hand for ten minutes; False when another has it."""
        async with self._database.write(scope) as connection:
            return bool(await connection.fetchval(_CLAIM, scope.tenant_id))

    async def learn(
        self, scope: TenantScope, looked_at: datetime, found: Iterable[tuple[HistoryKey, Seasons]]
    ) -> int:
        """End the estimation that looked at the clock's `looked_at`; how many seasons changed.

        Those that are as they were are not kept again. A history that is not among `found` any
        more is kept as unknown.
        """
        async with self._database.write(scope) as connection:
            known = await _newest(connection, scope)
            gone = {key: _vanished(seasons) for key, seasons in known.items()}
            wanted = gone | {(key, seasons.period): seasons for key, seasons in found}
            changed = {key: each for key, each in wanted.items() if known.get(key) != each}
            if changed:
                clock = await connection.fetchval(_CLOCK, scope.tenant_id)
                moment = await advance_clock(connection, scope)
                # What this transaction itself learned is no reason to look again.
                looked_at = moment if clock == looked_at else looked_at
                rows = [_row(key, seasons) for (key, _), seasons in changed.items()]
                await connection.execute(_KEEP, scope.tenant_id, moment, rows)
            await connection.execute(_FINISH, scope.tenant_id, looked_at)
        return len(changed)


async def _newest(
    connection: Connection, scope: TenantScope
) -> dict[tuple[HistoryKey, SeasonalPeriod], Seasons]:
    rows = await connection.fetch(_NEWEST, scope.tenant_id)
    return {(_key(row), SeasonalPeriod(row["period"])): _seasons(row) for row in rows}


def _vanished(seasons: Seasons) -> Seasons:
    unknown = tuple(SeasonalFactor(each.season, None, None, None, 0) for each in seasons.factors)
    return Seasons(seasons.period, unknown, 0.0, None, None, None, None, "there is no history")


def _histories(rows: Sequence[asyncpg.Record]) -> Iterable[Seasonality]:
    order = {period: place for place, period in enumerate(SeasonalPeriod)}
    for key, group in groupby(rows, _key):
        of_key = list(group)
        periods = sorted(map(_seasons, of_key), key=lambda each: order[each.period])
        yield Seasonality(key, max(row["learned_at"] for row in of_key), tuple(periods))


def _key(row: asyncpg.Record) -> HistoryKey:
    return HistoryKey(SeasonalMetric(row["metric"]), row["channel"] or None, row["series"] or None)


def _seasons(row: asyncpg.Record) -> Seasons:
    return Seasons(
        SeasonalPeriod(row["period"]),
        tuple(SeasonalFactor(**factor) for factor in row["factors"]),
        row["cycles"],
        row["shrinkage"],
        None if row["method"] is None else SeasonalMethod(row["method"]),
        row["since"],
        row["until"],
        row["reason"],
    )


def _row(key: HistoryKey, seasons: Seasons) -> dict[str, object]:
    named = {"metric": key.metric, "channel": key.channel or "", "series": key.series or ""}
    return asdict(seasons) | named


def _estimation(row: asyncpg.Record) -> Estimation:
    is_waiting = row["status"] == "WAITING"
    asked = row["requested_at"], row["requested_by"]
    return Estimation(row["id"], is_waiting, *asked, row["estimated_at"])


_KNOWN = """
SELECT DISTINCT ON (s.{name}, s.period) s.* FROM seasonality s
WHERE s.tenant_id = $1 AND s.metric = $2 AND ($3::text[] = '{{}}' OR s.{name} = ANY($3))
  AND s.learned_at <= coalesce($4::timestamptz, 'infinity')
ORDER BY s.{name}, s.period, s.learned_at DESC LIMIT $5 * 4
"""
_NEWEST = """
SELECT DISTINCT ON (metric, channel, series, period) * FROM seasonality WHERE tenant_id = $1
ORDER BY metric, channel, series, period, learned_at DESC
"""
_REQUEST = """
INSERT INTO seasonality_estimation AS e (tenant_id, requested_by) VALUES ($1, $2)
ON CONFLICT (tenant_id) DO UPDATE SET status = 'WAITING',
    requested_at = CASE e.status WHEN 'WAITING' THEN e.requested_at ELSE clock_timestamp() END,
    requested_by = CASE e.status WHEN 'WAITING' THEN e.requested_by ELSE $2 END
RETURNING *
"""
# In the middle of a backfill it waits until data is quiet, but not for more than two days.
_DUE = """
SELECT c.tenant_id
FROM data_clock c JOIN tenant t USING (tenant_id)
LEFT JOIN seasonality_estimation e USING (tenant_id)
WHERE c.learned_at > coalesce(e.looked_at, '-infinity') AND e.status IS DISTINCT FROM 'WAITING'
  AND coalesce(e.estimated_at, '-infinity') < clock_timestamp() - make_interval(hours => $1)
  AND (c.learned_at < clock_timestamp() - interval '10 minutes'
       OR coalesce(e.estimated_at, t.created_at) < clock_timestamp() - interval '2 days')
"""
_REQUEST_DUE = f"""
INSERT INTO seasonality_estimation AS e (tenant_id, requested_by)
SELECT due.tenant_id, $2 FROM ({_DUE}) due
ON CONFLICT (tenant_id) DO UPDATE
    SET status = 'WAITING', requested_at = clock_timestamp(), requested_by = $2
    WHERE e.status <> 'WAITING'
RETURNING tenant_id
"""
_CLAIM = """
UPDATE seasonality_estimation SET claimed_until = clock_timestamp() + interval '10 minutes'
WHERE tenant_id = $1 AND status = 'WAITING'
  AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
RETURNING true
"""
_CLOCK = "SELECT learned_at FROM data_clock WHERE tenant_id = $1"
# One statement: asyncpg's executemany does not end promptly when its task is cancelled.
_KEEP = """
INSERT INTO seasonality (
    tenant_id, learned_at, metric, channel, series, period, cycles, shrinkage, method, since,
    until, reason, factors)
SELECT $1, $2, n.metric, n.channel, n.series, n.period, n.cycles, n.shrinkage, n.method, n.since,
       n.until, n.reason, n.factors
FROM jsonb_populate_recordset(NULL::seasonality, $3) n
"""
_FINISH = """
UPDATE seasonality_estimation
SET status = 'DONE', claimed_until = NULL, estimated_at = clock_timestamp(), looked_at = $2
WHERE tenant_id = $1
"""
