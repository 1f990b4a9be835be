"""TikTok's report rows, one per entity and day, as entries.

A row is `{"dimensions": {…}, "metrics": {…}}`; numbers arrive as text, and `-` stands where there
is nothing to tell. Metrics: https://business-api.tiktok.com/portal/docs (v1.3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from connectors.tiktok_ads.report import DATA_LEVELS, DAY, FIGURES
from core.errors import BadInput
from core.jsonvalue import JSONValue
from core.records.connections import Level, Source
from core.records.entries import DateBasis
from transform.frames import NormalisedPage
from transform.normalise.channels import channel_group
from transform.normalise.columns import ArrowColumn
from transform.normalise.context import PageContext
from transform.normalise.entries import normalised_page
from transform.normalise.reading import Reading, mask

SOURCE: Final = Source("TIKTOK_ADS")
NOTHING: Final = "-"
MIDNIGHT: Final = " 00:00:00"
ATTRIBUTION: Final = "default"
"""The advertiser's own windows, which no row tells."""

PURCHASE: Final = "complete_payment"
NAMES: Final[Mapping[Level, str | None]] = MappingProxyType(
    {
        Level.ACCOUNT: None,
        Level.CAMPAIGN: "campaign_name",
        Level.AD_SET: "adgroup_name",
        Level.AD: "ad_name",
    }
)
"""The metric that is the entity's name."""

FIGURE_KINDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "spend": ("spend", "amount"),
        "impressions": ("impressions", "integer"),
        "clicks": ("clicks", "integer"),
        "reach": ("reach", "integer"),
        "video_views": ("video_play_actions", "integer"),
        "conversions": (PURCHASE, "amount"),
        "conversion_value": ("total_complete_payment_rate", "amount"),
    }
)
"""By column, TikTok's metric and its kind."""

OTHER_CURRENCY: Final = "differs from the connection's currency"
OTHER_ACCOUNT: Final = "reads another account than the connection's"
RECONNECT: Final = "set up a connection of its own for this account and currency"


def normalise(_stream: str, _media_type: str, body: bytes, context: PageContext) -> NormalisedPage:
    """One page of the report, at the context's level."""
    reading = Reading.of(_records(body), context)
    columns = _identity(reading, context) | _figures(reading)
    _refuse_strangers(reading, columns, context)
    rows = len(reading.records)
    return normalised_page(columns | _constants(context, rows), reading)


def _records(body: bytes) -> list[JSONValue]:
    try:
        content: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadInput(f"the page is not JSON: {error}") from error
    data = content.get("data") if isinstance(content, dict) else None
    rows = data.get("list") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        raise BadInput("the page has no list of rows under `data.list`")
    return rows


def _told(reading: Reading, part: str, name: str) -> list[JSONValue]:
    """A dimension or metric of every record, None where there is nothing to tell."""
    parts = (each if isinstance(each, dict) else {} for each in reading.values(part))
    return [None if each.get(name) == NOTHING else each.get(name) for each in parts]


def _column(
    reading: Reading, part: str, name: str, kind: str, *, is_required: bool = False
) -> ArrowColumn:
    values = _told(reading, part, name)
    return reading.typed(
        values,
        f"{part}.{name}",
        kind,
        is_required=is_required,
        may_be_negative=kind == "text",
    )


def _identity(reading: Reading, context: PageContext) -> dict[str, ArrowColumn]:
    entity, name = DATA_LEVELS[context.level][1], NAMES[context.level]
    days = [_day(value) for value in _told(reading, "dimensions", DAY)]
    is_campaign = context.level is Level.CAMPAIGN
    return {
        "date": reading.typed(days, f"dimensions.{DAY}", "date", is_required=True),
        "entity_id": _column(reading, "dimensions", entity, "text", is_required=True),
        "currency": _column(reading, "metrics", "currency", "text", is_required=True),
        "entity_name": _column(reading, "metrics", name or "", "text"),
        "campaign_id": _column(
            reading, "dimensions" if is_campaign else "metrics", "campaign_id", "text"
        ),
        "campaign_name": _column(reading, "metrics", "campaign_name", "text"),
        "objective": _column(reading, "metrics", "objective_type", "text"),
    }


def _day(value: JSONValue) -> JSONValue:
    return value.removesuffix(MIDNIGHT) if isinstance(value, str) else value


def _figures(reading: Reading) -> dict[str, ArrowColumn]:
    figures = {
        column: _column(reading, "metrics", metric, kind)
        for column, (metric, kind) in FIGURE_KINDS.items()
    }
    counted = mask(pc.greater(figures["conversions"], pa.scalar(0)))
    kinds: Sequence[str | None] = [PURCHASE if each else None for each in counted]
    return {
        **figures,
        "conversion_type": pa.array(kinds, pa.string()),
        "actions": pa.array([_kept(each) for each in reading.values("metrics")], pa.string()),
    }


def _kept(metrics: JSONValue) -> str | None:
    """What a row counts, as it came, in a fixed order."""
    if not isinstance(metrics, dict):
        return None
    return orjson.dumps({name: metrics[name] for name in FIGURES if name in metrics}).decode()


def _refuse_strangers(
    reading: Reading, columns: Mapping[str, ArrowColumn], context: PageContext
) -> None:
    currency = mask(pc.not_equal(columns["currency"], pa.scalar(context.currency)))
    reading.refuse(currency, "metrics.currency", OTHER_CURRENCY, RECONNECT)
    if context.level is Level.ACCOUNT:
        account = mask(pc.not_equal(columns["entity_id"], pa.scalar(context.account_id.strip())))
        reading.refuse(account, "dimensions.advertiser_id", OTHER_ACCOUNT, RECONNECT)


def _constants(context: PageContext, rows: int) -> dict[str, ArrowColumn]:
    texts = {
        "source": SOURCE.value,
        "account_id": context.account_id.strip(),
        "level": context.level.value,
        "date_basis": DateBasis.DELIVERY.value,
        "attribution_setting": ATTRIBUTION,
        "channel": channel_group(SOURCE),
    }
    repeated = {name: pa.repeat(pa.scalar(text), rows) for name, text in texts.items()}
    return {**repeated, "position": pa.array(np.arange(rows))}
