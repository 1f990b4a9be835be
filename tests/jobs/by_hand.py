"""A run worked on step by step, as a worker does, with pages made up by the test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import orjson

from connectors.registry import normalise_page
from core.commands import StartIngestion
from core.records.connections import ConnectionRecord
from core.records.ingestion import RawPage
from core.records.runs import Receipt
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.merge import MergeCounts
from stores.postgres.page_work import LandedPage, PageResult
from stores.postgres.readings import Reading
from stores.postgres.run_work import Claimed
from stores.postgres.stage import page_rows
from stores.wiring import Stores
from stores.work import WorkStores, work_stores
from tests.support import meta_account
from transform.normalise.context import PageContext

Spends = dict[tuple[str, str], str]
"""Spend by campaign and day."""


def page_of(spends: Spends, account: str = "1001", **changes: object) -> RawPage:
    """The last page of Meta's insights; `changes` to every row of it."""
    rows = [
        {
            "account_id": account,
            "account_currency": "EUR",
            "campaign_id": campaign,
            "campaign_name": f"campaign {campaign}",
            "date_start": day,
            "date_stop": day,
            "spend": spend,
            "impressions": "10",
            **changes,
        }
        for (campaign, day), spend in spends.items()
    ]
    body = orjson.dumps({"data": rows})
    return RawPage("insights", "application/json", body, {}, None)


@dataclass
class ByHand:
    """A connection, and runs on it."""

    stores: Stores
    work: WorkStores
    scope: TenantScope
    connection: ConnectionRecord

    async def begun(self, since: str, until: str) -> Claimed:
        """A new run over these days, claimed."""
        dates = DateRange(date.fromisoformat(since), date.fromisoformat(until))
        command = StartIngestion(self.connection.id, dates=dates)
        run = await self.stores.runs.start_ingestion(self.scope, command)
        return await self.claimed(run.id)

    async def claimed(self, run_id: UUID) -> Claimed:
        """The run, taken once more."""
        claimed = await self.work.runs.claim(self.scope, run_id)
        assert claimed is not None
        return claimed

    async def land(self, claimed: Claimed, page: RawPage, reading: int = 0) -> LandedPage:
        (landed,) = await self.work.pages.land(self.scope, claimed, reading, [page])
        return landed

    async def merge(self, claimed: Claimed, landed: LandedPage, page: RawPage) -> MergeCounts:
        result = self.result(landed, page)
        return await self.work.pages.merge(self.scope, claimed, [result], 0.5)

    def result(self, landed: LandedPage, page: RawPage) -> PageResult:
        at = self.connection
        context = PageContext(at.account_id, at.currency, at.time_zone, at.level)
        made = normalise_page(at.source, page.stream, page.media_type, page.body, context)
        rows = page_rows(landed.id, made.entries)
        return PageResult(landed, rows, made.campaigns, made.rejections, made.fetched)

    async def complete(self, claimed: Claimed, reading: int = 0) -> int:
        whole = Reading(reading, claimed.run.dates, is_whole=True)
        return await self.work.readings.complete(self.scope, claimed, whole, {}, 1.0)

    async def finish(self, claimed: Claimed) -> Receipt:
        return await self.work.readings.finish(self.scope, claimed)

    async def read(self, since: str, until: str, pages: Sequence[Spends]) -> Receipt:
        """A whole run that finds `pages` and nothing else."""
        claimed = await self.begun(since, until)
        for spends in pages:
            page = page_of(spends, self.connection.account_id.removeprefix("act_"))
            await self.merge(claimed, await self.land(claimed, page), page)
        await self.complete(claimed)
        return await self.finish(claimed)

    async def count(self, table: str) -> int:
        async with self.stores.database.read(self.scope) as connection:
            return int(await connection.fetchval(f"SELECT count(*) FROM {table}"))


async def by_hand(stores: Stores, scope: TenantScope, **changes: object) -> ByHand:
    """A connection of this tenant's; `changes` to its command."""
    connection = await stores.connections.create(scope, meta_account(**changes))  # type: ignore[arg-type]  # of many types
    return ByHand(stores, work_stores(stores), scope, connection)
