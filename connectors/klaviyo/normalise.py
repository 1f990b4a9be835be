"""Klaviyo's answers as entries: what a message led to by its send date, orders by their own.

A campaign or flow is one entry a day and channel (`<id>:<channel>`: flows mix channels), or each
message is one, by the connection's level. Sums of columns go over every entry, and the same
order stands in up to three answers, so only the reports by send date fill the columns; entries
by event date keep orders, customers and revenue in `actions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from connectors.klaviyo.records import (
    ORDERS,
    STATISTICS,
    added_up,
    all_order_records,
    campaign_records,
    exact,
    flow_records,
    order_records,
)
from core.errors import BadInput
from core.jsonvalue import JSONObject, JSONValue, exact_json
from core.records.connections import Level, Source
from core.records.entries import DateBasis
from transform.frames import CAMPAIGN_SCHEMA, NormalisedPage, campaign_digests
from transform.normalise.channels import UNASSIGNED, channel_group
from transform.normalise.columns import ArrowColumn
from transform.normalise.context import PageContext
from transform.normalise.entries import normalised_page
from transform.normalise.reading import Reading

SOURCE: Final = Source("KLAVIYO")

CAMPAIGN_VALUES: Final = "campaign_values"
FLOW_SERIES: Final = "flow_series"
ORDERS_BY_MESSAGE: Final = "orders_by_message"
ALL_ORDERS: Final = "all_orders"
CAMPAIGNS: Final = "campaigns"
LISTS: Final = frozenset({"accounts", "metrics", CAMPAIGNS})

ATTRIBUTION: Final = "default"
"""The account's own attribution setting, which no answer tells."""

PLACED_ORDER: Final = "Placed Order"
MONEY: Final = frozenset({"conversion_value", "text_message_spend", "revenue"})

_COLUMNS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "spend": ("text_message_spend", "amount"),
        "clicks": ("clicks", "integer"),
        "conversions": ("conversion_uniques", "amount"),
        "conversion_value": ("conversion_value", "amount"),
    }
)
"""By column, Klaviyo's statistic and its kind. E-mails have no spend: unknown, never zero."""


def normalise(stream: str, _media_type: str, body: bytes, context: PageContext) -> NormalisedPage:
    """One answer of Klaviyo's; a list has no entries, only campaigns at most."""
    content = _parsed(body)
    if stream in LISTS:
        return _names(content if stream == CAMPAIGNS else {}, context)
    records = _records(stream, content, context)
    is_sent = stream in {CAMPAIGN_VALUES, FLOW_SERIES}
    if context.level is Level.CAMPAIGN and stream != ALL_ORDERS:
        records = added_up(records, STATISTICS if is_sent else ORDERS.values())
    reading = Reading.of(records, context)
    columns = _identity(reading, context, stream)
    columns |= _sent(reading) if is_sent else _ordered(reading)
    return normalised_page(columns | _constants(context, stream, len(records)), reading)


def _parsed(body: bytes) -> JSONValue:
    """The body, its numbers as `exact_json` reads them."""
    try:
        content: JSONValue = exact_json(body)
    except ValueError as error:
        raise BadInput(f"the page is not JSON: {error}") from error
    if not isinstance(content, dict) or "data" not in content:
        raise BadInput("the page has nothing under `data`")
    return content


def _records(stream: str, content: JSONValue, context: PageContext) -> list[JSONValue]:
    options, zone = context.options, context.time_zone
    if stream == CAMPAIGN_VALUES:
        return campaign_records(content, options)
    if stream == FLOW_SERIES:
        return flow_records(content, zone)
    if stream == ORDERS_BY_MESSAGE:
        return order_records(content, options, zone)
    if stream == ALL_ORDERS:
        return all_order_records(content, options, zone)
    raise BadInput(f"Klaviyo has no stream {stream!r}", field="stream")


def _identity(reading: Reading, context: PageContext, stream: str) -> dict[str, ArrowColumn]:
    is_sent = stream in {CAMPAIGN_VALUES, FLOW_SERIES}
    message = reading.column("message_id", "text", is_required=True)
    campaign = reading.column("campaign_id", "text", is_required=is_sent)
    channel = reading.column("send_channel", "text", is_required=is_sent)
    name = reading.column("name", "text")
    together = pc.call_function("binary_join_element_wise", [campaign, channel, pa.scalar(":")])
    is_added_up = context.level is Level.CAMPAIGN
    return {
        "date": reading.column("date", "date", is_required=True),
        "entity_id": pc.coalesce(together, message) if is_added_up else message,
        "entity_name": name if is_added_up else pa.nulls(len(message), pa.string()),
        "campaign_id": campaign,
        "campaign_name": name,
        "objective": reading.column("objective", "text"),
        "platform_channel": channel,
        "channel": _groups(channel),
    }


