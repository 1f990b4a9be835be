"""Exchange rates: the published ones, the same for every tenant, and a tenant's own before them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Any

import asyncpg

from core.records.exchange import KnownRates, OwnRate, Publication, RateMoment
from core.scope import SystemScope, TenantScope
from stores.postgres.database import Connection, Database
from stores.postgres.entries import settle
from stores.postgres.rules import RuleStore, RuleTable

RATE_COLUMNS = tuple(field.name for field in fields(OwnRate))
MAX_RATES = 2000


class ExchangeStore:
    """Reads rates for tenants; upkeep adds publications."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(
        self, scope: TenantScope, moments: Sequence[RateMoment]
    ) -> dict[RateMoment, KnownRates]:
        """What is known of each of `moments`."""
        async with self._database.read(scope) as connection:
            return await known_rates(connection, scope, moments)

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


class OwnRateStore(RuleStore[OwnRate]):
    """Reads and writes a tenant's own rates."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, _TABLE)


async def known_rates(
    connection: Connection, scope: TenantScope, moments: Sequence[RateMoment]
) -> dict[RateMoment, KnownRates]:
    """What is known of each of `moments`: the one place where rates are read."""
    for as_of in {moment.as_of for moment in moments}:
        await settle(connection, scope, as_of)
    asked = [moment.date for moment in moments], [moment.as_of for moment in moments]
    last = {_moment(row): _publication(row) for row in await connection.fetch(_LAST, *asked)}
    own: dict[RateMoment, list[OwnRate]] = defaultdict(list)
    for row in await connection.fetch(_OWN, scope.tenant_id, *asked):
        own[_moment(row)].append(_rate(row))
    return {
        moment: KnownRates(moment.date, last.get(moment), tuple(own.get(moment, ())))
        for moment in moments
    }


def _moment(row: asyncpg.Record) -> RateMoment:
    return RateMoment(row["asked"], row["as_of"])


def _values(rate: OwnRate) -> Sequence[Any]:
    return [getattr(rate, name) for name in RATE_COLUMNS]


def _rate(row: asyncpg.Record) -> OwnRate:
    return OwnRate(**{name: row[name] for name in RATE_COLUMNS})


def _publication(row: asyncpg.Record) -> Publication:
    rates = {currency: Decimal(rate) for currency, rate in row["rates"].items()}
    return Publication(row["date"], row["source"], rates)


def _row(publication: Publication) -> dict[str, object]:
    return {
        "date": publication.date.isoformat(),
        "source": publication.source,
        "rates": {currency: str(rate) for currency, rate in publication.rates.items()},
    }


_ORDER = "since DESC, id DESC"
_TABLE = RuleTable(
    "exchange_rate",
    "exchange rate",
    "exchangeRates",
    RATE_COLUMNS,
    _values,
    _rate,
    order=_ORDER,
    limit=MAX_RATES,
    id_argument="rateId",
)
_OWN = f"""
SELECT asked.date AS asked, asked.as_of, r.*
FROM unnest($2::date[], $3::timestamptz[]) asked (date, as_of)
JOIN exchange_rate r ON r.tenant_id = $1
    AND r.since <= asked.date AND coalesce(r.until >= asked.date, true)
    AND CASE WHEN asked.as_of IS NULL THEN r.retired_at IS NULL
        ELSE r.recorded_at <= asked.as_of AND coalesce(r.retired_at > asked.as_of, true) END
ORDER BY {_ORDER}
"""
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
