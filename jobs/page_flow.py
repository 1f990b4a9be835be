"""A run's pages on their way from the source to the merge, each step ahead of the next.

A page is landed before anything is made of it, then normalised off the event loop. While some
pages are merged, those after them are normalised, landed and fetched, also those of the next
window; every buffer between two steps is bounded, so a slow merge holds up the fetching.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeAlias

from connectors.registry import normalise_page, normalise_together, said_of
from core.records.ingestion import RawPage
from core.scope import TenantScope
from core.units import DateRange
from jobs.ahead import ahead
from jobs.drift import drift_seen, refuse_frozen
from jobs.recipe import recipe
from jobs.sources import OpenSource, page_context
from jobs.webhooks import with_orders
from stores.postgres.page_work import LandedPage, PageResult
from stores.postgres.run_work import Claimed
from stores.postgres.stage import page_rows, rows_of_pages
from stores.wiring import Stores
from stores.work import WorkStores
from transform.normalise.context import PageContext

Window: TypeAlias = DateRange | None
Fetched: TypeAlias = tuple[int, RawPage | LandedPage]
"""A reading's number and a page of it, new, or landed by an earlier attempt."""
Body: TypeAlias = tuple[LandedPage, bytes | None]
"""A landed page and its body; None when it is merged, or the same as another page."""
_Told: TypeAlias = tuple[str, str, PageContext]
"""A stream, a media type, and what the normaliser is told beside the page."""

_BYTES_AHEAD = 8 << 20


@dataclass(frozen=True, slots=True)
class PageFlow:
    """The pages of one run in this worker's hands."""

    stores: Stores
    work: WorkStores
    scope: TenantScope
    claimed: Claimed
    source: OpenSource

    async def pages(
        self, windows: Sequence[Window], done: int
    ) -> AsyncGenerator[LandedPage | PageResult, None]:
        """All pages of the windows after the first `done`, in order.

        Those that an earlier attempt merged, or that are the same as another page, come as
        they landed, all others normalised. The last page of each window has no checkpoint.
        """
        landed = self._landed(windows, done)
        async with ahead(landed, lambda page: len(page[1] or b""), _BYTES_AHEAD) as batches:
            async for batch in batches:
                for told, group in groupby(batch, self._told):
                    async for page in self._made(told, list(group)):
                        yield page

    async def made_of(self, page: LandedPage) -> PageResult:
        """What normalisation makes of a page that is in the raw store."""
        body = await self.stores.lineage.body(self.scope, page.id)
        return await self._normalised(page, body)

    async def _fetched(self, windows: Sequence[Window], done: int) -> AsyncGenerator[Fetched, None]:
        for reading in range(done, len(windows)):
            kept = await self.work.pages.landed(self.scope, self.claimed.run.id, reading)
            for landed in kept:
                yield reading, landed
            if kept and kept[-1].checkpoint is None:
                continue
            resume = kept[-1].checkpoint if kept else None
            async for page in self.source.connector.pages(windows[reading], resume):
                yield reading, page

    async def _landed(self, windows: Sequence[Window], done: int) -> AsyncGenerator[Body, None]:
        async with ahead(self._fetched(windows, done), _fetched_bytes, _BYTES_AHEAD) as batches:
            async for batch in batches:
                for reading, group in groupby(batch, lambda each: each[0]):
                    async for body in self._bodies(reading, [page for _, page in group]):
                        yield body

    async def _bodies(
        self, reading: int, pages: Sequence[RawPage | LandedPage]
    ) -> AsyncGenerator[Body, None]:
        for page in pages:
            if isinstance(page, LandedPage):
                yield page, await self._body(page)
        new = [page for page in pages if isinstance(page, RawPage)]
        if new:
            for landed, page in zip(await self._land(reading, new), new, strict=True):
                yield landed, None if landed.same_as else page.body

    async def _land(self, reading: int, pages: Sequence[RawPage]) -> Sequence[LandedPage]:
        recipes = await asyncio.to_thread(self._recipes, pages)
        return await self.work.pages.land(self.scope, self.claimed, reading, pages, recipes)

    def _recipes(self, pages: Sequence[RawPage]) -> list[str]:
        said = said_of(self.source.connection.source)
        return [recipe(page, self._context(page), said) for page in pages]

    async def _body(self, page: LandedPage) -> bytes | None:
        if page.is_merged:
            return None
        return await self.stores.lineage.body(self.scope, page.id)

    def _told(self, body: Body) -> _Told | None:
        """What pages that may be made together have in common; None: nothing is made of it."""
        page, content = body
        return None if content is None else (page.stream, page.media_type, self._context(page))

    async def _made(
        self, told: _Told | None, bodies: Sequence[Body]
    ) -> AsyncGenerator[LandedPage | PageResult, None]:
        """Pages one after the other; made at once where they are plain, for that costs half."""
        new = [(page, body) for page, body in bodies if body is not None]
        if told is not None and len(new) > 1:
            made = await asyncio.to_thread(self._together, new, told[-1])
            for result in made or ():
                yield result
            if made is not None:
                return
        for page, body in bodies:
            yield page if body is None else await self._normalised(page, body)

    def _together(
        self, pages: Sequence[tuple[LandedPage, bytes]], context: PageContext
    ) -> Sequence[PageResult] | None:
        source = self.source.connection.source
        made = normalise_together(source, [body for _, body in pages], context)
        if made is None:
            return None
        rows = rows_of_pages([page.id for page, _ in pages], [each.entries for each in made])
        return [
            PageResult(page, staged, each.campaigns, each.rejections, each.fetched)
            for (page, _), staged, each in zip(pages, rows, made, strict=True)
        ]

    async def _normalised(self, page: LandedPage, body: bytes) -> PageResult:
        connection = self.source.connection
        context = await with_orders(self.stores, self.scope, connection, body, self._context(page))
        made = await asyncio.to_thread(
            normalise_page, connection.source, page.stream, page.media_type, body, context
        )
        seen = drift_seen(self.claimed.run, page.stream, made, context.contract)
        await refuse_frozen(self.stores, self.scope, made, seen)
        rows = await asyncio.to_thread(page_rows, page.id, made.entries)
        return PageResult(page, rows, made.campaigns, made.rejections, made.fetched, seen)

    def _context(self, page: RawPage | LandedPage) -> PageContext:
        found = page_context(self.source.connection, page.request)
        contract = self.source.contracts.get(page.stream)
        return replace(found, channels=self.source.channels, contract=contract)


def _fetched_bytes(fetched: Fetched) -> int:
    _, page = fetched
    return len(page.body) if isinstance(page, RawPage) else 0
