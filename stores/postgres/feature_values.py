"""Values of features as they were known at a moment: point in time, by vintages.

Whatever was learned after the moment is not looked at: neither vintages, nor rates, nor readings.
So the values of a moment that has passed never change, and none of them knows what came later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import asyncpg

from core.metrics.rates import ratio
from core.records.attribution import AttributionDefinition
from core.records.features import (
    DEFINITIONS,
    EntityKind,
    Feature,
    FeatureAggregate,
    FeatureMetric,
    FeatureMissing,
    FeatureSource,
    FeatureVector,
    FeatureView,
)
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.attribution_filters import restrict
from stores.postgres.attribution_parts import AS_OF, TENANT, entry_parts
from stores.postgres.attribution_rates import rate_columns
from stores.postgres.conditions import Conditions
from stores.postgres.database import Connection, Database
from stores.postgres.entries import PUSHED, pin

_NEVER: Final = 1_000_000
"""An age in days that no reading has."""


class FeatureValueStore:
    """Works out features."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def values(
        self, scope: TenantScope, view: FeatureView, entities: Sequence[str], at: datetime | None
    ) -> dict[str, FeatureVector]:
        """The features of each of `entities` as known at `at`, now when None.

        BadInput for the future.
        """
        async with self._database.read(scope) as connection:
            moment = await pin(connection, scope, at)
            return await _Reading(connection, scope, view, moment).vectors(entities)

    async def sources(self, scope: TenantScope) -> tuple[FeatureSource, ...]:
        """How new the data of each connection is that was ever read."""
        async with self._database.read(scope) as connection:
            now = await connection.fetchval("SELECT now()")
            rows = await connection.fetch(_READ, scope.tenant_id, now)
        return tuple(
            FeatureSource(row["id"], row["newest"], row["age"])
            for row in rows
            if row["newest"] is not None
        )


@dataclass(frozen=True, slots=True)
class _Found:
    """What there is of one entity: its row, and how old its sources' newest days are."""

    row: asyncpg.Record | None
    age: int | None


class _Reading:
    """One view at one moment."""

    def __init__(
        self, connection: Connection, scope: TenantScope, view: FeatureView, at: datetime
    ) -> None:
        self._connection, self._scope, self._view, self._at = connection, scope, view, at
        self._columns = _Columns()
        self._readers = [_reader(each, self._columns) for each in view.features]

    async def vectors(self, entities: Sequence[str]) -> dict[str, FeatureVector]:
        ages = {
            row["id"]: _NEVER if row["age"] is None else row["age"]
            for row in await self._connection.fetch(_READ, self._scope.tenant_id, self._at)
        }
        rows = {row["entity"]: row for row in await self._rows(entities, ages)}
        quiet = [entity for entity in entities if entity not in rows]
        found = {entity: _Found(row, row["age"]) for entity, row in rows.items()}
        found |= await self._quiet(quiet, ages)
        return {entity: self._vector(found[entity]) for entity in entities}

    async def _rows(
        self, entities: Sequence[str], ages: Mapping[UUID, int]
    ) -> Sequence[asyncpg.Record]:
        newest, oldest = self._view.ages
        # The day of the moment is another one at accounts in other time zones.
        today = self._at.astimezone(UTC).date()
        dates = DateRange(today - timedelta(days=oldest + 1), today + timedelta(days=1 - newest))
        conditions = Conditions(self._scope.tenant_id, self._at, dates.since, dates.until)
        restrict(conditions, _definition(self._view.entity, entities, dates))
        rates = None
        if self._view.has_amounts:
            rates = await rate_columns(
                self._connection, self._scope, self._view.currency, dates, self._at
            )
        parts = entry_parts(conditions, str(conditions), rates)
        sql = _DAILY.format(
            columns=", ".join(self._columns.sql),
            entity=ENTITY_COLUMNS[self._view.entity],
            parts=parts,
            ids=conditions.parameter(list(ages)),
            ages=conditions.parameter(list(ages.values())),
            newest=newest,
            oldest=oldest,
        )
        return await self._connection.fetch(sql, *conditions.values)

    async def _quiet(
        self, entities: Sequence[str], ages: Mapping[UUID, int]
    ) -> Mapping[str, _Found]:
        """Entities without a row in any window: those that were known, with their sources' age."""
        known: Mapping[str, Iterable[UUID]] = {}
        if self._view.entity is EntityKind.CHANNEL:
            known = dict.fromkeys(entities, ages)
        elif self._view.entity is EntityKind.CONNECTION:
            known = {str(each): (each,) for each in ages}
        elif entities:
            rows = await self._connection.fetch(
                _SEEN, self._scope.tenant_id, self._at, [UUID(each) for each in entities]
            )
            known = {row["entity"]: row["connections"] for row in rows}
        return {
            entity: _Found(None, min((ages[each] for each in known[entity]), default=_NEVER))
            if entity in known
            else _Found(None, None)
            for entity in entities
        }

    def _vector(self, found: _Found) -> FeatureVector:
        told = [self._told(found, reader) for reader in self._readers]
        return FeatureVector(
            self._at, tuple(value for value, _ in told), tuple(why for _, why in told)
        )

    def _told(self, found: _Found, reader: _Reader) -> tuple[Decimal | None, FeatureMissing | None]:
        ttl = self._view.ttl_days
        if found.age is None:
            return None, FeatureMissing.UNKNOWN_ENTITY
        if found.age == _NEVER or found.age > reader.feature.oldest:
            return None, FeatureMissing.NOT_READ
        if ttl is not None and found.age > ttl:
            return None, FeatureMissing.STALE
        if found.row is None or not found.row[reader.days]:
            return None, FeatureMissing.NO_ROWS
        return reader.read(found.row)