def _groups(channels: ArrowColumn) -> ArrowColumn:
    named = (None if each is None else str(each) for each in channels.to_pylist())
    groups = [channel_group(SOURCE, each) if each else UNASSIGNED for each in named]
    return pa.array(groups, pa.string())


def _sent(reading: Reading) -> dict[str, ArrowColumn]:
    found = {
        column: reading.column(field, kind, may_be_negative=field == "conversion_value")
        for column, (field, kind) in _COLUMNS.items()
    }
    kinds = pa.repeat(pa.scalar(PLACED_ORDER), len(reading.records))
    return {
        **found,
        "conversion_type": kinds,
        "actions": _kept(reading, {name: name for name in STATISTICS}),
    }


def _ordered(reading: Reading) -> dict[str, ArrowColumn]:
    return {"actions": _kept(reading, ORDERS)}


def _kept(reading: Reading, fields: Mapping[str, str]) -> ArrowColumn:
    """Every number of a record as JSON, counts as whole numbers and money as text."""
    for name, field in fields.items():
        reading.column(field, "amount" if name in MONEY else "integer")
    texts = [
        _json(record, fields) if isinstance(record, dict) and is_accepted else None
        for record, is_accepted in zip(reading.records, reading.accepted, strict=True)
    ]
    return pc.cast(pa.array(texts, pa.binary()), pa.string())


def _json(record: JSONObject, fields: Mapping[str, str]) -> bytes:
    found = {name: _number(name, record.get(field)) for name, field in fields.items()}
    more = {"messages": record["messages"]} if "messages" in record else {}
    return orjson.dumps({**found, **more})


def _number(name: str, value: JSONValue) -> int | str | None:
    number = exact(value)
    if number is None:
        return None
    if name not in MONEY:
        return int(number)
    return format(number.normalize(), "f")


def _names(content: JSONValue, context: PageContext) -> NormalisedPage:
    """A page of a list: no records, and the campaigns that it names."""
    rows = content.get("data") if isinstance(content, dict) else None
    listed = rows if isinstance(rows, list) else []
    named = {each["digest"]: each for row in listed for each in _campaigns(row, context)}
    campaigns = pa.Table.from_pylist(list(named.values()), schema=CAMPAIGN_SCHEMA)
    nothing = normalised_page(
        _identity(Reading.of([], context), context, CAMPAIGN_VALUES)
        | _sent(Reading.of([], context))
        | _constants(context, CAMPAIGN_VALUES, 0),
        Reading.of([], context),
    )
    return NormalisedPage(nothing.entries, campaigns, (), 0)


def _campaigns(row: JSONValue, context: PageContext) -> list[dict[str, object]]:
    """A listed campaign under its name; one that cannot be named or stored is left out."""
    attributes = row.get("attributes") if isinstance(row, dict) else None
    told = attributes if isinstance(attributes, dict) else {}
    campaign_id = _text(row.get("id")) if isinstance(row, dict) else None
    if campaign_id is None:
        return []
    source, account = SOURCE.value, context.account_id.strip()
    (digest,) = campaign_digests([source], [account], [campaign_id])
    return [
        {
            "digest": digest,
            "source": source,
            "account_id": account,
            "campaign_id": campaign_id,
            "name": _text(told.get("name")),
            "status": _text(told.get("status")),
        }
    ]


def _text(value: JSONValue) -> str | None:
    return value if isinstance(value, str) and value and "\x00" not in value else None


def _constants(context: PageContext, stream: str, rows: int) -> dict[str, ArrowColumn]:
    is_sent = stream in {CAMPAIGN_VALUES, FLOW_SERIES}
    texts = {
        "source": SOURCE.value,
        "account_id": context.account_id.strip(),
        "level": (Level.ACCOUNT if stream == ALL_ORDERS else context.level).value,
        "date_basis": (DateBasis.SEND if is_sent else DateBasis.EVENT).value,
        "attribution_setting": ATTRIBUTION,
        "currency": context.currency,
    }
    repeated = {name: pa.repeat(pa.scalar(text), rows) for name, text in texts.items()}
    return {**repeated, "position": pa.array(np.arange(rows))}
