"""Attribution rows: exact sums over entries as they were known at one moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import asyncpg
import pyarrow as pa

from core.records.attribution import (
    AttributionDefinition,
    AttributionKey,
    AttributionPage,
    AttributionRowRecord,
)
from core.records.connections import Source
from core.records.entries import DateBasis, Device, SeriesRole
from core.records.pages import PageRequest
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.attribution_query import (
    MEASURES,
    RateColumns,
    key_columns,
    rows_relation,
)
from stores.postgres.attribution_rates import rate_columns
from stores.postgres.attribution_stream import copied
from stores.postgres.attribution_windows import Windows, stored
from stores.postgres.conditions import Conditions
from stores.postgres.database import Connection, Database
from stores.postgres.entries import pin
from stores.postgres.paging import Ordering, page_of


class AttributionStore:
    """One row per period, channel, currency and whatever else a definition keeps apart."""

    def __init__(self, database: Database) -> None:
        self._database = database

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
            rows: list[asyncpg.Record] = []
            windows = Windows(definition, request)
            while len(rows) <= request.size and (window := windows.next(len(rows))):
                rows += await reading.rows(window, request)
        del rows[request.size + 1 :]
        return AttributionPage(page_of(rows, request, _record), moment)

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
                conditions, relation = await reading.relation(window)
                try:
                    async for batch in copied(connection, conditions, relation, definition):
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
    """One definition's rows at one moment, in one transaction."""

    connection: Connection
    scope: TenantScope
    definition: AttributionDefinition
    as_of: datetime

    async def relation(self, window: DateRange) -> tuple[Conditions, str]:
        """Values to go on with, and the rows of a window."""
        return rows_relation(
            self.definition, self.scope, self.as_of, window, await self._rates(window)
        )

    async def rows(self, window: DateRange, request: PageRequest) -> list[asyncpg.Record]:
        """What of a page lies in a window, and one row more."""
        conditions, relation = await self.relation(window)
        keys = key_columns(self.definition)
        ordering = Ordering(
            ("a.time", *(key.text for key in keys)), (date.fromisoformat, *(str for _ in keys))
        )
        beyond = Conditions()
        beyond.values = conditions.values
        ordering.seek(beyond, request)
        sql = f"SELECT a.* FROM {relation} WHERE {beyond} {ordering.clause(request)}"
        return await self.connection.fetch(sql, *beyond.values)

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
