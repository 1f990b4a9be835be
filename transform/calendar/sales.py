"""Events whose dates follow no rule, each with the source of its dates.

A year that is missing is unknown, not without an event: the sources for Amazon's sale of October
2026 contradict each other.
"""

from __future__ import annotations

import datetime as dt

from core.records.calendar import RetailEventRecord

ANNOUNCED = 1.0
"""Amazon or the league announced it, or several reports of the time agree."""
RECOUNTED = 0.7
"""Named in later lists only."""
DISPUTED = 0.5
"""The sources differ by a day."""
UNCONFIRMED = 0.3
"""No trustworthy source was found."""

COUNTRY = "US"


def _event(
    name: str, starts_on: dt.date, last_day: int, source: str, confidence: float
) -> RetailEventRecord:
    """An event that ends in the month of its start."""
    ends_on = starts_on.replace(day=last_day)
    return RetailEventRecord(name, COUNTRY, starts_on, ends_on, source, confidence)


def _prime_day(
    starts_on: dt.date, last_day: int, source: str, confidence: float = ANNOUNCED
) -> RetailEventRecord:
    return _event("Prime Day", starts_on, last_day, source, confidence)


def _big_deal_days(
    starts_on: dt.date, last_day: int, source: str, confidence: float = ANNOUNCED
) -> RetailEventRecord:
    return _event("Prime Big Deal Days", starts_on, last_day, source, confidence)


def _super_bowl(number: str, date: dt.date) -> RetailEventRecord:
    return _event("Super Bowl", date, date.day, f"NFL, Super Bowl {number}", ANNOUNCED)


PRIME_DAYS = (
    _prime_day(dt.date(2015, 7, 15), 15, "retailwire.com, 2025-06-18"),
    _prime_day(dt.date(2016, 7, 12), 12, "digitaltrends.com, 2021; winenfood.com list"),
    _prime_day(
        dt.date(2017, 7, 10),
        11,
        "thirty hours from the evening of 10 July; later lists say 11 or 11-12 July",
        DISPUTED,
    ),
    _prime_day(dt.date(2018, 7, 16), 17, "businessinsider.com, 2018-07-03"),
    _prime_day(dt.date(2019, 7, 15), 16, "wcol.iheart.com, 2019-06-25"),
    _prime_day(dt.date(2020, 10, 13), 14, "clickondetroit.com, 2020-09-28"),
    _prime_day(dt.date(2021, 6, 21), 22, "theverge.com, 2021-06-02"),
    _prime_day(dt.date(2022, 7, 12), 13, "thestreet.com, 2022-09-26"),
    _prime_day(dt.date(2023, 7, 11), 12, "winenfood.com and ventstime.co.uk lists", RECOUNTED),
    _prime_day(dt.date(2024, 7, 16), 17, "retailwire.com; modernretail.co"),
    _prime_day(dt.date(2025, 7, 8), 11, "retailwire.com, 2025-06-18"),
    _prime_day(dt.date(2026, 6, 23), 26, "itmagazine.cc, 2026-06-02, and two others"),
)

AUTUMN_PRIME_SALES = (
    _event(
        "Prime Early Access Sale",
        dt.date(2022, 10, 11),
        12,
        "thestreet.com, 2022-09-26",
        ANNOUNCED,
    ),
    _big_deal_days(dt.date(2023, 10, 10), 11, "winenfood.com list", RECOUNTED),
    _big_deal_days(dt.date(2024, 10, 8), 9, "unconfirmed", UNCONFIRMED),
    _big_deal_days(dt.date(2025, 10, 7), 8, "MarketMinute, times-online.com, 2025-09-18"),
)

SUPER_BOWLS = (
    _super_bowl("XLIX", dt.date(2015, 2, 1)),
    _super_bowl("50", dt.date(2016, 2, 7)),
    _super_bowl("LI", dt.date(2017, 2, 5)),
    _super_bowl("LII", dt.date(2018, 2, 4)),
    _super_bowl("LIII", dt.date(2019, 2, 3)),
    _super_bowl("LIV", dt.date(2020, 2, 2)),
    _super_bowl("LV", dt.date(2021, 2, 7)),
    _super_bowl("LVI", dt.date(2022, 2, 13)),
    _super_bowl("LVII", dt.date(2023, 2, 12)),
    _super_bowl("LVIII", dt.date(2024, 2, 11)),
    _super_bowl("LIX", dt.date(2025, 2, 9)),
    _super_bowl("LX", dt.date(2026, 2, 8)),
    _super_bowl("LXI", dt.date(2027, 2, 14)),
)

DATED_EVENTS = PRIME_DAYS + AUTUMN_PRIME_SALES + SUPER_BOWLS
