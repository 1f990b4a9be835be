"""Rates into one currency for the entries of a range of days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from core.exchange import cross_rate
from core.records.exchange import KnownRates, RateMoment
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.attribution_parts import RateColumns
from stores.postgres.database import Connection
from stores.postgres.exchange import known_rates


async def rate_columns(
    connection: Connection, scope: TenantScope, quote: str, dates: DateRange, as_of: datetime
) -> RateColumns:
    """A rate for each day of `dates` and each currency of the tenant's entries that has one.

    Rates are those of `core.exchange`, as known at `as_of`.
    """
    given = dates.since, dates.until
    bases = [row[0] for row in await connection.fetch(_CURRENCIES, scope.tenant_id, *given)]
    known = await known_rates(connection, scope, [RateMoment(day, as_of) for day in dates])
    found = list(_rates(known, bases, quote))
    return RateColumns(
        [day for day, _, _ in found], [base for _, base, _ in found], [rate for _, _, rate in found]
    )


def _rates(
    known: Mapping[RateMoment, KnownRates], bases: Sequence[str], quote: str
) -> Iterator[tuple[date, str, Decimal]]:
    for moment, rates in known.items():
        for base in bases:
            rate = cross_rate(rates, base, quote)
            if rate is not None:
                yield moment.date, base, rate.value


_CURRENCIES = """
SELECT DISTINCT currency FROM marketing_entry WHERE tenant_id = $1 AND date BETWEEN $2 AND $3
"""
