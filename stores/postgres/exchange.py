"""Published exchange rates. They belong to no tenant: every tenant reads the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import asyncpg

from core.records.exchange import Publication, RateMoment
from core.scope import SystemScope, TenantScope
from stores.postgres.database import Database


class ExchangeStore:
    """Reads publications for tenants; upkeep adds to them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def publications(
        self, scope: TenantScope, moments: Sequence[RateMoment]
    ) -> dict[RateMoment, Publication]:
        """The last publication of each moment; a moment before the first has none."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(
                _LAST, [moment.date for moment in moments], [moment.as_of for moment in moments]
            )
        return {RateMoment(row["asked"], row["as_of"]): publication_of(row) for row in rows}

    async def newest(self) -> dt.date | None:
        """The day of the newest publication; None when there is none."""
        async with self._database.unbound() as connection:
            found: dt.date | None = await connection.fetchval(
                "SELECT max(date) FROM exchange_publication"
            )
        return found

    async def add(self, scope: SystemScope, publications: Sequence[Publication]) -> int:
        """Add those whose day is not there yet and answer how many that were.

        The first ever are taken as known since they were published, so that history can be
        converted as of its own time. Later ones are known from a few seconds after this call,
        when it has surely been committed: an answer as of a moment stays the same for ever.
        """
        rows = [_row(publication) for publication in publications]
        async with self._database.system(scope) as connection:
            added = await connection.fetch(_ADD, rows)
        return len(added)


def publication_of(row: asyncpg.Record) -> Publication:
    """The publication of a row."""
    rates = {currency: Decimal(rate) for currency, rate in row["rates"].items()}
    return Publication(row["date"], row["source"], rates)


def _row(publication: Publication) -> dict[str, object]:
    return {
        "date": publication.date.isoformat(),
        "source": publication.source,
        "rates": {currency: str(rate) for currency, rate in publication.rates.items()},
    }


_LAST = """
SELECT asked.date AS asked, asked.as_of, p.date, p.source, p.rates
FROM unnest($1::date[], $2::timestamptz[]) asked (date, as_of)
CROSS JOIN LATERAL (
    SELECT * FROM exchange_publication e
    WHERE e.date <= asked.date AND e.learned_at <= coalesce(asked.as_of, now())
    ORDER BY e.date DESC LIMIT 1
) p
"""
# The European Central Bank publishes at about 16:00 in Frankfurt.
_ADD = """
INSERT INTO exchange_publication (date, source, rates, learned_at)
SELECT n.date, n.source, n.rates,
       CASE WHEN EXISTS (SELECT FROM exchange_publication)
            THEN clock_timestamp() + interval '10 seconds'
            ELSE (n.date + time '16:00') AT TIME ZONE 'Europe/Berlin' END
FROM jsonb_populate_recordset(NULL::exchange_publication, $1) n
ON CONFLICT DO NOTHING RETURNING date
"""
