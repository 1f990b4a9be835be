"""Webhooks in the background: a run soon after events came, its inbox, and what orders were."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

import structlog

from connectors.webhook.normalise import (
    ATTRIBUTION,
    accepted,
    known_orders,
    order_states,
    page_events,
)
from connectors.webhook.orders import OrderState, order_state
from connectors.webhook.page import InboxMessage
from core.jsonvalue import JSONObject
from core.records.connections import ConnectionRecord, Level, Source
from core.records.entries import DateBasis, EntryKey
from core.records.runs import RunRecord
from core.scope import SystemScope, TenantScope
from jobs.scopes import waiting_scope
from stores.postgres.run_work import Claimed
from stores.postgres.webhook_work import WebhookWorkStore
from stores.wiring import Stores
from transform.frames import entry_digests
from transform.normalise.context import PageContext

PAGE_MESSAGES = 5_000
_REMEMBERED = timedelta(days=7)

log = structlog.get_logger(__name__)


async def collect(stores: Stores, every_seconds: float) -> None:
    """Start a run for every connection that events wait at, now and every so often, for ever."""
    work = WebhookWorkStore(stores.database)
    while True:
        try:
            for waiting in await work.waiting():
                await work.start_run(waiting_scope(waiting), waiting.connection_id)
        except Exception as error:  # noqa: BLE001 - what waits must go on being looked at
            log.warning("inboxes were not looked at", error=repr(error))
        await asyncio.sleep(every_seconds)


async def sweep_messages(stores: Stores) -> None:
    """Forget ids of messages so old that no sender repeats them."""
    reason = SystemScope(reason="forget ids of old webhook messages", actor="worker")
    swept = await stores.webhooks.sweep(reason, _REMEMBERED)
    if swept:
        log.info("ids of old webhook messages forgotten", messages=swept)


@dataclass(frozen=True, slots=True)
class RunInbox:
    """The inbox as one run has it."""

    work: WebhookWorkStore
    scope: TenantScope
    run: RunRecord

    async def take(self, page: int) -> tuple[Sequence[InboxMessage], bool]:
        """The messages of a page, and whether more wait."""
        claimed = Claimed(self.run)
        taken, more = await self.work.take(self.scope, claimed, page, PAGE_MESSAGES)
        return [InboxMessage(each.id, each.sent_at, each.body) for each in taken], more

    async def discard(self) -> None:
        """Forget what raw pages hold."""
        await self.work.discard(self.scope, self.run.of_connection)


async def with_orders(
    stores: Stores, scope: TenantScope, connection: ConnectionRecord, body: bytes,
    context: PageContext, *, anew: bool = False,
) -> PageContext:  # fmt: skip
    """`context` with what is known of the orders of a page; that of other sources as it is.

    The page's own events are kept with their orders first. A page that is tried again finds
    them there, and an order that a later page tells of has them, whichever is merged first.
    `anew`: events are kept as they read by now, in place of how they once did.
    """
    if connection.source is not Source.WEBHOOK:
        return context
    work = WebhookWorkStore(stores.database)
    mapping = await work.mapping(scope, connection.id)
    mapped = replace(context, options={**context.options, "mapping": mapping})
    page = await asyncio.to_thread(page_events, body, mapped)
    kept = await work.orders(scope, connection.id, list(page.by_order()))
    options: JSONObject = {**mapped.options, "orders": kept}
    known = known_orders(options)
    page = accepted(page, known)
    facts = [event.to_json() for events in page.by_order().values() for event in events]
    if facts:
        await work.keep_orders(scope, connection.id, facts, anew=anew)
    before = {order: order_state(events) for order, events in known.items()}
    states = order_states(page, known)
    moved = _left(before, states)
    for order, left in (await _standing(stores, scope, context.account_id, states)).items():
        moved[order] |= left
    days = {order: [day.isoformat() for day in sorted(left)] for order, left in moved.items()}
    return replace(context, options={**options, "moved": days})


def _left(
    before: Mapping[str, OrderState | None], states: Mapping[str, OrderState | None]
) -> dict[str, set[date]]:
    """The day of each order that another day has followed."""
    moved: dict[str, set[date]] = defaultdict(set)
    for order, state in states.items():
        earlier = before.get(order)
        if state is not None and earlier is not None and earlier.day != state.day:
            moved[order].add(earlier.day)
    return moved


async def _standing(
    stores: Stores, scope: TenantScope, account_id: str, states: Mapping[str, OrderState | None]
) -> dict[str, set[date]]:
    """Days that orders may have left before this page was tried again, if their entry stands."""
    left = [
        (order, day)
        for order, state in states.items()
        if state is not None
        for day in sorted(state.other_dates)
    ]
    keys = _keys(account_id, left)
    standing = await stores.entries.by_keys(scope, keys) if keys else {}
    moved: dict[str, set[date]] = defaultdict(set)
    for (order, day), key in zip(left, keys, strict=True):
        entry = standing.get(key)
        if entry is not None and (entry.metrics.conversions or entry.metrics.conversion_value):
            moved[order].add(day)
    return moved


def _keys(account_id: str, left: Sequence[tuple[str, date]]) -> list[EntryKey]:
    rows = len(left)
    digests = entry_digests(
        {
            "source": [Source.WEBHOOK.value] * rows,
            "account_id": [account_id.strip()] * rows,
            "level": [Level.ORDER.value] * rows,
            "entity_id": [order for order, _ in left],
            "date_basis": [DateBasis.EVENT.value] * rows,
            "attribution_setting": [ATTRIBUTION] * rows,
        }
    )
    return [
        EntryKey(day, UUID(bytes=digest)) for (_, day), digest in zip(left, digests, strict=True)
    ]
