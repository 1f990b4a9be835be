"""What an order is, from all that is known of it, in whatever order that came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from core.order_status import CANCELLED, ORDER_TYPE, REFUNDED
from core.webhook_events import OrderEvent
from core.webhook_mapping import EventKind

_NONE: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class OrderState:
    """An order as its events leave it. `conversions` is 1, or 0 for one that was cancelled.

    `value` is after refunds, `gross` before; both None where no event told any. `other_dates`:
    days that fewer events would have put it on. `geo` is never one of another `country`: an address
    that changes its country without naming a region has none.
    """

    day: date
    conversions: Decimal
    value: Decimal | None
    gross: Decimal | None
    refunded: Decimal
    currency: str
    quantity: Decimal | None
    conversion_type: str
    campaign: str | None
    utm_source: str | None
    utm_medium: str | None
    country: str | None
    geo: str | None
    other_dates: frozenset[date]


def order_state(events: Iterable[OrderEvent]) -> OrderState | None:
    """The state that `events` of one order make, each counted once; None without the order itself.

    Of each part the newest event that tells it holds, by the sender's own time; the answer is
    the same for every order of `events`.
    """
    known = {event.event_id: event for event in sorted(events, key=_age)}
    orders = [event for event in known.values() if event.kind is EventKind.ORDER]
    if not orders:
        return None
    is_cancelled = _is_cancelled(orders, known.values())
    gross, value, refunded = _amounts(orders, known.values())
    country = _newest(orders, "country")
    day = _newest(orders, "date") or min(event.at_date for event in orders)
    return OrderState(
        day=day,
        conversions=_NONE if is_cancelled else Decimal(1),
        value=_NONE if is_cancelled else value,
        gross=gross,
        refunded=refunded,
        currency=orders[0].currency,
        quantity=_newest(orders, "quantity"),
        conversion_type=_newest(orders, "conversion_type") or ORDER_TYPE,
        campaign=_newest(orders, "campaign"),
        utm_source=_newest(orders, "utm_source"),
        utm_medium=_newest(orders, "utm_medium"),
        country=country,
        geo=_newest([each for each in orders if each.country in {None, country}], "geo"),
        other_dates=frozenset(event.date or event.at_date for event in orders) - {day},
    )


def _age(event: OrderEvent) -> tuple[datetime, str]:
    return event.at, event.event_id


def _newest(orders: Sequence[OrderEvent], name: str) -> Any:
    told = (getattr(event, name) for event in reversed(orders))
    return next((value for value in told if value is not None), None)


def _amounts(
    orders: Sequence[OrderEvent], known: Iterable[OrderEvent]
) -> tuple[Decimal | None, Decimal | None, Decimal]:
    """Before refunds, after refunds, and what was given back.

    A net value has the refunds before it taken off already.
    """
    net = next((event for event in reversed(orders) if event.net_value is not None), None)
    gross = _newest(orders, "value")
    refunds = [event for event in known if event.kind is EventKind.REFUND]
    if net is not None and net.net_value is not None:
        later = sum((each.value or _NONE for each in refunds if each.at > net.at), _NONE)
        value = net.net_value - later
        return gross, value, _NONE if gross is None else gross - value
    refunded = sum((each.value or _NONE for each in refunds), _NONE)
    if gross is not None and not refunds and _status(orders) == REFUNDED:
        refunded = gross
    return gross, None if gross is None else gross - refunded, refunded


def _status(orders: Sequence[OrderEvent]) -> str | None:
    status = _newest(orders, "status")
    return None if status is None else str(status).lower()


def _is_cancelled(orders: Sequence[OrderEvent], known: Iterable[OrderEvent]) -> bool:
    """Whether the newest word on it is that it was cancelled."""
    if _status(orders) in CANCELLED:
        return True
    cancelled = [event.at for event in known if event.kind is EventKind.CANCELLATION]
    told = next((event.at for event in reversed(orders) if event.status is not None), None)
    return bool(cancelled) and (told is None or max(cancelled) >= told)
