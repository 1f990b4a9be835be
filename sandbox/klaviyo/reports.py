"""Reports by send date, and aggregates by event date."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sandbox.klaviyo.call import Call, day_of
from sandbox.klaviyo.errors import invalid
from sandbox.klaviyo.mail import Message, Order, Sending, klaviyo_id
from sandbox.klaviyo.view import Figures, View

Number = float | int | None

_LONGEST_DAYS: Final = 366
_LONGEST_DAILY: Final = 60
_RATES: Final[Mapping[str, tuple[str, str]]] = {
    "open_rate": ("opens_unique", "delivered"),
    "click_rate": ("clicks_unique", "delivered"),
    "delivery_rate": ("delivered", "recipients"),
    "conversion_rate": ("conversion_uniques", "delivered"),
}
_COUNTS: Final = (
    "recipients", "delivered", "bounced", "opens", "opens_unique", "clicks", "clicks_unique",
    "conversions", "conversion_uniques",
)  # fmt: skip
_MONEY: Final = ("conversion_value", "text_message_spend")
STATISTICS: Final = frozenset((*_RATES, *_COUNTS, *_MONEY))
_MEASUREMENTS: Final = ("count", "sum_value", "unique")


@dataclass(frozen=True, slots=True)
class _Report:
    """What a report asks for."""

    statistics: tuple[str, ...]
    since: date
    until: date


def metric_id(view: View) -> str:
    """The id of the account's Placed Order metric."""
    return klaviyo_id(6, view.account.number, "Placed Order")


def campaign_values(view: View, call: Call) -> list[dict[str, object]]:
    """One result per campaign message sent within the timeframe, both of its days included."""
    report = _report(view, call.attributes("campaign-values-report"), _LONGEST_DAYS)
    grouped: dict[Message, list[Sending]] = defaultdict(list)
    for sending in view.sent(report.since, report.until):
        if not sending.message.is_flow:
            grouped[sending.message].append(sending)
    return [
        {
            "groupings": _groupings(message, "campaign"),
            "statistics": _statistics(view, report.statistics, each),
        }
        for message, each in grouped.items()
    ]


def flow_series(view: View, call: Call) -> tuple[list[dict[str, object]], list[str]]:
    """One result per flow message, with one value a day; and the days."""
    attributes = call.attributes("flow-series-report")
    if attributes.get("interval") != "daily":
        raise invalid("The sandbox knows the interval daily only.", "attributes/interval")
    report = _report(view, attributes, _LONGEST_DAILY)
    grouped: dict[Message, dict[date, list[Sending]]] = defaultdict(lambda: defaultdict(list))
    for sending in view.sent(report.since, report.until):
        if sending.message.is_flow:
            grouped[sending.message][sending.day].append(sending)
    days = _days(report.since, report.until)
    results: list[dict[str, object]] = []
    for message, by_day in grouped.items():
        daily = [_statistics(view, report.statistics, by_day.get(day, [])) for day in days]
        series = {name: [each[name] for each in daily] for name in report.statistics}
        results.append({"groupings": _groupings(message, "flow"), "statistics": series})
    return results, [f"{day}T00:00:00+00:00" for day in days]


def aggregates(view: View, call: Call) -> tuple[list[dict[str, object]], list[str]]:
    """Orders by the day they were placed, for each message or all together; and the days."""
    attributes = call.attributes("metric-aggregate")
    _check_metric(view, attributes.get("metric_id"), "attributes/metric_id")
    measured = _known(attributes.get("measurements"), _MEASUREMENTS, "attributes/measurements")
    if attributes.get("interval") != "day":
        raise invalid("The sandbox knows the interval day only.", "attributes/interval")
    if attributes.get("timezone") != view.account.zone:
        raise invalid("The sandbox knows the company's zone only.", "attributes/timezone")
    days = _days(*_filtered(attributes.get("filter")))
    label = _labelling(attributes.get("by") or [])
    cells: dict[str, dict[date, list[Order]]] = defaultdict(lambda: defaultdict(list))
    for day, order in view.orders(days[0], days[-1]):
        cells[label(order)][day].append(order)
    is_grouped = bool(attributes.get("by"))
    rows: list[dict[str, object]] = [
        {
            "dimensions": [name] if is_grouped else [],
            "measurements": {
                what: [_measured(view, what, by_day.get(day, [])) for day in days]
                for what in measured
            },
        }
        for name, by_day in sorted(cells.items())
    ]
    return rows, [_midnight(view, day) for day in days]


