"""The predecessor's MarketingInsights: its names and units, over rows that are known.

It answered 0 for everything. Here every figure is a sum over rows, a rate is Σ/Σ, and what is not
known is None. Its units stay: ctr and conversion_rate are percentages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final, TypeAlias

Row: TypeAlias = Mapping[str, Any]
"""A row of attribution as JSON: amounts as text, counts as numbers, null for what is not known."""

MOST_CAMPAIGNS: Final = 10
_NAMES: Final = {
    "spend": "spend",
    "impressions": "impressions",
    "clicks": "clicks",
    "conversions": "conversions",
    "revenue": "conversionValue",
}


def insights_of(
    days: Iterable[Row], campaigns: Iterable[Row], called: Mapping[str, str]
) -> dict[str, Any]:
    """What the rows by day and source, and by campaign, come to; `called` names sources."""
    by_day = list(days)
    sums = _sums(by_day)
    rates = _rates(sums)
    return {
        **{f"total_{name}": _number(value) for name, value in sums.items()},
        "average_cpc": rates["cpc"],
        "average_cpm": rates["cpm"],
        "average_ctr": rates["ctr"],
        "conversion_rate": rates["conversion_rate"],
        "roas": rates["roas"],
        "data_sources_summary": {
            called[source]: _told(rows) for source, rows in _grouped(by_day, "source").items()
        },
        "top_campaigns": _top(campaigns, called),
        "performance_trends": {
            date: _told(rows) for date, rows in sorted(_grouped(by_day, "date").items())
        },
        "calendar_insights": {
            "weekend": _told([row for row in by_day if row["isWeekend"]]),
            "weekday": _told([row for row in by_day if not row["isWeekend"]]),
            "holiday": _told([row for row in by_day if row["isHoliday"]]),
        },
    }


def _top(campaigns: Iterable[Row], called: Mapping[str, str]) -> list[dict[str, Any]]:
    """Those with the most spend first; rows without a campaign are none."""
    named = [row for row in campaigns if row["campaign"]]
    groups = _grouped(named, lambda row: row["campaign"]["id"])
    told = [
        {
            "campaign_id": rows[0]["campaign"]["campaignId"],
            "campaign_name": rows[0]["campaign"]["name"],
            "data_source": called[rows[0]["source"]],
            **_told(rows),
        }
        for rows in groups.values()
    ]
    return sorted(told, key=lambda each: -(each["spend"] or 0))[:MOST_CAMPAIGNS]


def _grouped(rows: Iterable[Row], by: Any) -> dict[Any, list[Row]]:
    groups: defaultdict[Hashable, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[by] if isinstance(by, str) else by(row)].append(row)
    return dict(groups)


def _told(rows: Iterable[Row]) -> dict[str, Any]:
    sums = _sums(rows)
    return {name: _number(value) for name, value in sums.items()} | _rates(sums)


def _sums(rows: Iterable[Row]) -> dict[str, Decimal | None]:
    """The sum of what is known of each; None where nothing is."""
    found: dict[str, Decimal | None] = dict.fromkeys(_NAMES)
    for row in rows:
        for name, column in _NAMES.items():
            if row[column] is not None:
                found[name] = (found[name] or Decimal()) + Decimal(str(row[column]))
    return found


def _rates(sums: Mapping[str, Decimal | None]) -> dict[str, float | None]:
    return {
        "cpc": _ratio(sums["spend"], sums["clicks"]),
        "cpm": _ratio(sums["spend"], sums["impressions"], 1000),
        "ctr": _ratio(sums["clicks"], sums["impressions"], 100),
        "conversion_rate": _ratio(sums["conversions"], sums["clicks"], 100),
        "roas": _ratio(sums["revenue"], sums["spend"]),
    }


def _ratio(over: Decimal | None, under: Decimal | None, times: int = 1) -> float | None:
    return None if over is None or not under else float(over * times / under)


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
