"""A page's events as entries: one a day and order, as all events of the order leave it.

What a normaliser knows is its page; what an order's earlier events said comes with the context
(`options`): `orders`, facts of those that were kept, and `moved`, days that hold an entry of an
order which belongs to another day now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import orjson
import pyarrow as pa

from connectors.webhook.orders import OrderState, order_state
from connectors.webhook.page import events
from core.errors import Bug
from core.jsonvalue import JSONObject
from core.records.connections import Level, Source
from core.records.entries import DateBasis
from core.webhook_events import OrderEvent, Reader, Unreadable, read_event
from core.webhook_mapping import EventKind, WebhookMapping
from transform.frames import ARROW_TYPES, ENTRY_SCHEMA, NormalisedPage
from transform.normalise.columns import ArrowColumn
from transform.normalise.context import PageContext
from transform.normalise.entries import normalised_page
from transform.normalise.reading import Reading
from transform.normalise.utm import utm_channel

ATTRIBUTION: Final = "sender"
"""Whatever made the sender name a campaign."""

UNKNOWN_ORDER: Final = "tells of an order that is not known yet"
KEPT: Final = "nothing: it is kept, and counts as soon as the order itself is sent"

Known = Mapping[str, Sequence[OrderEvent]]
"""Events by order."""


@dataclass(frozen=True, slots=True)
class PageEvents:
    """The events of a page by position: None where one cannot go in, or is to be ignored.

    What is ignored is no record of the page; asked for in a replay, it is refused.
    """

    reading: Reading
    events: Sequence[OrderEvent | None]
    ignored: frozenset[int] = frozenset()

    def by_order(self) -> dict[str, list[OrderEvent]]:
        """Those that go in."""
        found: dict[str, list[OrderEvent]] = defaultdict(list)
        for event in self.events:
            if event is not None:
                found[event.order_id].append(event)
        return found


def normalise(_stream: str, _media_type: str, body: bytes, context: PageContext) -> NormalisedPage:
    """Entries of the orders that the page's events touch."""
    if "orders" not in context.options:
        raise Bug("a page of events was normalised without what is known of its orders")
    known = known_orders(context.options)
    page = accepted(page_events(body, context), known)
    states = order_states(page, known)
    rows = [states.get(event.order_id) if event else None for event in page.events]
    _refuse(page.reading, _unknown(page.events, rows))
    made = normalised_page(_columns(page, rows, context), page.reading)
    moved = _moved(made.entries, context.options)
    entries = pa.concat_tables([made.entries, moved])
    if context.replay is not None:
        return replace(made, entries=entries)
    told = tuple(each for each in made.rejections if each.position not in page.ignored)
    fetched = made.fetched - len(page.ignored)
    return replace(made, entries=entries, rejections=told, fetched=fetched)


def page_events(body: bytes, context: PageContext) -> PageEvents:
    """Every event of a page, read by the connection's mapping."""
    reader = _reader(context)
    sent = list(events(body))
    reading = Reading.of([event for _, event in sent], context)
    found: list[OrderEvent | None] = []
    faults: dict[int, Unreadable] = {}
    for position, ((source, _), event) in enumerate(zip(sent, reading.records, strict=True)):
        try:
            found.append(read_event(event, source, reader) if isinstance(event, dict) else None)
        except Unreadable as fault:
            faults[position] = fault
            found.append(None)
    ignored = frozenset(
        at for at, event in enumerate(found) if event and event.kind is EventKind.IGNORED
    )
    _refuse(reading, faults | dict.fromkeys(ignored, Unreadable("type", "is ignored")))
    kept = [None if at in ignored else event for at, event in enumerate(found)]
    return PageEvents(reading, kept, ignored)


def accepted(page: PageEvents, known: Known) -> PageEvents:
    """The page without events in another currency than their order's."""
    currencies = {order: kept[0].currency for order, kept in known.items() if kept}
    faults: dict[int, Unreadable] = {}
    for position, event in enumerate(page.events):
        if event is None:
            continue
        currency = currencies.setdefault(event.order_id, event.currency)
        if event.currency != currency:
            faults[position] = Unreadable("currency", f"is {event.currency}, but the order's is "
                                                      f"{currency}")  # fmt: skip
    _refuse(page.reading, faults)
    kept = [None if at in faults else event for at, event in enumerate(page.events)]
    return PageEvents(page.reading, kept, page.ignored)