def _labelling(by: list[str]) -> Callable[[Order], str]:
    if by not in ([], ["$attributed_message"]):
        raise invalid("The sandbox knows $attributed_message only.", "attributes/by")
    return lambda order: order.sending.message.id if by and order.sending else ""


def _measured(view: View, what: str, orders: list[Order]) -> float:
    if what == "count":
        return float(len(orders))
    if what == "unique":
        return float(len({(order.sending, order.customer) for order in orders}))
    return _money(view, sum(order.value_minor for order in orders))


def _midnight(view: View, day: date) -> str:
    """The moment at which a day begins, in UTC: the aggregates' way of naming it."""
    return datetime.combine(day, time(0), view.account.timezone).astimezone(UTC).isoformat()


def _report(view: View, attributes: dict[str, Any], longest: int) -> _Report:
    statistics = _known(attributes.get("statistics"), STATISTICS, "attributes/statistics")
    _check_metric(view, attributes.get("conversion_metric_id"), "attributes/conversion_metric_id")
    frame = attributes.get("timeframe")
    if not isinstance(frame, dict) or not {"start", "end"} <= frame.keys():
        raise invalid("A start and an end are required.", "attributes/timeframe")
    since = day_of(frame["start"], "attributes/timeframe/start")
    until = day_of(frame["end"], "attributes/timeframe/end")
    if until < since or (until - since).days >= longest:
        raise invalid(f"The timeframe must span 1 to {longest} days.", "attributes/timeframe")
    return _Report(statistics, since, until)


def _known(asked: object, known: Iterable[str], pointer: str) -> tuple[str, ...]:
    allowed = set(known)
    if not isinstance(asked, list) or not asked:
        raise invalid("A list is required.", pointer)
    if unknown := [str(each) for each in asked if each not in allowed]:
        raise invalid(f"{', '.join(unknown)} is not a valid choice.", pointer)
    return tuple(asked)


def _check_metric(view: View, asked: object, pointer: str) -> None:
    if asked != metric_id(view):
        raise invalid("A metric of this account is required.", pointer)


def _filtered(filters: object) -> tuple[date, date]:
    """The days of greater-or-equal(datetime,…) and less-than(datetime,…)."""
    pointer, found = "attributes/filter", {}
    for each in filters if isinstance(filters, list) else []:
        name, _, rest = str(each).partition("(datetime,")
        found[name] = day_of(rest.rstrip(")"), pointer)
    if set(found) != {"greater-or-equal", "less-than"}:
        raise invalid("greater-or-equal and less-than of datetime are required.", pointer)
    since, until = found["greater-or-equal"], found["less-than"] - timedelta(days=1)
    if until < since or (until - since).days >= _LONGEST_DAYS:
        raise invalid("The filter must span 1 day to 1 year.", pointer)
    return since, until


def _groupings(message: Message, kind: str) -> dict[str, str]:
    return {
        "send_channel": message.channel,
        f"{kind}_id": message.owner,
        f"{kind}_message_id": message.id,
    }


def _statistics(view: View, names: tuple[str, ...], sent: list[Sending]) -> dict[str, Number]:
    figures = [view.figures(each) for each in sent]
    counts = {name: sum(each.counts[name] for each in figures) for name in _COUNTS}
    return {name: _statistic(view, name, counts, figures) for name in names}


def _statistic(view: View, name: str, counts: dict[str, int], figures: list[Figures]) -> Number:
    if name in counts:
        return float(counts[name])
    if name in _RATES:
        part, whole = (counts[each] for each in _RATES[name])
        return round(part / whole, 6) if whole else 0.0
    if name == "conversion_value":
        return _money(view, sum(each.value_minor for each in figures))
    spent = [each.spend_minor for each in figures if each.spend_minor is not None]
    return _money(view, sum(spent)) if spent else None


def _money(view: View, minor: int) -> float:
    return minor / 100 if view.account.minor_digits else float(minor)


def _days(since: date, until: date) -> list[date]:
    return [since + timedelta(days=ahead) for ahead in range((until - since).days + 1)]
