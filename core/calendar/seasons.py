"""Seasons of the weather and of marketing, by month."""

from __future__ import annotations

from core.records.calendar import MarketingSeason, Season

_MONTHS_PER_SEASON = 3
_NORTH = (Season.WINTER, Season.SPRING, Season.SUMMER, Season.AUTUMN)
_MARKETING = (
    MarketingSeason.HOLIDAY_WINTER,
    MarketingSeason.SPRING,
    MarketingSeason.SUMMER,
    MarketingSeason.FALL_HOLIDAY_PREP,
)
_SOUTHERN = (
    "AO", "AR", "AU", "BI", "BO", "BR", "BW", "CL", "FJ", "KM", "LS", "MG", "MU", "MW", "MZ",
    "NA", "NC", "NZ", "PE", "PF", "PG", "PY", "RE", "RW", "SB", "SC", "SZ", "TL", "TO", "TZ",
    "UY", "VU", "WS", "ZA", "ZM", "ZW",
)  # fmt: skip
"""Countries whose land lies mostly south of the equator."""


def season(month: int, home: str | None) -> Season:
    """The meteorological season: winter is December to February, in the south June to August."""
    place = month % 12 // _MONTHS_PER_SEASON
    return _NORTH[(place + 2) % 4 if home in _SOUTHERN else place]


def marketing_season(month: int) -> MarketingSeason:
    """The specification's seasons of a marketing year, three months each from December on."""
    return _MARKETING[month % 12 // _MONTHS_PER_SEASON]
