"""Enumerations of the calendar, described for the schema."""

from __future__ import annotations

from enum import Enum

from core.records.calendar import (
    CalendarEventKind,
    EffectDirection,
    HolidayKind,
    Industry,
    MarketingSeason,
    RetailPattern,
    Season,
)
from graph.types.described import described

CALENDAR_ENUMS: tuple[type[Enum], ...] = (
    described(
        HolidayKind,
        "Who is off on a day that is kept.",
        {
            HolidayKind.PUBLIC: "Everybody, by law.",
            HolidayKind.BANK: "Banks, beside public holidays.",
            HolidayKind.OBSERVANCE: "Nobody by law, or half a day: it is kept all the same.",
            HolidayKind.WORKDAY: "Nobody: a day of the weekend that is worked in exchange.",
        },
    ),
    described(
        RetailPattern,
        "How the thirteen weeks of a retail quarter are shared out over its three periods.",
        {each: each.value.replace("_", "-").lower() + " weeks." for each in RetailPattern},
    ),
    described(
        Industry,
        "What an organisation sells.",
        {
            Industry.GENERAL: "Anything; no quarter stands out.",
            Industry.RETAIL: "Goods, to consumers.",
            Industry.B2B_SAAS: "Software, to businesses.",
            Industry.EDUCATION: "Courses and degrees.",
            Industry.HEALTHCARE: "Health.",
            Industry.FINANCE: "Financial services.",
            Industry.TRAVEL: "Journeys and stays.",
        },
    ),
    described(
        Season,
        "A season of the weather: whole months, in your home country's hemisphere.",
        {
            Season.WINTER: "December to February; in the south June to August.",
            Season.SPRING: "March to May; in the south September to November.",
            Season.SUMMER: "June to August; in the south December to February.",
            Season.AUTUMN: "September to November; in the south March to May.",
        },
    ),
    described(
        MarketingSeason,
        "A season of the marketing year, the same everywhere.",
        {
            MarketingSeason.HOLIDAY_WINTER: "December to February.",
            MarketingSeason.SPRING: "March to May.",
            MarketingSeason.SUMMER: "June to August.",
            MarketingSeason.FALL_HOLIDAY_PREP: "September to November.",
        },
    ),
    described(
        CalendarEventKind,
        "What an event of your own is.",
        {
            CalendarEventKind.PROMOTION: "A promotion or a sale.",
            CalendarEventKind.LAUNCH: "Something new to buy.",
            CalendarEventKind.OUTAGE: "A time in which customers could not buy as usual.",
            CalendarEventKind.PRICE_CHANGE: "Other prices.",
            CalendarEventKind.COMPETITOR: "Something that a competitor did.",
            CalendarEventKind.PR: "Coverage in the media.",
            CalendarEventKind.OTHER: "Anything else.",
        },
    ),
    described(
        EffectDirection,
        "Where an event is expected to move what you sell.",
        {EffectDirection.UP: "More than usual.", EffectDirection.DOWN: "Less than usual."},
    ),
)
