"""One ingestion: window by window, page by page, from wherever it was left.

A merge takes all pages of a window that wait for it: a slow source has each page merged as it
comes, and a fast one pays for few transactions. Every step is safe to repeat.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from core.records.runs import Receipt
from core.scope import TenantScope
from jobs.ahead import ahead
from jobs.assignments import GaveWay
from jobs.page_flow import PageFlow, Window
from jobs.reconcile import Reconciliation
from jobs.sources import OpenSource
from stores.postgres.page_work import LandedPage, PageResult
from stores.postgres.readings import Reading
from stores.postgres.run_work import Claimed
from stores.wiring import Stores
from stores.work import WorkStores

Page = LandedPage | PageResult

_ROWS_AHEAD = 4_000
"""How many records may wait to be merged: about as many as one merge takes at most, and as fit
into Postgres's `temp_buffers` as they come. Twice as many are written to disk on their way."""
_USUAL_ROWS = 500
"""Of a page that nothing is to be made of."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a run's range is cut into readings, how many are done, and `pages` of the next."""

    windows: Sequence[Window]
    window_days: int
    done: int
    pages: int = 0

    @property
    def is_between(self) -> bool:
        """Whether one reading is complete and another still to be begun."""
        return self.pages == 0 and 0 < self.done < len(self.windows)

    @property
    def progress(self) -> float:
        """The share that is done.

        How many pages a window has is not known ahead: each brings it half way to its end.
        """
        return (self.done + 1 - 0.5**self.pages) / len(self.windows)


class Ingestion:
    """One run in this worker's hands."""

    def __init__(
        self,
        stores: Stores,
        work: WorkStores,
        scope: TenantScope,
        claimed: Claimed,
        source: OpenSource,
    ) -> None:
        self._work = work
        self._scope = scope
        self._claimed = claimed
        self._source = source
        self._flow = PageFlow(stores, work, scope, claimed, source)
        self._totals = Reconciliation(stores, work, scope, claimed, source)

    async def run(self, gives_way: Callable[[], Awaitable[bool]]) -> Receipt:
        """Read everything that is still to be read, and end the run with its receipt.

        Raises GaveWay between two readings when `gives_way` says so.
        """
        plan = await self._plan()
        async with ahead(self._flow.pages(plan.windows, plan.done), _rows, _ROWS_AHEAD) as batches:
            async for batch in batches:
                for pages in _by_reading(batch):
                    plan = await self._store(plan, pages)
                    if plan.is_between and await gives_way():
                        raise GaveWay
        await self._totals.ask_again(len(plan.windows))
        return await self._work.readings.finish(self._scope, self._claimed)

    async def _plan(self) -> Plan:
        run = self._claimed.run
        kept = run.checkpoint or {}
        days = int(str(kept.get("window_days", self._source.connector.window_days)))
        cut = [window for span in run.spans for window in span.windows(days)]
        windows: Sequence[Window] = cut or [None]
        plan = Plan(windows, days, done=int(str(kept.get("windows_done", 0))))
        if not kept:
            await self._work.runs.save_checkpoint(self._scope, self._claimed, _kept(plan))
        return plan

    async def _store(self, plan: Plan, pages: Sequence[Page]) -> Plan:
        """Merge pages of the present window, and complete it with its last."""
        plan = replace(plan, pages=plan.pages + len(pages))
        todo = [page for page in pages if not _landed(page).is_merged]
        for _, group in groupby(todo, type):
            await self._merge(plan, list(group))
        is_last = _landed(pages[-1]).checkpoint is None
        return await self._complete(plan) if is_last else plan

    async def _merge(self, plan: Plan, pages: Sequence[Page]) -> None:
        """Confirm those that are the same as earlier pages, and merge the rest, in order."""
        pages_at, held = self._work.pages, (self._scope, self._claimed)
        alike = [page for page in pages if isinstance(page, LandedPage)]
        confirmed = await pages_at.confirm(*held, alike, plan.progress) if alike else set()
        results = [
            page if isinstance(page, PageResult) else await self._flow.made_of(page)
            for page in pages
            if _landed(page).id not in confirmed
        ]
        if results:
            await pages_at.merge(*held, results, plan.progress)

    async def _complete(self, plan: Plan) -> Plan:
        dates = plan.windows[plan.done]
        await self._totals.ask(plan.done, dates)
        reading = Reading(plan.done, dates, is_whole=self._source.is_whole)
        after = Plan(plan.windows, plan.window_days, plan.done + 1)
        progress = after.done / len(after.windows)
        await self._work.readings.complete(
            self._scope, self._claimed, reading, _kept(after), progress
        )
        return after


def _kept(plan: Plan) -> dict[str, int]:
    return {
        "window_days": plan.window_days,
        "windows_done": plan.done,
        "windows": len(plan.windows),
    }


def _landed(page: Page) -> LandedPage:
    return page.page if isinstance(page, PageResult) else page


def _by_reading(batch: Sequence[Page]) -> list[list[Page]]:
    return [list(group) for _, group in groupby(batch, lambda page: _landed(page).reading)]


def _rows(page: Page) -> int:
    return page.fetched if isinstance(page, PageResult) else _USUAL_ROWS
