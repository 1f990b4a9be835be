"""What breakdowns and series are called, and what each of them means."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from core.records.connections import Breakdown
from core.records.entries import Device, SeriesRole
from core.series import ColumnRole, Period

DEVICES: Mapping[Enum, str] = MappingProxyType(
    {
        Device.MOBILE: "A telephone.",
        Device.TABLET: "A tablet.",
        Device.DESKTOP: "A desktop or laptop computer.",
        Device.CONNECTED_TV: "A television.",
        Device.OTHER: "Any other, or one that the source does not tell.",
    }
)
SERIES_ROLES: Mapping[Enum, str] = MappingProxyType(
    {
        SeriesRole.SPEND: "What was paid for a channel.",
        SeriesRole.IMPRESSIONS: "How often a channel was shown.",
        SeriesRole.CLICKS: "Clicks on a channel.",
        SeriesRole.EXPOSURE: "Another measure of how much of a channel there was.",
        SeriesRole.REACH: "How many different people a channel reached.",
        SeriesRole.FREQUENCY: "How often it reached each of them.",
        SeriesRole.KPI: "What the model is to explain.",
        SeriesRole.REVENUE_PER_KPI: "What one unit of the KPI is worth.",
        SeriesRole.POPULATION: "How many people live there.",
        SeriesRole.CONTROL: "What moves the KPI, and is no marketing.",
        SeriesRole.ORGANIC: "Marketing that is not paid for.",
        SeriesRole.TREATMENT: "What the advertiser does beside media, such as a promotion.",
    }
)
COLUMN_ROLES: Mapping[Enum, str] = MappingProxyType(
    {
        **{ColumnRole(role.value): about for role, about in SERIES_ROLES.items()},
        ColumnRole.FACTOR: (
            "Texts, such as names of events: each becomes a control that is 1 where it "
            "stands and 0 elsewhere."
        ),
        ColumnRole.IGNORE: "Nothing is made of it.",
    }
)
PERIODS: Mapping[Enum, str] = MappingProxyType(
    {
        Period.DAY: "A day.",
        Period.WEEK: "Seven days.",
        Period.MONTH: "Up to the same day of the next month.",
        Period.QUARTER: "Three such months.",
        Period.YEAR: "Twelve such months.",
    }
)
BREAKDOWNS: Mapping[Enum, str] = MappingProxyType(
    {
        Breakdown.COUNTRY: "By `country`.",
        Breakdown.GEO: "By `geo`: the source's own regions.",
        Breakdown.DEVICE: "By `device`.",
    }
)
