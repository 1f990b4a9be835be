"""The long table: media by day and campaign, in the columns of ad_reporting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transform.export.numbers import doubles
from transform.export.tables import LONG_SCHEMA

Campaigns = Mapping[str, tuple[str, str | None]]
"""Id and name of a campaign by its digest as text."""

_PLATFORMS: Final = {"META_ADS": "facebook_ads"}
"""What ad_reporting calls a source; every other is called as it is, in lower case."""


_UNKNOWN: Final = (None, None)


def long_batch(batch: pa.RecordBatch, campaigns: Campaigns) -> pa.RecordBatch:
    """Attribution rows, by day, connection, source, account and campaign, under LONG_SCHEMA.

    `source_relation` is the connection. Names of accounts are not kept by version, so
    `account_name` is unknown.
    """
    found = batch.column
    campaign = _texts(found("campaign"))
    columns = {
        "source_relation": found("connection"),
        "date_day": found("time"),
        "platform": _mapped(found("source"), platform),
        "account_id": found("account"),
        "account_name": pa.nulls(batch.num_rows, pa.string()),
        "campaign_id": _mapped(campaign, lambda each: campaigns.get(each, _UNKNOWN)[0]),
        "campaign_name": _mapped(campaign, lambda each: campaigns.get(each, _UNKNOWN)[1]),
        "clicks": _whole(found("clicks")),
        "impressions": _whole(found("impressions")),
        "spend": doubles(found("spend")),
        "conversions": doubles(found("conversions")),
        "conversions_value": doubles(found("conversion_value")),
    }
    return pa.record_batch(columns, schema=LONG_SCHEMA)


def platform(source: str) -> str:
    """What ad_reporting calls a source."""
    return _PLATFORMS.get(source, source.lower())


def _texts(column: pa.Array[Any]) -> pa.Array[Any]:
    return column.cast(pa.string())


def _mapped(column: pa.Array[Any], name: Any) -> pa.Array[Any]:
    """Each distinct text is named once."""
    coded: Any = pc.dictionary_encode(column)
    named = pa.array([name(each) for each in coded.dictionary.to_pylist()], pa.string())
    return named.take(coded.indices)


def _whole(column: pa.Array[Any]) -> pa.Array[Any]:
    """The same numbers, with zero below what is null."""
    given: Any = column
    values = pc.fill_null(given, 0).to_numpy()
    made: pa.Array[Any] = pa.array(values, mask=np.asarray(column.is_null()))
    return made