@dataclass(slots=True)
class _Columns:
    """What is selected, each expression once."""

    names: dict[str, str] = field(default_factory=dict)

    def name(self, expression: str) -> str:
        return self.names.setdefault(expression, f"c{len(self.names)}")

    @property
    def sql(self) -> Iterator[str]:
        return (f"{expression} AS {name}" for expression, name in self.names.items())


@dataclass(frozen=True, slots=True)
class _Reader:
    """Where a feature's figures stand in a row: days of its window, parts, what is not converted.

    `known_days` counts those that a mean is of.
    """

    feature: Feature
    days: str
    parts: tuple[str, ...]
    known_days: str | None
    unknown: tuple[str, ...]

    def read(self, row: asyncpg.Record) -> tuple[Decimal | None, FeatureMissing | None]:
        """The value of a row that has days in the window, or why there is none."""
        if any(row[name] for name in self.unknown):
            return None, FeatureMissing.NO_RATE
        values = [_decimal(row[name]) for name in self.parts]
        if self.known_days is not None:
            values.append(Decimal(row[self.known_days]))
        known = [value for value in values if value is not None]
        if len(known) < len(values):
            return None, FeatureMissing.NOT_MEASURED
        if len(known) == 1:
            return known[0], None
        numerator, denominator = known
        if not denominator:
            return None, FeatureMissing.ZERO_DENOMINATOR
        multiplier = DEFINITIONS[self.feature.metric].multiplier
        return ratio(numerator, denominator, multiplier), None


def _reader(feature: Feature, columns: _Columns) -> _Reader:
    within = f"FILTER (WHERE d.age BETWEEN {feature.lag_days} AND {feature.oldest})"
    names = [metric.value.lower() for metric in feature.parts]
    is_last = feature.aggregate is FeatureAggregate.LAST
    is_mean = feature.aggregate is FeatureAggregate.MEAN
    parts = [
        f"(array_agg(d.{name} ORDER BY d.age) "
        f"FILTER (WHERE d.age BETWEEN {feature.lag_days} AND {feature.oldest} "
        f"AND d.{name} IS NOT NULL))[1]"
        if is_last
        else f"sum(d.{name}) {within}"
        for name in names
    ]
    unknown = [
        f"bool_or(d.{_UNKNOWN[each]}) {within}" for each in feature.parts if each in _UNKNOWN
    ]
    return _Reader(
        feature,
        columns.name(f"count(*) {within}"),
        tuple(map(columns.name, parts)),
        columns.name(f"count(d.{names[0]}) {within}") if is_mean else None,
        tuple(map(columns.name, unknown)),
    )


def _definition(
    kind: EntityKind, entities: Sequence[str], dates: DateRange
) -> AttributionDefinition:
    """Which entries count: those that media rows are made of."""
    if kind is EntityKind.CHANNEL:
        return AttributionDefinition(dates, channels=tuple(entities))
    ids = tuple(UUID(each) for each in entities)
    if kind is EntityKind.CAMPAIGN:
        return AttributionDefinition(dates, campaigns=ids)
    return AttributionDefinition(dates, connections=ids)


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)


ENTITY_COLUMNS: Final = {
    EntityKind.CAMPAIGN: "e.campaign::text",
    EntityKind.CHANNEL: "e.channel",
    EntityKind.CONNECTION: "e.connection_id::text",
}
"""What of an entry `e` names its entity."""
_UNKNOWN: Final = {
    FeatureMetric.SPEND: "spend_unknown",
    FeatureMetric.CONVERSION_VALUE: "value_unknown",
}
_DAILY: Final = f"""
SELECT d.entity, max(d.read_age) AS age, {{columns}} FROM (
    SELECT {{entity}} AS entity, t.day - e.date AS age, max(r.age) AS read_age,
           sum(e.spend) AS spend, sum(e.impressions) AS impressions, sum(e.clicks) AS clicks,
           sum(e.link_clicks) AS link_clicks, sum(e.conversions) AS conversions,
           sum(e.conversion_value) AS conversion_value,
           bool_or(e.spend_unknown) AS spend_unknown, bool_or(e.value_unknown) AS value_unknown
    FROM ({{parts}}) e
    JOIN unnest({{ids}}::uuid[], {{ages}}::int[]) r (id, age) ON r.id = e.connection_id
    CROSS JOIN LATERAL (SELECT ({AS_OF} AT TIME ZONE e.time_zone)::date AS day) t
    WHERE t.day - e.date BETWEEN {{newest}} AND {{oldest}}
    GROUP BY 1, 2
) d GROUP BY 1
"""
# What sends by itself is read all the time.
_READ: Final = f"""
SELECT c.id, n.newest, c.day - n.newest AS age
FROM (
    SELECT k.id, k.source, ({AS_OF} AT TIME ZONE k.time_zone)::date AS day
    FROM connection k WHERE k.tenant_id = {TENANT} AND k.created_at <= {AS_OF}
) c CROSS JOIN LATERAL (
    SELECT CASE WHEN c.source IN ({PUSHED}) THEN c.day ELSE (
        SELECT max(r.date) FROM day_reading r
        WHERE r.tenant_id = {TENANT} AND r.connection_id = c.id AND r.read_at <= {AS_OF}
          AND r.date <= c.day
    ) END AS newest
) n ORDER BY c.id
"""
_SEEN: Final = f"""
SELECT e.campaign::text AS entity, array_agg(DISTINCT e.connection_id) AS connections
FROM marketing_entry e
WHERE e.tenant_id = {TENANT} AND e.campaign = ANY($3::uuid[]) AND e.first_learned_at <= {AS_OF}
GROUP BY 1
"""
