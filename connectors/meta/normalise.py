"""Meta insights rows, one per entity and day, as entries.

Fields: https://developers.facebook.com/docs/marketing-api/reference/adgroup/insights (v26.0).
Numbers arrive as text. Meta leaves out action types that did not happen and other fields that
do not apply: the former are zero, the latter unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from connectors.meta.plain import plain_columns
from core.breakdowns import country_code
from core.errors import BadInput
from core.jsonvalue import JSONValue
from core.records.connections import Level, Source
from core.records.entries import DateBasis
from transform.frames import NormalisedPage
from transform.normalise.action_columns import (
    actions_column,
    actions_of,
    chosen_types,
    values_of,
)
from transform.normalise.channels import channel_group
from transform.normalise.columns import ArrowColumn, mapped
from transform.normalise.context import PageContext
from transform.normalise.conversions import (
    ABSENT,
    NO_ACTIONS,
    PURCHASE,
    VIDEO_VIEW,
    ActionValues,
    action_values,
    actions_json,
    chosen,
)
from transform.normalise.entries import normalised_page, plain_pages
from transform.normalise.plain import NotPlain, PlainReading
from transform.normalise.reading import Reading, mask
from transform.normalise.said import without_last

SOURCE: Final = Source("META_ADS")

PREFIX: Final[Mapping[Level, str]] = MappingProxyType(
    {
        Level.ACCOUNT: "account",
        Level.CAMPAIGN: "campaign",
        Level.AD_SET: "adset",
        Level.AD: "ad",
    }
)
"""Of the fields that identify the row's entity: `<prefix>_id`, `<prefix>_name`."""

COUNTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "impressions": "impressions",
        "clicks": "clicks",
        "link_clicks": "inline_link_clicks",
        "reach": "reach",
    }
)
"""Meta's field behind each counted column; `clicks` are all clicks."""

NO_SETTING: Final = "default"
"""The attribution setting of rows that do not name theirs."""

OTHER_ACCOUNT: Final = "reads another account than the connection's"
OTHER_CURRENCY: Final = "differs from the connection's currency"
RECONNECT: Final = "set up a connection of its own for this account and currency"


def normalise(_stream: str, _media_type: str, body: bytes, context: PageContext) -> NormalisedPage:
    """One page of the insights edge, `{"data": [...]}` in JSON, at the context's level."""
    if context.replay is None:
        try:
            (made,) = normalise_plain([body], context)
        except NotPlain:
            pass
        else:
            return made
    reading = Reading.of(_records(body), context)
    columns = _columns(reading, _actions(reading), context)
    return normalised_page(columns | _constants(context, [reading.fetched]), reading)


def normalise_plain(bodies: Sequence[bytes], context: PageContext) -> Sequence[NormalisedPage]:
    """What `normalise` makes of each page, made of all at once; NotPlain where it cannot be."""
    texts, rows = plain_columns(bodies)
    reading = PlainReading(texts, sum(rows), context.latest)
    columns = _columns(reading, _plain_actions(reading, texts), context)
    return plain_pages(columns | _constants(context, rows), reading, rows)


def said(body: bytes) -> bytes:
    """A page without its cursors, which differ from one reading to the next."""
    return without_last(body, "paging")


def _columns(
    reading: Reading | PlainReading, actions: Mapping[str, ArrowColumn], context: PageContext
) -> dict[str, ArrowColumn]:
    columns = {**_identity(reading, context), **_breakdowns(reading)}
    columns |= {**_metrics(reading), **actions}
    _refuse_strangers(reading, columns, context)
    return columns


def _records(body: bytes) -> list[JSONValue]:
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadInput(f"the page is not JSON: {error}") from error
    records = content.get("data") if isinstance(content, dict) else None
    if not isinstance(records, list):
        raise BadInput("the page has no list of rows under `data`")
    return records


def _identity(reading: Reading | PlainReading, context: PageContext) -> dict[str, ArrowColumn]:
    prefix = PREFIX[context.level]
    date = reading.column("date_start", "date", is_required=True)
    stop = reading.column("date_stop", "date")
    reading.refuse(mask(pc.not_equal(date, stop)), "date_stop", "is another day than date_start")
    return {
        "date": date,
        "entity_id": reading.column(f"{prefix}_id", "text", is_required=True),
        "entity_name": reading.column(f"{prefix}_name", "text"),
        "account_id": reading.column("account_id", "text", is_required=True),
        "currency": reading.column("account_currency", "text", is_required=True),
        "campaign_id": reading.column("campaign_id", "text"),
        "campaign_name": reading.column("campaign_name", "text"),
        "objective": reading.column("objective", "text"),
        "attribution_setting": reading.column("attribution_setting", "text").fill_null(
            pa.scalar(NO_SETTING)
        ),
    }


