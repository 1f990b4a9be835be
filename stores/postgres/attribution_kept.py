"""Which days' sums stand for their entries, at a moment, for a definition."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core.records.attribution import (
    AttributionDefinition,
    AttributionDimension,
    AttributionFacts,
)
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.attribution_parts import FORMULA, Kept
from stores.postgres.attribution_variety import Variety
from stores.postgres.database import Connection

_DETAILED = frozenset(
    {
        AttributionDimension.CAMPAIGN,
        AttributionDimension.COUNTRY,
        AttributionDimension.GEO,
        AttributionDimension.DEVICE,
    }
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A definition's days as they were known at a moment that is settled."""

    scope: TenantScope
    definition: AttributionDefinition
    dates: DateRange
    as_of: datetime

    @property
    def values(self) -> tuple[Any, ...]:
        """$1 to $6 of the statements here."""
        connections = list(self.definition.connections) or None
        dates = self.dates
        return self.scope.tenant_id, self.as_of, dates.since, dates.until, FORMULA, connections


async def kept_sums(connection: Connection, asked: Asked) -> Kept | None:
    """What can be read from sums, or None where entries must be read for most of it.

    Amounts are converted entry by entry and quality is asked of each, so that sums are of no use
    to definitions with a currency or a least quality.
    """
    definition = asked.definition
    if definition.currency is not None or definition.min_quality is not None:
        return None
    row = await connection.fetchrow(_DAYS, *asked.values)
    if row is None or not row["days"] or 2 * row["apart"] >= row["days"]:
        return None
    detailed = is_detailed(definition)
    sums = row["detailed"] if detailed else row["coarse"]
    variety = Variety(row["varies"], row["has_own_accounts"], detailed)
    kept = Kept(detailed, -(-sums // row["days_of_one"]), is_alone=variety.is_rows(definition))
    if not row["apart"]:
        return kept
    apart = await connection.fetch(_APART, *asked.values)
    return replace(kept, is_alone=False, apart=tuple(tuple(day) for day in apart))


async def have_moved(connection: Connection, asked: Asked, kept: Kept) -> bool:
    """Whether a day that stood when `kept` was looked up may have stood no more when it was read.

    Whatever is merged after the moment was settled is learned later than it, and stays so: a day
    that stands afterwards stood in between.
    """
    apart = [day for day, _ in kept.apart], [connection_id for _, connection_id in kept.apart]
    return bool(await connection.fetchval(_MOVED, *asked.values, *apart))


def is_detailed(definition: AttributionDefinition) -> bool:
    """Whether a definition asks for what coarse sums do not keep apart."""
    return bool(
        _DETAILED & set(definition.by)
        or definition.facts is AttributionFacts.SERIES
        or definition.campaigns
        or definition.countries
        or definition.geos
        or definition.devices
        or definition.series
    )


_OF_DATES = """
    d.tenant_id = $1 AND d.date BETWEEN $3 AND $4
    AND ($6::uuid[] IS NULL OR d.connection_id = ANY($6))"""
_IS_APART = "(d.formula IS DISTINCT FROM $5 OR d.changed_at > $2)"
_DAYS = f"""
SELECT sum(c.days)::bigint AS days, max(c.days) AS days_of_one, sum(c.apart)::bigint AS apart,
       sum(c.coarse)::bigint AS coarse, sum(c.detailed)::bigint AS detailed,
       bit_or(c.varies) AS varies,
       count(*) = count(DISTINCT c.connection_id) AND count(*) = count(DISTINCT c.account_id)
           AS has_own_accounts
FROM (
    SELECT d.connection_id, d.account_id, count(*) AS days,
           count(*) FILTER (WHERE {_IS_APART}) AS apart, sum(d.coarse_sums) AS coarse,
           sum(d.detailed_sums) AS detailed, bit_or(d.varies) AS varies
    FROM attribution_day d WHERE {_OF_DATES} GROUP BY d.connection_id, d.account_id
) c
"""
_APART = f"""
SELECT d.date, d.connection_id FROM attribution_day d WHERE {_OF_DATES} AND {_IS_APART}
ORDER BY d.date, d.connection_id
"""
_MOVED = f"""
SELECT EXISTS (
    SELECT FROM attribution_day d WHERE {_OF_DATES} AND {_IS_APART}
      AND (d.date, d.connection_id) NOT IN (SELECT * FROM unnest($7::date[], $8::uuid[])))
"""
