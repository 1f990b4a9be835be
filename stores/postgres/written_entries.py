"""Entries as JSON text, a page, many pages or many keys by one statement each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID

import asyncpg

from core.records.entries import EntryKey, EntryPageRequest
from core.records.pages import PageRequest
from core.records.shapes import Shape, Written, WrittenPage, columns_of
from core.scope import TenantScope
from stores.postgres.database import Database
from stores.postgres.entries import by_campaign, keys_as_of, page_as_of, settle
from stores.postgres.entry_rendering import ENTRIES, OF_DAYS
from stores.postgres.paging import page_rows
from stores.postgres.rendering import Rendering, rendering

_KEY: Final = "date_send(e.date) || uuid_send(e.digest)"
"""What a row is known by: the cheapest way to send it."""
_EPOCH: Final = date(2000, 1, 1)
"""Where Postgres begins to count the days of what it sends."""


class WrittenEntryStore:
    """Reads entries in the shapes that an answer has them in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, scope: TenantScope, asked: EntryPageRequest, shapes: Sequence[Shape]
    ) -> WrittenPage:
        """One page in each of `shapes`; cursor parts are the ISO date and the digest in hex."""
        selected = _selected(tuple(shapes))
        conditions, entries = page_as_of(scope, asked, tells_days=selected.tells_days)
        async with self._database.read(scope) as connection:
            await settle(connection, scope, asked.as_of)
            rows = await connection.fetch(selected.sql(entries), *conditions.values)
        return selected.page(rows, asked.page)

    async def pages(
        self,
        scope: TenantScope,
        campaigns: Sequence[UUID],
        asked: EntryPageRequest,
        shapes: Sequence[Shape],
    ) -> dict[UUID, WrittenPage]:
        """The page of the entries of each of `campaigns`."""
        selected = _selected(tuple(shapes))
        conditions, entries = page_as_of(scope, asked, campaigns, tells_days=selected.tells_days)
        sql = selected.sql(entries, "e.campaign AS campaign")
        async with self._database.read(scope) as connection:
            await settle(connection, scope, asked.as_of)
            rows = await connection.fetch(sql, *conditions.values)
        found = by_campaign(rows)
        return {campaign: selected.page(found[campaign], asked.page) for campaign in campaigns}

    async def by_keys(
        self, scope: TenantScope, keys: Sequence[EntryKey], shape: Shape
    ) -> tuple[tuple[EntryKey, ...], Written]:
        """Those of `keys`, none twice, that are present, and their rows in the same order."""
        selected = _selected((shape,))
        conditions, entries = keys_as_of(scope, keys, None, tells_days=selected.tells_days)
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(selected.sql(entries), *conditions.values)
        [written] = selected.written(rows)
        return tuple(map(_key, rows)), written


@dataclass(frozen=True, slots=True)
class _Selected:
    """What is selected of entries: their key, and what makes rows of some shapes.

    `tells_days`: what follows from an entry's day is among it.
    """

    renderings: tuple[Rendering, ...]
    tells_days: bool

    def sql(self, entries: str, *more: str) -> str:
        """The query of `entries`, as page_as_of has them; `more` is selected beside."""
        items = (item for each in self.renderings for item in each.items)
        return f"SELECT {', '.join((_KEY, *items, *more))} FROM {entries}"

    def page(self, rows: Sequence[asyncpg.Record], request: PageRequest) -> WrittenPage:
        """The page of `rows`, of which there may be one more than asked for."""
        kept, has_next, has_previous = page_rows(rows, request)
        ends = (_key(kept[0]), _key(kept[-1])) if kept else None
        return WrittenPage(len(kept), has_next, has_previous, self.written(kept), ends)

    def written(self, rows: Sequence[asyncpg.Record]) -> tuple[Written, ...]:
        """The rows in each of the shapes."""
        first, written = 1, []
        for each in self.renderings:
            written.append(each.written(rows, first))
            first += len(each.items)
        return tuple(written)


@lru_cache(maxsize=128)
def _selected(shapes: tuple[Shape, ...]) -> _Selected:
    """What makes rows of `shapes`: the same ones are asked for again and again."""
    renderings = tuple(rendering(shape, ENTRIES) for shape in shapes)
    tells_days = any(not OF_DAYS.isdisjoint(columns_of(shape)) for shape in shapes)
    return _Selected(renderings, tells_days)


def _key(row: asyncpg.Record) -> EntryKey:
    """The key of a row that begins with _KEY."""
    sent: bytes = row[0]
    days = int.from_bytes(sent[:4], "big", signed=True)
    return EntryKey(_EPOCH + timedelta(days=days), UUID(bytes=sent[4:]))
