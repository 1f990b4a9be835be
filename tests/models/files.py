"""Real files of models (shared/data/SOURCES.md), and what their columns are in an export."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import date

from core.causal import CausalKpi, GeoBy, KpiKind, KpiMeasure
from core.periods import Grain
from core.units import DateRange
from tests.support import SHARED_DATA


@dataclass(frozen=True)
class ModelFile:
    """A model's file: what its columns are, and which columns of the export are its columns."""

    path: str
    time: str
    dates: DateRange
    kpi: CausalKpi
    columns: dict[str, str]
    said: dict[str, str] = field(default_factory=dict)
    grain: Grain = Grain.WEEK
    geo: GeoBy | None = None

    def rows(self) -> list[dict[str, str]]:
        with (SHARED_DATA / self.path).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def numbers(self, header: str) -> list[float]:
        return [float(row[header]) for row in self.rows()]


def series_kpi(name: str, measure: KpiMeasure) -> CausalKpi:
    return CausalKpi(KpiKind.SERIES, measure, series=name)


ROBYN = ModelFile(
    "mmm/robyn_dt_simulated_weekly.csv",
    "DATE",
    DateRange(date(2015, 11, 23), date(2019, 11, 17)),
    series_kpi("revenue", KpiMeasure.REVENUE),
    {
        "revenue": "kpi",
        "tv_S": "tv_spend",
        "ooh_S": "ooh_spend",
        "print_S": "print_spend",
        "facebook_S": "facebook_spend",
        "search_S": "search_spend",
        "facebook_I": "facebook_impressions",
        "search_clicks_P": "search_clicks",
        "competitor_sales_B": "ctl_competitor_sales_b",
        "newsletter": "org_newsletter",
    },
    {"newsletter": "ORGANIC", "events": "FACTOR"},
)
EXAMPLE = ModelFile(
    "mmm/mmm_example.csv",
    "date_week",
    DateRange(date(2018, 4, 2), date(2021, 9, 5)),
    series_kpi("y", KpiMeasure.REVENUE),
    {
        "y": "kpi",
        "x1": "x1_spend",
        "x2": "x2_spend",
        "event_1": "ctl_event_1",
        "event_2": "ctl_event_2",
        "t": "ctl_t",
    },
    {
        "x1": "SPEND:x1",
        "x2": "SPEND:x2",
        "event_1": "CONTROL",
        "event_2": "CONTROL",
        "t": "CONTROL",
        "dayofyear": "IGNORE",
    },
)
NATIONAL = ModelFile(
    "mmm/meridian_national_media.csv",
    "time",
    DateRange(date(2021, 1, 25), date(2024, 1, 21)),
    series_kpi("conversions", KpiMeasure.COUNT),
    {
        "conversions": "kpi",
        "revenue_per_conversion": "revenue_per_kpi",
        **{f"Channel{n}_impression": f"channel{n}_impressions" for n in range(4)},
        **{f"Channel{n}_spend": f"channel{n}_spend" for n in range(4)},
        "competitor_activity_score_control": "ctl_competitor_activity_score_control",
        "sentiment_score_control": "ctl_sentiment_score_control",
    },
    {"revenue_per_conversion": "REVENUE_PER_KPI"},
)
PLACES = ModelFile(
    "geolift/GeoLift_Test.csv",
    "date",
    DateRange(date(2021, 1, 1), date(2021, 4, 15)),
    series_kpi("Y", KpiMeasure.COUNT),
    {"Y": "kpi"},
    grain=Grain.DAY,
    geo=GeoBy.GEO,
)
