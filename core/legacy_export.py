"""The predecessor's causal payload: its names and shape, with the numbers right.

It said 0 where nothing was known, put the first day of a batch on every row, and correlated days
that were still changing. Here unknown is null, each row has its own day, and correlations are
those of settled rows. Its units stay: ctr is a percentage, days of the week count from Monday 0.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.calendar.seasons import season
from core.jsonvalue import JSONObject
from core.legacy_statistics import correlations, described
from core.records.calendar import Season
from core.records.connections import Source

MARKETING: Final = ("spend", "impressions", "clicks", "cpm", "cpc", "ctr")
CALENDAR: Final = ("year", "quarter", "month", "week", "day_of_week", "is_weekend", "season")
TARGETS: Final = ("conversions", "revenue", "spend", "impressions", "clicks")

MAX_ROWS: Final = 10_000
"""As many rows as the predecessor answered at most."""

COUNTS: Final = ("impressions", "clicks")
DATES: Final = ("year", "quarter", "month", "week", "day_of_week")
NUMBERS: Final = (*MARKETING, "conversions", "revenue", *DATES)
"""Columns of a row that statistics are told of."""
FIELDS: Final = (
    *("date", "data_source", "campaign_id", "spend", "impressions", "clicks", "conversions"),
    *("revenue", "cpm", "cpc", "ctr", *CALENDAR),
)
"""Of a row, in their order."""
_SEASONS: Final = {
    Season.WINTER: "winter",
    Season.SPRING: "spring",
    Season.SUMMER: "summer",
    Season.AUTUMN: "fall",
}
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class LegacyRow:
    """One day of one campaign of a source, amounts in one currency; None is unknown."""

    date: dt.date
    source: Source
    campaign_id: str | None
    spend: float | None
    impressions: int | None
    clicks: int | None
    conversions: float | None
    revenue: float | None
    is_mature: bool


@dataclass(frozen=True, slots=True)
class LegacyRequest:
    """What a payload is of. `home` is the country whose hemisphere seasons are told by."""

    org_id: str
    since: dt.date
    until: dt.date
    sources: Sequence[Source]
    target: str
    currency: str
    home: str | None
    as_of: dt.datetime
    correlation_id: str


@dataclass(frozen=True, slots=True)
class LegacyStatistics:
    """What is told of a payload's rows together, by the names of NUMBERS.

    `correlations` are those of its `mature` rows.
    """

    rows: int
    mature: int
    correlations: Mapping[str, Mapping[str, float | None]]
    described: Mapping[str, Mapping[str, float | None]]
    missing: Mapping[str, int]


def legacy_payload(request: LegacyRequest, rows: Sequence[LegacyRow]) -> JSONObject:
    """The payload; rows by day, source and campaign. The same rows give the same payload."""
    ordered = sorted(rows, key=place_of)
    records = [record_of(row, request.home) for row in ordered]
    mature = [each for each, row in zip(records, ordered, strict=True) if row.is_mature]
    columns = _columns(records)
    statistics = LegacyStatistics(
        rows=len(records),
        mature=len(mature),
        correlations=correlations(_columns(mature)),
        described={name: described(values) for name, values in columns.items()},
        missing={name: sum(each is None for each in of) for name, of in columns.items()},
    )
    return {**opening(request), "time_series": records, **closing(request, statistics)}


def place_of(row: LegacyRow) -> tuple[dt.date, str, str]:
    """By what the rows of a payload are sorted."""
    return row.date, row.source.value, row.campaign_id or ""


def opening(request: LegacyRequest) -> JSONObject:
    """What a payload has before its rows."""
    return {
        "target_variable": request.target,
        "features": [*MARKETING, *CALENDAR],
        "marketing_features": list(MARKETING),
        "calendar_features": list(CALENDAR),
    }


def closing(request: LegacyRequest, statistics: LegacyStatistics) -> JSONObject:
    """What a payload has behind its rows."""
    return {
        "correlation_matrix": dict(statistics.correlations),
        "export_metadata": _metadata(request, statistics.rows, statistics.mature),
        "statistical_summary": {
            "descriptive_stats": dict(statistics.described),
            "missing_values": dict(statistics.missing),
            "data_types": _types(statistics),
        },
    }


def legacy_name(source: Source) -> str:
    """What the predecessor called a source."""
    return source.manifest.predecessor


def record_of(row: LegacyRow, home: str | None) -> dict[str, Any]:
    """The row as `time_series` has it."""
    day = row.date
    return {
        "date": day.isoformat(),
        "data_source": legacy_name(row.source),
        "campaign_id": row.campaign_id,
        "spend": row.spend,
        "impressions": row.impressions,
        "clicks": row.clicks,
        "conversions": row.conversions,
        "revenue": row.revenue,
        "cpm": _ratio(row.spend, row.impressions, 1000),
        "cpc": _ratio(row.spend, row.clicks, 1),
        "ctr": _ratio(row.clicks, row.impressions, 100),
        "year": day.year,
        "quarter": (day.month + 2) // 3,
        "month": day.month,
        "week": day.isocalendar().week,
        "day_of_week": day.weekday(),
        "is_weekend": day.weekday() >= _SATURDAY,
        "season": _SEASONS[season(day.month, home)],
    }


def _ratio(over: float | None, under: float | None, times: int) -> float | None:
    return None if over is None or not under else over * times / under


def _columns(records: Sequence[Mapping[str, Any]]) -> dict[str, list[float | None]]:
    return {name: [record[name] for record in records] for name in NUMBERS}


def _metadata(request: LegacyRequest, rows: int, mature: int) -> JSONObject:
    """`currency` and `mature_records` are additions; a moment of knowledge is the timestamp."""
    return {
        "org_id": request.org_id,
        "date_range": {"start": request.since.isoformat(), "end": request.until.isoformat()},
        "data_sources": sorted({legacy_name(source) for source in request.sources}),
        "target_metric": request.target,
        "records_count": rows,
        "export_timestamp": request.as_of.isoformat(),
        "correlation_id": request.correlation_id,
        "currency": request.currency,
        "mature_records": mature,
    }


def _types(statistics: LegacyStatistics) -> dict[str, str]:
    if not statistics.rows:
        return {}
    return {name: _type(name, statistics.missing.get(name, 0)) for name in FIELDS}


def _type(name: str, missing: int) -> str:
    """What pandas makes of such a column."""
    if name in DATES or (name in COUNTS and not missing):
        return "int64"
    if name in NUMBERS:
        return "float64"
    return "bool" if name == "is_weekend" else "object"
