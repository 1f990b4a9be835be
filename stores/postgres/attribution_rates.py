"""Rates into one currency for the entries of a range of days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from core.exchange import cross_rate
from core.records.exchange import Publication
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.attribution_query import RateColumns
from stores.postgres.database import Connection
from stores.postgres.exchange import publication_of


async def rate_columns(
    connection: Connection, scope: TenantScope, quote: str, dates: DateRange, as_of: datetime
) -> RateColumns:
    """A rate for each day of `dates` and each currency of the tenant's entries that has one.

    The rate of a day is that of the last publication up to it, as known at `as_of`.
    """
    given = dates.since, dates.until
    bases = [row[0] for row in await connection.fetch(_CURRENCIES, scope.tenant_id, *given)]
    rows = await connection.fetch(_PUBLISHED, *given, as_of)
    found = list(_rates([publication_of(row) for row in rows], bases, quote, dates))
    return RateColumns(
        [day for day, _, _ in found], [base for _, base, _ in found], [rate for _, _, rate in found]
    )


def _rates(
    published: Sequence[Publication], bases: Sequence[str], quote: str, dates: DateRange
) -> Iterator[tuple[date, str, Decimal]]:
    ahead = list(reversed(published))
    rates: dict[str, Decimal] = {}
    for day in dates:
        while ahead and ahead[-1].date <= day:
            last = ahead.pop()
            crossed = ((base, cross_rate(last, base, quote)) for base in bases)
            rates = {base: rate.value for base, rate in crossed if rate}
        for base in bases:
            rate = Decimal(1) if base == quote else rates.get(base)
            if rate is not None:
                yield day, base, rate


_CURRENCIES = """
SELECT DISTINCT currency FROM marketing_entry WHERE tenant_id = $1 AND date BETWEEN $2 AND $3
"""
_PUBLISHED = """
SELECT date, source, rates FROM exchange_publication
WHERE learned_at <= $3 AND date <= $2 AND date >= coalesce((
    SELECT max(date) FROM exchange_publication WHERE learned_at <= $3 AND date <= $1), $1)
ORDER BY date
"""
