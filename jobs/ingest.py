"""One ingestion: window by window, page by page, from wherever it was left.

A page is landed before anything is made of it, then normalised off the event loop, then
merged in one transaction with its counters and its event. Both steps are safe to repeat.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from connectors.registry import normalise_page
from core.records.ingestion import RawPage
from core.records.runs import Receipt
from core.scope import TenantScope
from core.units import DateRange
from jobs.sources import OpenSource
from stores.postgres.readings import Reading
from stores.postgres.run_work import Claimed, LandedPage, PageResult
from stores.wiring import Stores
from stores.work import WorkStores
from transform.normalise.context import PageContext

Window = DateRange | None


class GaveWay(Exception):
    """Raised between two readings: the run is to go on later, for another has more need."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a run's range is cut into readings, and how many of them are complete."""

    windows: Sequence[Window]
    window_days: int
    done: int

    def progress(self, pages: int) -> float:
        """The share that is done, with `pages` pages of the present window behind it.

        How many pages a window has is not known ahead: each brings it half way to its end.
        """
        return (self.done + 1 - 0.5**pages) / len(self.windows)


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
        self._stores = stores
        self._work = work
        self._scope = scope
        self._claimed = claimed
        self._source = source

    async def run(self, gives_way: Callable[[], Awaitable[bool]]) -> Receipt:
        """Read everything that is still to be read, and end the run with its receipt.

        Raises GaveWay between two readings when `gives_way` says so.
        """
        plan = await self._plan()
        while plan.done < len(plan.windows):
            await self._read(plan)
            plan = await self._complete(plan)
            if plan.done < len(plan.windows) and await gives_way():
                raise GaveWay
        return await self._work.readings.finish(self._scope, self._claimed)

    async def _plan(self) -> Plan:
        run = self._claimed.run
        kept = run.checkpoint or {}
        days = int(str(kept.get("window_days", self._source.connector.window_days)))
        windows = [None] if run.dates is None else list(run.dates.windows(days))
        plan = Plan(windows, days, done=int(str(kept.get("windows_done", 0))))
        if not kept:
            await self._work.runs.save_checkpoint(self._scope, self._claimed, _kept(plan))
        return plan

    async def _read(self, plan: Plan) -> None:
        landed = await self._work.runs.landed(self._scope, self._claimed.run.id, plan.done)
        for number, page in enumerate(landed, start=1):
            if not page.is_merged:
                body = await self._stores.lineage.body(self._scope, page.id)
                await self._merge(page, body, plan.progress(number))
        if landed and landed[-1].checkpoint is None:
            return
        resume = landed[-1].checkpoint if landed else None
        pages = self._source.connector.pages(plan.windows[plan.done], resume)
        await self._read_on(plan, pages, len(landed))

    async def _read_on(self, plan: Plan, pages: AsyncIterator[RawPage], before: int) -> None:
        count = before
        async for page in pages:
            count += 1
            landed = await self._work.runs.land(self._scope, self._claimed, plan.done, page)
            await self._merge(landed, page.body, plan.progress(count))

    async def _merge(self, page: LandedPage, body: bytes, progress: float) -> None:
        result = await asyncio.to_thread(self._normalise, page, body)
        await self._work.runs.merge(self._scope, self._claimed, page, result, progress)

    def _normalise(self, page: LandedPage, body: bytes) -> PageResult:
        connection = self._source.connection
        layout = page.request.get("layout")
        context = PageContext(
            account_id=connection.account_id,
            currency=connection.currency,
            time_zone=connection.time_zone,
            level=connection.level,
            options=layout if isinstance(layout, dict) else {},
        )
        made = normalise_page(connection.source, page.stream, page.media_type, body, context)
        return PageResult(made.entries, made.campaigns, made.rejections, made.fetched)

    async def _complete(self, plan: Plan) -> Plan:
        dates = plan.windows[plan.done]
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
