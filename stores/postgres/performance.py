"""Figures of groups, and of what they are compared with: exact sums as known at one moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import asyncpg

from core.lookups import Lookups
from core.records.pages import PageRequest
from core.records.performance import (
    PerformancePage,
    PerformanceQuestion,
    PerformanceRecord,
    Sums,
)
from core.scope import TenantScope
from stores.postgres.attribution_kept import Asked, have_moved, kept_sums
from stores.postgres.attribution_parts import Kept
from stores.postgres.attribution_query import Selection
from stores.postgres.attribution_rates import rate_columns
from stores.postgres.database import Connection, Database
from stores.postgres.entries import pin, settle
from stores.postgres.paging import page_of
from stores.postgres.performance_query import MEASURES, Side, groups_query

_TRIES = 3
"""How often sums are looked up anew because what they stand for was changed meanwhile."""


class PerformanceStore:
    """One row per period and group of a question."""

    def __init__(self, database: Database, sums: Lookups) -> None:
        self._database = database
        self._sums = sums

    async def page(
        self,
        scope: TenantScope,
        question: PerformanceQuestion,
        request: PageRequest,
        as_of: datetime | None = None,
    ) -> PerformancePage:
        """One page; cursor parts are whether the rank is unknown, the rank, the step, the group.

        Without `as_of` the present is pinned and answered with the page.
        """
        async with self._database.read(scope) as connection:
            moment = await pin(connection, scope, as_of)
            if question.comparison is not None:
                await settle(connection, scope, question.comparison.as_of)
            rows = await _Reading(connection, scope, question, moment).rows(request, self._sums)
        size = len(question.by)
        return PerformancePage(page_of(rows, request, lambda row: _record(row, size)), moment)


@dataclass(frozen=True, slots=True)
class _Source:
    """Days of a definition at a moment, and the sums that stand for them, if any."""

    asked: Asked
    kept: Kept | None

    async def has_moved(self, connection: Connection) -> bool:
        return self.kept is not None and await have_moved(connection, self.asked, self.kept)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One question at one moment, in one transaction."""

    connection: Connection
    scope: TenantScope
    question: PerformanceQuestion
    as_of: datetime

    async def rows(self, request: PageRequest, counted: Lookups) -> list[asyncpg.Record]:
        """The groups of a page, and one more: of sums where there are, else of entries."""
        for _ in range(_TRIES):
            sources = [await self._source(asked) for asked in self._asked()]
            rows = await self._fetched(request, sources)
            if not any([await each.has_moved(self.connection) for each in sources]):
                for each in sources:
                    counted.count(found=each.kept is not None)
                return rows
        counted.count(found=False)
        return await self._fetched(request, [_Source(asked, None) for asked in self._asked()])

    def _asked(self) -> list[Asked]:
        """The days of the question, and those that they are compared with."""
        facts = self.question.facts
        asked = [Asked(self.scope, facts, facts.dates, self.as_of)]
        if (other := self.question.comparison) is not None:
            then = replace(facts, dates=other.dates)
            asked.append(Asked(self.scope, then, other.dates, other.as_of or self.as_of))
        return asked

    async def _source(self, asked: Asked) -> _Source:
        currency = asked.definition.currency
        if currency is None:
            return _Source(asked, await kept_sums(self.connection, asked))
        # Amounts that are in the currency already are the same, however they are added up.
        unconverted = replace(asked, definition=replace(asked.definition, currency=None))
        kept = await kept_sums(self.connection, unconverted)
        if kept is None or not await self._is_all_in(currency, unconverted, kept):
            return _Source(asked, None)
        return _Source(unconverted, kept)

    async def _is_all_in(self, currency: str, asked: Asked, kept: Kept) -> bool:
        values = (
            self.scope.tenant_id,
            asked.dates.since,
            asked.dates.until,
            currency,
            list(asked.definition.connections) or None,
            [day for day, _ in kept.apart],
        )
        return not await self.connection.fetchval(_HAS_OTHERS, *values)

    async def _fetched(self, request: PageRequest, sources: list[_Source]) -> list[asyncpg.Record]:
        sides = [await self._side(each) for each in sources]
        then = sides[1] if len(sides) > 1 else None
        sql, values = groups_query(self.question, self.scope, request, sides[0], then)
        return list(await self.connection.fetch(sql, *values))

    async def _side(self, source: _Source) -> Side:
        asked, rates = source.asked, None
        if (currency := asked.definition.currency) is not None:
            rates = await rate_columns(
                self.connection, self.scope, currency, asked.dates, asked.as_of
            )
        return Side(asked.dates, asked.as_of, Selection(rates, source.kept, MEASURES))


_OTHERS = """
    {0}.tenant_id = $1 AND {0}.currency <> $4
    AND ($5::uuid[] IS NULL OR {0}.connection_id = ANY($5))"""
_HAS_OTHERS = f"""
SELECT EXISTS (
    SELECT FROM attribution_sum s
    WHERE NOT s.is_detailed AND s.date BETWEEN $2 AND $3 AND {_OTHERS.format("s")}
) OR EXISTS (
    SELECT FROM marketing_entry e WHERE e.date = ANY($6::date[]) AND {_OTHERS.format("e")}
)
"""


def _record(row: asyncpg.Record, groups: int) -> PerformanceRecord:
    group = tuple(row[f"k{number}"] or None for number in range(groups))
    return PerformanceRecord(row["step"], group, row["rank"], _sums(row, "now"), _sums(row, "then"))


def _sums(row: asyncpg.Record, side: str) -> Sums | None:
    """None of a group that the side does not have."""
    if row.get(f"{side}_entries") is None:
        return None
    return Sums(**{name: row[f"{side}_{name}"] for name in MEASURES})