def _breakdowns(reading: Reading | PlainReading) -> dict[str, ArrowColumn]:
    """Country and region; null where the report is not broken down by them."""
    return {
        "country": mapped(reading.column("country", "text"), _country),
        "geo": reading.column("region", "text"),
    }


def _country(text: str) -> str:
    # Meta writes codes; one that ISO lacks must not fall together with the unknown.
    return country_code(text) or text


def _metrics(reading: Reading | PlainReading) -> dict[str, ArrowColumn]:
    counts = {
        name: reading.column(field, "integer", may_be_negative=False)
        for name, field in COUNTS.items()
    }
    return {"spend": reading.column("spend", "amount", may_be_negative=False), **counts}


def _actions(reading: Reading) -> dict[str, ArrowColumn]:
    """Purchases, their value, video views, and both arrays as they came."""
    actions, values = reading.values("actions"), reading.values("action_values")
    counted = _by_type(reading, "actions", actions)
    valued = _by_type(reading, "action_values", values)
    purchases = [chosen(*pair) for pair in zip(counted, valued, strict=True)]
    views = [row.get(VIDEO_VIEW, ABSENT) for row in counted]
    return {
        "conversion_type": pa.array([each.type for each in purchases], pa.string()),
        "conversions": reading.typed([each.count for each in purchases], "actions", "amount"),
        "conversion_value": reading.typed(
            [each.value for each in purchases], "action_values", "amount"
        ),
        "video_views": reading.typed(views, "actions", "integer"),
        "actions": _kept_actions(actions, values, reading),
    }


def _plain_actions(
    reading: PlainReading, columns: Mapping[str, ArrowColumn]
) -> dict[str, ArrowColumn]:
    counts, values = actions_of(columns["actions"]), actions_of(columns["action_values"])
    best, types = chosen_types(counts, values, PURCHASE)
    seen, _ = chosen_types(counts, counts, (VIDEO_VIEW,))
    return {
        "conversion_type": types,
        "conversions": reading.typed(values_of(counts, PURCHASE, best), "amount"),
        "conversion_value": reading.typed(values_of(values, PURCHASE, best), "amount"),
        "video_views": reading.typed(values_of(counts, (VIDEO_VIEW,), seen), "integer"),
        "actions": actions_column(counts, values),
    }


def _by_type(reading: Reading, field: str, arrays: Sequence[JSONValue]) -> list[ActionValues]:
    found = [action_values(each) for each in arrays]
    reading.refuse(
        np.array([each is None for each in found], dtype=bool),
        field,
        "is not a list of objects with an action_type",
    )
    return [NO_ACTIONS if each is None else each for each in found]


def _kept_actions(
    actions: Sequence[JSONValue], values: Sequence[JSONValue], reading: Reading
) -> ArrowColumn:
    kept = [
        actions_json(*pair) if is_accepted else None
        for *pair, is_accepted in zip(actions, values, reading.accepted, strict=True)
    ]
    return pc.cast(pa.array(kept, pa.binary()), pa.string())


def _refuse_strangers(
    reading: Reading | PlainReading, columns: Mapping[str, ArrowColumn], context: PageContext
) -> None:
    for column, field, expected, reason in (
        ("account_id", "account_id", _account_number(context), OTHER_ACCOUNT),
        ("currency", "account_currency", context.currency, OTHER_CURRENCY),
    ):
        differs = mask(pc.not_equal(columns[column], pa.scalar(expected)))
        reading.refuse(differs, field, reason, RECONNECT)


def _account_number(context: PageContext) -> str:
    return context.account_id.strip().removeprefix("act_")


def _constants(context: PageContext, rows: Sequence[int]) -> dict[str, ArrowColumn]:
    texts = {
        "source": SOURCE.value,
        "level": context.level.value,
        "date_basis": DateBasis.DELIVERY.value,
        "channel": channel_group(SOURCE),
    }
    repeated = {name: pa.repeat(pa.scalar(text), sum(rows)) for name, text in texts.items()}
    return {**repeated, "position": pa.array(np.concatenate([*map(np.arange, rows)]))}
