"""Klaviyo's nested answers as flat records: one per message and day, or added up.

What an answer does not say itself (its day, names, the owners of messages) comes with its
request. A result whose series do not match the days becomes a record without a date, to be
refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from connectors.klaviyo.days import local_day
from core.jsonvalue import JSONObject, JSONValue

Record = dict[str, JSONValue]

STATISTICS: Final = (
    "recipients",
    "delivered",
    "bounced",
    "opens",
    "opens_unique",
    "clicks",
    "clicks_unique",
    "conversions",
    "conversion_uniques",
    "conversion_value",
    "text_message_spend",
)
ORDERS: Final[Mapping[str, str]] = {
    "orders": "count",
    "customers": "unique",
    "revenue": "sum_value",
}
"""By the name that is kept, Klaviyo's measurement."""

SPARSE: Final = frozenset({"text_message_spend"})
"""Null where it does not apply: it adds up over the messages that have it."""

UNATTRIBUTED: Final = "unattributed"

_OWNER: Final = ("send_channel", "campaign_id", "name", "objective")


def campaign_records(content: JSONValue, options: JSONObject) -> list[JSONValue]:
    """Of a campaign values report, whose one day the request names."""
    names = options.get("names")
    known = names if isinstance(names, dict) else {}
    return [_campaign(row, options.get("date"), known) for row in _list(content, "results")]


def flow_records(content: JSONValue, zone: str) -> list[JSONValue]:
    """Of a flow series report; a day on which nothing was sent or counted is no record."""
    days = [local_day(each, zone) for each in _list(content, "date_times")]
    return [record for row in _list(content, "results") for record in _flow(row, days)]


def order_records(content: JSONValue, options: JSONObject, zone: str) -> list[JSONValue]:
    """Of orders by message; a day without an order of the message is no record."""
    days = [local_day(each, zone) for each in _list(content, "dates")]
    known = options.get("messages")
    owners = known if isinstance(known, dict) else {}
    return [
        record
        for row in _list(content, "data")
        for record in _days_of(row, "measurements", days, _owner(row, owners))
        if any(_is_something(_get(record, each)) for each in ORDERS.values())
    ]


def all_order_records(content: JSONValue, options: JSONObject, zone: str) -> list[JSONValue]:
    """Of all orders, by day; a day without orders is a record too."""
    days = [local_day(each, zone) for each in _list(content, "dates")]
    whole: Record = {"message_id": options.get("entity_id"), "send_channel": None}
    rows = _list(content, "data")
    return [record for row in rows for record in _days_of(row, "measurements", days, whole)]


def added_up(records: Sequence[JSONValue], numbers: Iterable[str]) -> list[JSONValue]:
    """One record per day, campaign or flow, and channel; what has no owner stays by itself.

    A sum with an unreadable part takes that part's value, and is refused with it: without it,
    it would be another number.
    """
    grouped: dict[object, list[JSONValue]] = {}
    for position, record in enumerate(records):
        key: object = position
        if isinstance(record, dict) and record.get("campaign_id") is not None:
            key = tuple(str(record.get(name)) for name in ("date", "campaign_id", "send_channel"))
        grouped.setdefault(key, []).append(record)
    return [_sum(each, tuple(numbers)) for each in grouped.values()]


def exact(value: JSONValue) -> Decimal | None:
    """A JSON number, or its text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _campaign(row: JSONValue, day: JSONValue, names: Mapping[str, JSONValue]) -> JSONValue:
    groupings, statistics = _get(row, "groupings"), _get(row, "statistics")
    if not isinstance(groupings, dict) or not isinstance(statistics, dict):
        return row
    campaign_id = groupings.get("campaign_id")
    return {
        **statistics,
        "date": day,
        "campaign_id": campaign_id,
        "message_id": groupings.get("campaign_message_id"),
        "send_channel": groupings.get("send_channel"),
        "name": names.get(campaign_id) if isinstance(campaign_id, str) else None,
    }


def _flow(row: JSONValue, days: Sequence[JSONValue]) -> list[JSONValue]:
    groupings = _get(row, "groupings")
    owner: Record = {
        "campaign_id": _get(groupings, "flow_id"),
        "message_id": _get(groupings, "flow_message_id"),
        "send_channel": _get(groupings, "send_channel"),
        "objective": "FLOW",
    }
    found = _days_of(row, "statistics", days, owner)
    return [
        record
        for record in found
        if any(_is_something(_get(record, name)) for name in (*STATISTICS, "statistics"))
    ]


def _owner(row: JSONValue, owners: Mapping[str, JSONValue]) -> Record:
    """What an order by message belongs to; `unattributed` where nothing is credited with it."""
    dimensions = _get(row, "dimensions")
    first = dimensions[0] if isinstance(dimensions, list) and dimensions else None
    known: Any = owners.get(first) if isinstance(first, str) else None
    campaign_id, channel, name = known or (None, None, None)
    return {
        "message_id": first or UNATTRIBUTED,
        "campaign_id": campaign_id,
        "send_channel": channel,
        "name": name,
    }


def _days_of(
    row: JSONValue, field: str, days: Sequence[JSONValue], owner: Record
) -> Iterator[JSONValue]:
    """One record a day out of parallel series; the row itself when they do not match."""
    series = _get(row, field)
    lists = series.values() if isinstance(series, dict) else [None]
    if not all(isinstance(each, list) and len(each) == len(days) for each in lists):
        yield row
        return
    names = series.keys() if isinstance(series, dict) else ()
    for day, *values in zip(days, *lists, strict=True):
        yield {**dict(zip(names, values, strict=True)), **owner, "date": day}


def _sum(records: Sequence[JSONValue], numbers: Sequence[str]) -> JSONValue:
    first = records[0]
    if not isinstance(first, dict):
        return first
    parts = [record for record in records if isinstance(record, dict)]
    total: Record = {name: _total(parts, name) for name in numbers}
    kept = {name: first[name] for name in (*_OWNER, "date", "message_id") if name in first}
    messages: Sequence[JSONValue] = sorted(str(part.get("message_id")) for part in parts)
    return {**kept, **total, "messages": messages}


def _total(parts: Sequence[JSONObject], name: str) -> JSONValue:
    values = [part.get(name) for part in parts]
    present = [value for value in values if value is not None]
    if not present or (len(present) < len(values) and name not in SPARSE):
        return None
    read = [(value, exact(value)) for value in present]
    unread = [value for value, number in read if number is None]
    if unread:
        return unread[0]
    return format(sum((number for _, number in read if number is not None), Decimal(0)), "f")


def _is_something(value: JSONValue) -> bool:
    return value is not None and exact(value) != 0


def _get(value: JSONValue, name: str) -> JSONValue:
    return value.get(name) if isinstance(value, dict) else None


def _list(content: JSONValue, name: str) -> list[JSONValue]:
    found = _get(_get(_get(content, "data"), "attributes"), name)
    return found if isinstance(found, list) else []
