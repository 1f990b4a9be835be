"""Enumerations of attribution rows, described for the schema."""

from __future__ import annotations

from enum import Enum

from core.periods import Grain, Weekday
from core.records.attribution import AttributionDimension, AttributionFacts
from graph.types.described import described

ATTRIBUTION_ENUMS: tuple[type[Enum], ...] = (
    described(
        Grain,
        "How long the periods are that rows are summed over.",
        {
            Grain.DAY: "Single days.",
            Grain.WEEK: "Weeks that begin on `weekStart`.",
            Grain.MONTH: "Calendar months.",
        },
    ),
    described(
        Weekday,
        "A day of the week.",
        {each: f"Day {each.value} of the ISO week." for each in Weekday},
    ),
    described(
        AttributionFacts,
        "Which entries attribution rows are made of. Each kind is summed alone, so that nothing "
        "counts twice.",
        {
            AttributionFacts.MEDIA: (
                "What platforms, mailings and offline media delivered, by the day of delivery or "
                "of sending. `conversions` are those that the platforms claim for themselves."
            ),
            AttributionFacts.ORDERS: (
                "The business's own orders, by their own day: entries of level ORDER, and all "
                "orders that Klaviyo counts. `conversions` are orders, `conversionValue` revenue."
            ),
            AttributionFacts.SERIES: (
                "Series of your own files, by name and role; their numbers are in `value`."
            ),
        },
    ),
    described(
        AttributionDimension,
        "What attribution rows are kept apart by, beside period, channel and currency.",
        {
            AttributionDimension.SOURCE: "Source.",
            AttributionDimension.CONNECTION: "Connection.",
            AttributionDimension.ACCOUNT: "The source's account.",
            AttributionDimension.CAMPAIGN: "Campaign; null above campaign level.",
            AttributionDimension.COUNTRY: "Country; null where numbers are not broken down by it.",
            AttributionDimension.GEO: "Region; null where numbers are not broken down by it.",
            AttributionDimension.DEVICE: "Device; null where numbers are not broken down by it.",
            AttributionDimension.DATE_BASIS: "What the dates are the dates of.",
            AttributionDimension.ATTRIBUTION_SETTING: (
                "By which of the source's rules conversions were attributed."
            ),
        },
    ),
)
"""Those that the definition of rows is made of."""
