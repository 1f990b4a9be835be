"""One replay: page by page, refused records go the way that every record goes."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from connectors.registry import normalise_page
from core.records.connections import ConnectionRecord
from core.records.runs import Receipt
from core.scope import TenantScope
from jobs.sources import channel_rules, page_context
from jobs.webhooks import with_orders
from stores.postgres.replays import RefusedPage, ReplayResult
from stores.postgres.run_work import Claimed
from stores.wiring import Stores
from stores.work import WorkStores
from transform.normalise.context import PageContext
from transform.normalise.replay import Replay


async def replay(stores: Stores, work: WorkStores, scope: TenantScope, claimed: Claimed) -> Receipt:
    """Try every record that the run was handed and has not tried, and end it with its receipt.

    A page's records are tried and settled in one step, so the run can be taken up anywhere.
    """
    connection = await stores.connections.one(scope, claimed.run.of_connection)
    channels = await channel_rules(stores, scope)
    while (page := await work.replays.next_page(scope, claimed)) is not None:
        body = await stores.lineage.body(scope, page.raw_page_id)
        context = replace(
            page_context(connection, page.request),
            channels=channels,
            replay=Replay(page.positions, page.corrections),
        )
        context = await with_orders(stores, scope, connection, body, context)
        made = await asyncio.to_thread(_normalise, connection, page, body, context)
        await work.replays.merge(scope, claimed, page, made)
    return await work.readings.finish(scope, claimed)


def _normalise(
    connection: ConnectionRecord, page: RefusedPage, body: bytes, context: PageContext
) -> ReplayResult:
    made = normalise_page(connection.source, page.stream, page.media_type, body, context)
    return ReplayResult(made.entries, made.campaigns, made.rejections, made.owners)
