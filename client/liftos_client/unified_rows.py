"""Attribution rows by the names of the specification."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, cast

from .generated.fragments import AttributionRow
from .generated.seasonality_prior import SeasonalityPriorSeasonalityPrior

if TYPE_CHECKING:
    import pandas as pd

NUMBERS: Final = (
    *("spend", "impressions", "clicks", "conversions", "revenue"),
    *("cpm", "cpc", "ctr", "cvr", "roas", "quality_score"),
)
COLUMNS: Final = (
    "date",
    "channel",
    "campaign_id",
    *NUMBERS,
    "data_source",
    "currency",
    "is_mature",
)
CALENDAR: Final = (
    *("day_of_week", "is_weekend", "is_holiday"),
    *("month_seasonality_factor", "quarter_seasonality_factor"),
    *("marketing_season", "industry_seasonality"),
)
_PERCENT: Final = 100


@dataclass(frozen=True, slots=True)
class Seasons:
    """Factors of an industry; months, quarters and days of the week in order, Monday first."""

    industry: str
    months: Sequence[float]
    quarters: Sequence[float]
    days: Sequence[float]


def seasons_of(prior: SeasonalityPriorSeasonalityPrior) -> Seasons:
    """The factors of a prior."""
    return Seasons(prior.industry.value.lower(), prior.months, prior.quarters, prior.days_of_week)


def attribution_frame(rows: Iterable[AttributionRow], seasons: Seasons | None) -> pd.DataFrame:
    """A frame of COLUMNS and, with `seasons`, of CALENDAR; by date, then channel."""
    pandas = importlib.import_module("pandas")
    columns = COLUMNS if seasons is None else (*COLUMNS, *CALENDAR)
    made = pandas.DataFrame([_row(row, seasons) for row in rows], columns=list(columns))
    made["date"] = pandas.to_datetime(made["date"])
    made[list(NUMBERS)] = made[list(NUMBERS)].astype("float64")
    return cast("pd.DataFrame", made)


def _row(row: AttributionRow, seasons: Seasons | None) -> dict[str, Any]:
    found = {
        "date": row.date,
        "channel": row.channel,
        "campaign_id": row.campaign and row.campaign.campaign_id,
        "spend": row.spend,
        "impressions": row.impressions,
        "clicks": row.clicks,
        "conversions": row.conversions,
        "revenue": row.conversion_value,
        "cpm": row.cpm,
        "cpc": row.cpc,
        "ctr": _percentage(row.ctr),
        "cvr": _percentage(row.cvr),
        "roas": row.roas,
        "quality_score": row.quality,
        "data_source": row.source and row.source.value.lower(),
        "currency": row.currency,
        "is_mature": row.is_mature,
    }
    return found if seasons is None else found | _calendar(row, seasons)


def _calendar(row: AttributionRow, seasons: Seasons) -> dict[str, Any]:
    weekday = row.date.weekday()
    month = row.date.month - 1
    return {
        "day_of_week": weekday,
        "is_weekend": row.is_weekend,
        "is_holiday": row.is_holiday,
        "month_seasonality_factor": seasons.months[month],
        "quarter_seasonality_factor": seasons.quarters[month // 3],
        "marketing_season": row.calendar and row.calendar.marketing_season.value.lower(),
        "industry_seasonality": {seasons.industry: seasons.days[weekday]},
    }


def _percentage(share: Decimal | None) -> Decimal | None:
    return None if share is None else share * _PERCENT
