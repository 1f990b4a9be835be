"""Attribution rows: exact sums over entries as they were known at one moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import pyarrow as pa

from core.lookups import Lookups
from core.records.attribution import (
    AttributionDefinition,
    AttributionKey,
    AttributionPage,
    AttributionRowRecord,
    WrittenRows,
)
from core.records.connections import Source
from core.records.entries import DateBasis, Device, SeriesRole
from core.records.pages import Page, PageRequest
from core.records.shapes import Shape, as_they_are
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.attribution_kept import Asked, have_moved, kept_sums
from stores.postgres.attribution_parts import Kept, RateColumns
from stores.postgres.attribution_query import MEASURES, RowsQuery, Selection, rows_query
from stores.postgres.attribution_rates import rate_columns
from stores.postgres.attribution_rendering import WRITTEN_ROWS, ends, needed
from stores.postgres.attribution_stream import copied
from stores.postgres.attribution_windows import Windows, stored
from stores.postgres.database import Connection, Database
from stores.postgres.entries import pin
from stores.postgres.paging import page_of
from stores.postgres.rendering import Lines, lines, rendering

_TRIES = 3
"""How often sums are looked up anew because what they stand for was changed meanwhile."""


class AttributionStore:
    """One row per period, channel, currency and whatever else a definition keeps apart."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.sums = Lookups()
        """Pages that were asked for, and found in sums."""

    async def page(
        self,
        scope: TenantScope,
        definition: AttributionDefinition,
        request: PageRequest,
        as_of: datetime | None = None,
    ) -> AttributionPage:
        """One page in the order of the key; the cursor is the key's parts as text.

        Without `as_of` the present is pinned and answered with the page. Only the periods that
        the page's rows are of are summed, so a page costs the same wherever it lies.
        """
        async with self._database.read(scope) as connection:
            moment = await pin(connection, scope, as_of)
            reading = _Reading(connection, scope, definition, moment)
            rows = await reading.page(request, self.sums)
        return AttributionPage(page_of(rows, request, _record), moment)

    async def written(
        self,
        scope: TenantScope,
        definition: AttributionDefinition,
        request: PageRequest,
        as_of: datetime | None,
        shape: Shape,
        *,
        tells_ends: bool,
    ) -> WrittenRows:
        """What `page` answers, each row as JSON in `shape`; only what it names is summed.

        Keys of the first and the last row come along if `tells_ends`.
        """
        rendered = rendering(shape, WRITTEN_ROWS)
        items = ", ".join((ends(definition) if tells_ends else "NULL", *rendered.items))
        whole = None if tells_ends else lines(shape, WRITTEN_ROWS)
        async with self._database.read(scope) as connection:
            moment = await pin(connection, scope, as_of)
            reading = _Reading(connection, scope, definition, moment, needed(shape), items, whole)
            rows = await reading.page(request, self.sums)
            page: Page[Any] = page_of(rows, request, lambda row: row)
        found = (page.items[0][0], page.items[-1][0]) if page.items and tells_ends else None
        return WrittenRows(
            len(page.items),
            page.has_next,
            page.has_previous,
            rendered.written(page.items, 1) if whole is None else as_they_are(page.items),
            None if found is None else (tuple(found[0]), tuple(found[1])),
            moment,
        )

    async def has_sums(self, scope: TenantScope, dates: DateRange, as_of: datetime | None) -> bool:
        """Whether most of `dates` are read from sums by definitions that can be."""
        within = stored(dates)
        if within is None:
            return False
        async with self._database.read(scope) as connection:
            moment = await pin(connection, scope, as_of)
            asked = Asked(scope, AttributionDefinition(within), within, moment)
            return await kept_sums(connection, asked) is not None

    async def stream(
        self, scope: TenantScope, definition: AttributionDefinition, as_of: datetime
    ) -> AsyncGenerator[pa.RecordBatch]:
        """Every row at `as_of`, sorted by its key, under `stream_schema(definition)`.

        One statement, so one snapshot; memory does not grow with the number of rows. Close it
        (contextlib.aclosing) when it is left before its end.
        """
        left: BaseException | None = None
        try:
            async with self._database.read(scope) as connection:
                moment = await pin(connection, scope, as_of)
                reading = _Reading(connection, scope, definition, moment)
                window = stored(definition.dates)
                if window is None:
                    return
                query = await reading.query(window)
                try:
                    async for batch in copied(connection, query, definition):
                        yield batch
                except (GeneratorExit, asyncio.CancelledError) as error:
                    left = error
                    raise
        except Exception:
            # A COPY that is broken off leaves its connection unusable: the pool puts it away.
            if left is None:
                raise
            raise left from None


@dataclass(frozen=True, slots=True)
class _Reading:
    """One definition's rows at one moment, in one transaction: `items` of those `measures`.

    With `whole` they come as one value instead, as bytes.
    """

    connection: Connection
    scope: TenantScope
    definition: AttributionDefinition
    as_of: datetime
    measures: Collection[str] = ("until", *MEASURES)
    items: str = "a.*"
    whole: Lines | None = None

    async def page(self, request: PageRequest, counted: Lookups) -> list[Any]:
        """The rows of a page, and one row more: of sums where there are, else of entries."""
        dates = stored(self.definition.dates)
        if dates is None:
            return []
        asked = Asked(self.scope, self.definition, dates, self.as_of)
        for _ in range(_TRIES):
            kept = await kept_sums(self.connection, asked)
            rows = await self._rows(request, kept)
            if kept is None or not await have_moved(self.connection, asked, kept):
                counted.count(found=kept is not None)
                return rows
        counted.count(found=False)
        return await self._rows(request, None)

    async def query(self, window: DateRange, kept: Kept | None = None) -> RowsQuery:
        """The rows of a window."""
        rates = await self._rates(window)
        is_alone = kept is not None and kept.is_alone
        selection = Selection(rates, kept, self.measures, is_alone)
        return rows_query(self.definition, self.scope, self.as_of, window, selection)

    async def _rows(self, request: PageRequest, kept: Kept | None) -> list[Any]:
        rows: list[Any] = []
        windows = Windows(self.definition, request, kept.a_day if kept else None)
        while len(rows) <= request.size and (window := windows.next(len(rows))):
            query = await self.query(window, kept)
            rows += await self._fetched(query.page(request), query.conditions.values)
        return rows[: request.size + 1]

    async def _fetched(self, rows: str, values: list[Any]) -> list[Any]:
        if self.whole is None:
            return await self.connection.fetch(f"SELECT {self.items} FROM {rows}", *values)
        sql = f"SELECT {self.whole.item} FROM {rows}{self.whole.joined}"
        return Lines.of(await self.connection.fetchval(sql, *values))

    async def _rates(self, dates: DateRange) -> RateColumns | None:
        if self.definition.currency is None:
            return None
        return await rate_columns(
            self.connection, self.scope, self.definition.currency, dates, self.as_of
        )


_READ: dict[str, Callable[[Any], Any]] = {
    "source": Source,
    "series_role": SeriesRole,
    "device": Device,
    "date_basis": DateBasis,
}
"""Parts of a key that are members of an enumeration."""


def _record(row: asyncpg.Record) -> AttributionRowRecord:
    told = dict(row)
    measures = {name: told.pop(name) for name in ("until", *MEASURES)}
    key = {
        name: _READ[name](value) if name in _READ and value is not None else value
        for name, value in told.items()
    }
    return AttributionRowRecord(key=AttributionKey(**key), **measures)
