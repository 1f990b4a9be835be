"""Google Ads rows, one per entity and day, as entries.

A page holds two answers, `metrics` and `conversions`, each an array of batches. A record is a
row of metrics; the conversions of its entity and day, by category, are joined to it. Google
leaves out rows in which everything is zero: conversions without a row of metrics make a record
of their own, and a row without a category counted nothing in it.
Fields: https://developers.google.com/google-ads/api/fields/v26/overview.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.google_ads.answers import (
    DEVICE,
    Joined,
    categories_json,
    joined,
    micros_text,
    purchase,
    valued,
)
from core.breakdowns import device_of
from core.jsonvalue import JSONValue
from core.records.connections import Level, Source
from core.records.entries import DateBasis
from transform.frames import NormalisedPage
from transform.normalise.channels import channel_group
from transform.normalise.columns import ArrowColumn, mapped
from transform.normalise.context import PageContext
from transform.normalise.entries import normalised_page
from transform.normalise.reading import Reading, mask
from transform.normalise.said import Said, without_ids

SOURCE: Final = Source("GOOGLE_ADS")

said: Final[Said] = without_ids("requestId")
"""A page without the ids of its requests, which no two of them share."""

ENTITY: Final[Mapping[Level, tuple[str, str]]] = MappingProxyType(
    {
        Level.ACCOUNT: ("customer.id", "customer.descriptiveName"),
        Level.CAMPAIGN: ("campaign.id", "campaign.name"),
        Level.AD_SET: ("adGroup.id", "adGroup.name"),
        Level.AD: ("adGroupAd.ad.id", "adGroupAd.ad.name"),
    }
)
"""Where a row of each level has its entity's id and name."""

TEXTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "campaign_id": "campaign.id",
        "campaign_name": "campaign.name",
        "status": "campaign.status",
        "platform_channel": "campaign.advertisingChannelType",
    }
)
ATTRIBUTION: Final = "default"
"""Each conversion action has its own model; rows add them up."""

DEVICES: Final = pa.array(["MOBILE", "TABLET", "DESKTOP", "CONNECTED_TV", "OTHER"])
"""Devices that are told apart; UNKNOWN stands for those that are newer than the pinned version."""
NEW_DEVICE: Final = "is a device that is not told apart here"
NEW_VERSION: Final = "set LIFTOS_GOOGLE_ADS_API_VERSION to a newer version, or report the device"

OTHER_ACCOUNT: Final = "reads another account than the connection's"
OTHER_CURRENCY: Final = "differs from the connection's currency"
RECONNECT: Final = "set up a connection of its own for this account and currency"


def normalise(_stream: str, _media_type: str, body: bytes, context: PageContext) -> NormalisedPage:
    """One slice of days with both its answers, at the context's level."""
    rows = joined(body, ENTITY[context.level][0], context.replay)
    reading = Reading.of(rows.records, context)
    columns = _identity(reading, context) | _metrics(reading) | _conversions(reading, rows)
    _refuse_strangers(reading, columns, context)
    return normalised_page(columns | _constants(columns, context, len(rows.records)), reading)


def _column(reading: Reading, path: str, kind: str, *, is_required: bool = False) -> ArrowColumn:
    values = [valued(record, path) for record in reading.records]
    return reading.typed(values, path, kind, is_required=is_required)


def _identity(reading: Reading, context: PageContext) -> dict[str, ArrowColumn]:
    entity_id, entity_name = ENTITY[context.level]
    texts = {name: _column(reading, path, "text") for name, path in TEXTS.items()}
    return {
        "date": _column(reading, "segments.date", "date", is_required=True),
        "entity_id": _column(reading, entity_id, "text", is_required=True),
        "entity_name": _column(reading, entity_name, "text"),
        "account_id": _column(reading, "customer.id", "text", is_required=True),
        "currency": _column(reading, "customer.currencyCode", "text", is_required=True),
        "device": _device(reading),
        **texts,
    }


def _device(reading: Reading) -> ArrowColumn:
    """The device of each row; null where the answer is not broken down by it.

    Another device is no OTHER, for of two rows with one key only one would be left.
    """
    told = _column(reading, DEVICE, "text")
    is_new = pc.and_(told.is_valid(), pc.invert(pc.is_in(told, value_set=DEVICES)))
    reading.refuse(mask(is_new), DEVICE, NEW_DEVICE, NEW_VERSION)
    return mapped(told, device_of)


def _metrics(reading: Reading) -> dict[str, ArrowColumn]:
    return {
        "spend": _counted(reading, "metrics.costMicros", "amount"),
        "impressions": _counted(reading, "metrics.impressions", "integer"),
        "clicks": _counted(reading, "metrics.clicks", "integer"),
    }


def _counted(reading: Reading, path: str, kind: str) -> ArrowColumn:
    """A metric that is never below zero; an amount comes in millionths."""
    values: Sequence[JSONValue] = [valued(record, path) for record in reading.records]
    if kind == "amount":
        values = [micros_text(value) for value in values]
    return reading.typed(values, path, kind, may_be_negative=False)


def _conversions(reading: Reading, rows: Joined) -> dict[str, ArrowColumn]:
    purchases = [purchase(found) for found in rows.categories]
    kept = [
        categories_json(record, found)
        for record, found in zip(rows.records, rows.categories, strict=True)
    ]
    counts = [each.count for each in purchases]
    values = [each.value for each in purchases]
    return {
        "conversion_type": pa.array([each.type for each in purchases], pa.string()),
        "conversions": reading.typed(counts, "metrics.conversions", "amount"),
        "conversion_value": reading.typed(values, "metrics.conversionsValue", "amount"),
        "actions": pc.cast(pa.array(kept, pa.binary()), pa.string()),
    }


def _refuse_strangers(
    reading: Reading, columns: Mapping[str, ArrowColumn], context: PageContext
) -> None:
    customer = context.account_id.strip().replace("-", "")
    for column, field, expected, reason in (
        ("account_id", "customer.id", customer, OTHER_ACCOUNT),
        ("currency", "customer.currencyCode", context.currency, OTHER_CURRENCY),
    ):
        differs = mask(pc.not_equal(columns[column], pa.scalar(expected)))
        reading.refuse(differs, field, reason, RECONNECT)


def _constants(
    columns: Mapping[str, ArrowColumn], context: PageContext, rows: int
) -> dict[str, ArrowColumn]:
    texts = {
        "source": SOURCE.value,
        "level": context.level.value,
        "date_basis": DateBasis.DELIVERY.value,
        "attribution_setting": ATTRIBUTION,
    }
    kinds: list[str | None] = columns["platform_channel"].to_pylist()
    channels = [channel_group(SOURCE, kind) for kind in kinds]
    repeated = {name: pa.repeat(pa.scalar(text), rows) for name, text in texts.items()}
    position = pa.array(np.arange(rows))
    return {**repeated, "channel": pa.array(channels, pa.string()), "position": position}
