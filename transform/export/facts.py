"""Facts: one number for one cell of the wide table, with what is known about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeAlias

from core.causal import CausalDefinition, GeoBy, MediaBy
from transform.export.columns import ColumnKey, Role

Row: TypeAlias = "Mapping[str, Any]"
"""An attribution row, by the columns of stores.postgres.attribution_stream.stream_schema."""

_METRICS: Final = ("spend", "impressions", "clicks")


@dataclass(frozen=True, slots=True)
class Fact:
    """A number of a column in a period (`time` is its first day) and geo; facts of a cell add up.

    `entries` are what it was summed over. `quality` is None where none of them was assessed.
    """

    time: date
    geo: str | None
    key: ColumnKey
    amount: Decimal
    entries: int
    is_mature: bool
    quality: float | None


def channel_of(row: Row, by: MediaBy) -> str:
    """What media of a row is called."""
    channel: str = row["channel"]
    return f"{channel} {row['source']}" if by is MediaBy.CHANNEL_AND_SOURCE else channel


def media_facts(rows: Iterable[Row], definition: CausalDefinition) -> Iterator[Fact]:
    """What platforms delivered: a fact for each metric that a row knows."""
    for row in rows:
        channel = channel_of(row, definition.media_by)
        for metric in _METRICS:
            role = Role.MEDIA_SPEND if metric == "spend" else Role.MEDIA
            yield from _fact(row, definition, ColumnKey(role, channel, metric), metric)


def kpi_facts(
    rows: Iterable[Row], definition: CausalDefinition, key: ColumnKey, metric: str
) -> Iterator[Fact]:
    """`metric` of the rows, `conversions` or `conversion_value`, as the column `key`."""
    for row in rows:
        yield from _fact(row, definition, key, metric)


def _fact(row: Row, definition: CausalDefinition, key: ColumnKey, metric: str) -> Iterator[Fact]:
    amount = row[metric]
    if amount is not None:
        yield Fact(
            time=row["time"],
            geo=_geo(row, definition.geo),
            key=key,
            amount=Decimal(amount),
            entries=row["entries"],
            is_mature=row["is_mature"],
            quality=row["quality"],
        )


def _geo(row: Row, geo: GeoBy | None) -> str | None:
    if geo is None:
        return None
    found: str | None = row["country" if geo is GeoBy.COUNTRY else "geo"]
    return found
