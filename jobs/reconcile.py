"""Asks a platform for its own totals of what was read, so that the receipt can be held to them.

Asked right after a window's pages and before the window is complete: a young day may move
between the two. Every step is safe to repeat.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import structlog

from connectors.base import TellsTotals
from connectors.registry import normalise_page
from core.errors import BadInput, Terminal
from core.reconciling import NOTHING_OVER
from core.records.connections import Level
from core.records.ingestion import RawPage
from core.scope import TenantScope
from core.units import DateRange, time_zone, today_in
from jobs.sources import OpenSource
from stores.postgres.page_work import LandedPage
from stores.postgres.run_work import Claimed
from stores.postgres.total_work import TotalQuestion, outside
from stores.wiring import Stores
from stores.work import WorkStores
from transform.normalise.context import PageContext

NONE_TOLD = "the source tells no totals of its own"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The questions of one run about the platform's totals."""

    stores: Stores
    work: WorkStores
    scope: TenantScope
    claimed: Claimed
    source: OpenSource

    async def ask(self, reading: int, dates: DateRange | None) -> None:
        """Ask about the days of a reading, which are those of `dates` that are over."""
        await self._ask(-1 - reading, dates)

    async def ask_again(self, readings: int) -> None:
        """Ask about days that earlier runs found apart and this one, of `readings`, did not read.

        Only its totals are asked for: whoever reads those days again may close the gap.
        """
        if self.claimed.run.dates is not None:
            connection_id = self.source.connection.id
            days = await self.work.totals.open_days(self.scope, connection_id)
            span = outside(days, self.claimed.run.dates)
            if span is not None:
                await self._ask(-1 - readings, span)

    async def _ask(self, number: int, dates: DateRange | None) -> None:
        if await self.work.totals.is_asked(self.scope, self.claimed.run.id, number):
            return
        question = await self._answered(number, self._over(dates))
        await self.work.totals.asked(self.scope, self.claimed, question)

    async def _answered(self, number: int, dates: DateRange | None) -> TotalQuestion:
        connector = self.source.connector
        if not isinstance(connector, TellsTotals):
            return TotalQuestion(number, None, NONE_TOLD)
        if dates is None:
            return TotalQuestion(number, None, NOTHING_OVER)
        try:
            await self._read(connector, number, dates)
        except (Terminal, BadInput) as error:
            log.warning("totals_not_told", reason=error.message)
            return TotalQuestion(number, None, f"the platform's totals: {error.message}")
        return TotalQuestion(number, dates)

    async def _read(self, connector: TellsTotals, number: int, dates: DateRange) -> None:
        kept = await self.work.pages.landed(self.scope, self.claimed.run.id, number)
        for page in kept:
            if not page.is_merged:
                await self._keep(page, await self.stores.lineage.body(self.scope, page.id))
        if kept and kept[-1].checkpoint is None:
            return
        resume = kept[-1].checkpoint if kept else None
        pages: AsyncIterator[RawPage] = connector.account_totals(dates, resume)
        async for new in pages:
            (page,) = await self.work.pages.land(self.scope, self.claimed, number, [new])
            await self._keep(page, new.body)

    async def _keep(self, page: LandedPage, body: bytes) -> None:
        totals = await asyncio.to_thread(self._totals, page, body)
        await self.work.totals.keep(self.scope, self.claimed, page, totals)

    def _totals(self, page: LandedPage, body: bytes) -> pa.Table:
        at = self.source.connection
        context = PageContext(at.account_id, at.currency, at.time_zone, Level.ACCOUNT)
        made = normalise_page(at.source, page.stream, page.media_type, body, context)
        if made.rejections:
            raise BadInput(made.rejections[0].reason)
        return made.entries

    def _over(self, dates: DateRange | None) -> DateRange | None:
        """The days that are over in the account's zone."""
        if dates is None:
            return None
        zone = time_zone(self.source.connection.time_zone)
        until = min(dates.until, today_in(zone, datetime.now(UTC)) - timedelta(days=1))
        return DateRange(dates.since, until) if until >= dates.since else None