def order_states(page: PageEvents, known: Known) -> dict[str, OrderState | None]:
    """What the orders of the page are now."""
    return {
        order: order_state((*known.get(order, ()), *mine))
        for order, mine in page.by_order().items()
    }


def known_orders(options: JSONObject) -> Known:
    """The events in `options`, by order."""
    found: dict[str, list[OrderEvent]] = defaultdict(list)
    kept: Any = options["orders"]
    for facts in kept:
        event = OrderEvent.from_json(facts)
        found[event.order_id].append(event)
    return found


def _reader(context: PageContext) -> Reader:
    mapping: Any = context.options.get("mapping", {})
    return Reader(WebhookMapping.from_json(mapping), ZoneInfo(context.time_zone), context.currency)


def _refuse(reading: Reading, faults: Mapping[int, Unreadable]) -> None:
    together: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for position, fault in faults.items():
        together[fault.field, fault.reason, fault.mend].append(position)
    for (field, reason, mend), positions in together.items():
        refused = np.zeros(len(reading.records), dtype=bool)
        refused[positions] = True
        reading.refuse(refused, field, reason, mend)


def _unknown(
    found: Sequence[OrderEvent | None], rows: Sequence[OrderState | None]
) -> dict[int, Unreadable]:
    """Refunds and cancellations of orders that have not come."""
    return {
        position: Unreadable("order_id", UNKNOWN_ORDER, KEPT)
        for position, (event, state) in enumerate(zip(found, rows, strict=True))
        if event is not None and state is None
    }


def _columns(
    page: PageEvents, rows: Sequence[OrderState | None], context: PageContext
) -> dict[str, ArrowColumn]:
    def column(kind: str, values: Iterable[object]) -> ArrowColumn:
        return pa.array(list(values), ARROW_TYPES[kind])

    def of_state(kind: str, name: str) -> ArrowColumn:
        return column(kind, (getattr(state, name, None) for state in rows))

    texts = {
        "source": Source.WEBHOOK.value,
        "account_id": context.account_id.strip(),
        "level": Level.ORDER.value,
        "date_basis": DateBasis.EVENT.value,
        "attribution_setting": ATTRIBUTION,
    }
    campaign = of_state("text", "campaign")
    return {
        **{name: pa.repeat(pa.scalar(text), len(rows)) for name, text in texts.items()},
        "date": of_state("date", "day"),
        "entity_id": column("text", (event and event.order_id for event in page.events)),
        "campaign_id": campaign,
        "campaign_name": campaign,
        "channel": column("text", (state and _channel(state) for state in rows)),
        "platform_channel": of_state("text", "utm_source"),
        "medium": of_state("text", "utm_medium"),
        "currency": of_state("text", "currency"),
        "country": of_state("text", "country"),
        "geo": of_state("text", "geo"),
        "conversions": of_state("amount", "conversions"),
        "conversion_value": of_state("amount", "value"),
        "conversion_type": of_state("text", "conversion_type"),
        "actions": column("json", (state and _kept(state) for state in rows)),
        "position": pa.array(np.arange(len(rows))),
    }


def _channel(state: OrderState) -> str:
    return utm_channel(state.utm_source, state.utm_medium, state.campaign)


def _kept(state: OrderState) -> str:
    """What the columns have no place for; no more, for a difference here is a new vintage."""
    told = {
        "quantity": state.quantity,
        "gross_value": state.gross,
        "refunded_value": state.refunded or None,
    }
    kept = {name: format(value.normalize(), "f") for name, value in told.items() if value}
    return orjson.dumps(kept).decode()


def _moved(entries: pa.Table, options: JSONObject) -> pa.Table:
    """Entries of zero for the days that orders of the page have left."""
    days: Any = options.get("moved", {})
    rows = [
        row
        | {
            "date": day, "conversions": 0, "records": 0, "actions": "{}",
            "conversion_value": None if row["conversion_value"] is None else 0,
        }
        for row in entries.to_pylist() if days
        for day in map(date.fromisoformat, days.get(row["entity_id"], ()))
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=ENTRY_SCHEMA)
