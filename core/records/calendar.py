"""Days, as the tenant's calendar sees them, and what the calendar is made from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from core.periods import Weekday
from core.units import DateRange


class RetailPattern(StrEnum):
    """How many weeks the three periods of a quarter of a retail year have."""

    FOUR_FOUR_FIVE = "FOUR_FOUR_FIVE"
    FOUR_FIVE_FOUR = "FOUR_FIVE_FOUR"
    FIVE_FOUR_FOUR = "FIVE_FOUR_FOUR"


class Industry(StrEnum):
    """What an organisation sells; it chooses the prior of seasonality, nothing else."""

    GENERAL = "GENERAL"
    RETAIL = "RETAIL"
    B2B_SAAS = "B2B_SAAS"
    EDUCATION = "EDUCATION"
    HEALTHCARE = "HEALTHCARE"
    FINANCE = "FINANCE"
    TRAVEL = "TRAVEL"


class HolidayKind(StrEnum):
    """PUBLIC: off by law. BANK: banks close. OBSERVANCE: kept, but worked.

    WORKDAY: a day of the weekend that is worked, in exchange for one that is not.
    """

    PUBLIC = "PUBLIC"
    BANK = "BANK"
    OBSERVANCE = "OBSERVANCE"
    WORKDAY = "WORKDAY"


class Season(StrEnum):
    """Meteorological seasons of the home country's hemisphere."""

    WINTER = "WINTER"
    SPRING = "SPRING"
    SUMMER = "SUMMER"
    AUTUMN = "AUTUMN"


class MarketingSeason(StrEnum):
    """The specification's seasons of a marketing year, three months each from December on."""

    HOLIDAY_WINTER = "HOLIDAY_WINTER"
    SPRING = "SPRING"
    SUMMER = "SUMMER"
    FALL_HOLIDAY_PREP = "FALL_HOLIDAY_PREP"


class CalendarEventKind(StrEnum):
    """What a tenant's own event is."""

    PROMOTION = "PROMOTION"
    LAUNCH = "LAUNCH"
    OUTAGE = "OUTAGE"
    PRICE_CHANGE = "PRICE_CHANGE"
    COMPETITOR = "COMPETITOR"
    PR = "PR"
    OTHER = "OTHER"


class EffectDirection(StrEnum):
    """Where an event is expected to move what is sold."""

    UP = "UP"
    DOWN = "DOWN"


@dataclass(frozen=True, slots=True)
class CalendarProfile:
    """What a tenant chooses about its calendar; `core.calendar.checked` says what is allowed.

    `countries`: ISO 3166-1 alpha-2, the home country first. `subdivisions`: ISO 3166-2, each of
    one of the countries. A fiscal year that begins in July 2025 is 2026 if
    `fiscal_year_named_by_end`, else 2025. `week_start`: first day of weeks but ISO ones.
    """

    countries: tuple[str, ...] = ()
    subdivisions: tuple[str, ...] = ()
    fiscal_start_month: int = 1
    fiscal_year_named_by_end: bool = True
    week_start: Weekday = Weekday.MONDAY
    retail_pattern: RetailPattern = RetailPattern.FOUR_FOUR_FIVE
    industry: Industry = Industry.GENERAL


@dataclass(frozen=True, slots=True)
class HolidayRecord:
    """A day that a country keeps; `subdivisions`: the tenant's that do, empty when all of it."""

    name: str
    country: str
    kind: HolidayKind = HolidayKind.PUBLIC
    subdivisions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RetailEventRecord:
    """A day or span that moves retail; `source` says where the dates come from.

    `confidence`: 1 for a computed rule or an announced date, lower where sources disagree.
    """

    name: str
    country: str | None
    starts_on: dt.date
    ends_on: dt.date
    source: str
    confidence: float


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """Something that the tenant itself knows of, from `since` to `until`, both included.

    `countries` and `geos`: where; none of either is everywhere. `effect_size`: the expected
    effect as a share of the usual (0.2 is a fifth), None where nobody expects a number.
    """

    name: str
    kind: CalendarEventKind
    since: dt.date
    until: dt.date
    countries: tuple[str, ...] = ()
    geos: tuple[str, ...] = ()
    effect_direction: EffectDirection | None = None
    effect_size: Decimal | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class CalendarEventRecord:
    """An event as it was written at `learned_at`, a moment of the tenant's clock."""

    id: UUID
    event: CalendarEvent
    learned_at: dt.datetime


@dataclass(frozen=True, slots=True)
class CalendarSettings:
    """What a tenant wishes of its calendar, and the version in force; None before there is one."""

    wished: CalendarProfile
    version: CalendarVersionRecord | None

    @property
    def is_in_force(self) -> bool:
        """Whether the calendar is as it is wished for."""
        return self.version is not None and self.version.edition.profile == self.wished


@dataclass(frozen=True, slots=True)
class CalendarChange:
    """One setting that differs, as text; `affects`: the columns of a day that follow from it."""

    setting: str
    before: str
    after: str
    affects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeasonalPrior:
    """Constant factors of seasonality, 1 for the usual; `source` says whose they are.

    `days_of_week` from Monday, `months` from January, `quarters` from the first. A month's factor
    holds its quarter's.
    """

    source: str
    industry: Industry
    days_of_week: tuple[float, ...]
    months: tuple[float, ...]
    quarters: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class DayMarks:
    """What is kept on one day: all of a day that does not follow from its date."""

    holidays: tuple[HolidayRecord, ...] = ()
    retail_events: tuple[RetailEventRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class CalendarEdition:
    """What a version of a calendar is made from.

    `weekend`: ISO days of the week off in the home country. `rules`: the code and the library
    that named its days.
    """

    profile: CalendarProfile
    weekend: tuple[int, ...]
    dates: DateRange
    rules: str


@dataclass(frozen=True, slots=True)
class CalendarVersionRecord:
    """An edition and the moment of the tenant's clock from which it holds."""

    learned_at: dt.datetime
    edition: CalendarEdition


@dataclass(frozen=True, slots=True)
class DayMoment:
    """A day, as the calendar of `as_of` sees it (the present one when None)."""

    date: dt.date
    as_of: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class RetailWeekRecord:
    """A week of a retail year of 52 or 53 whole weeks, twelve periods and four quarters."""

    year: int
    quarter: int
    period: int
    week: int
    week_of_period: int
    weeks_in_year: int
    year_start: dt.date
    year_end: dt.date
    period_start: dt.date
    period_end: dt.date


@dataclass(frozen=True, slots=True)
class CalendarDayRecord:
    """One day of a tenant's calendar. `day_of_week` is 1 for Monday to 7.

    Weeks begin on the profile's `week_start`; `iso_` ones on Monday. Business days, weekends and
    `season` are the home country's. `retail` is the profile's own retail year, `nrf` that of the
    National Retail Federation. Days are counted to and from public holidays of any country and
    big retail events (`core.calendar.retail_days.BIG`), 0 on one; None when farther than a year.
    """

    date: dt.date
    year: int
    quarter: int
    month: int
    month_name: str
    day: int
    day_of_week: int
    day_name: str
    day_of_quarter: int
    day_of_year: int
    days_in_month: int
    is_leap_year: bool
    is_weekend: bool
    iso_year: int
    iso_week: int
    week_start: dt.date
    week_end: dt.date
    month_start: dt.date
    month_end: dt.date
    quarter_start: dt.date
    quarter_end: dt.date
    year_start: dt.date
    year_end: dt.date
    is_week_start: bool
    is_week_end: bool
    is_month_start: bool
    is_month_end: bool
    is_quarter_start: bool
    is_quarter_end: bool
    is_year_start: bool
    is_year_end: bool
    is_business_day: bool
    business_day_of_month: int
    business_days_in_month: int
    fiscal_year: int
    fiscal_quarter: int
    fiscal_month: int
    fiscal_week: int
    fiscal_year_start: dt.date
    fiscal_year_end: dt.date
    fiscal_quarter_start: dt.date
    fiscal_quarter_end: dt.date
    is_fiscal_year_start: bool
    is_fiscal_year_end: bool
    retail: RetailWeekRecord
    nrf: RetailWeekRecord
    season: Season
    marketing_season: MarketingSeason
    is_holiday: bool
    is_bank_holiday: bool
    last_holiday: dt.date | None
    next_holiday: dt.date | None
    days_since_last_holiday: int | None
    days_to_next_holiday: int | None
    is_black_friday: bool
    is_cyber_monday: bool
    is_prime_day: bool
    is_prime_big_deal_days: bool
    is_singles_day: bool
    is_thanksgiving: bool
    is_christmas_day: bool
    is_boxing_day: bool
    is_valentines_day: bool
    is_easter_sunday: bool
    is_mothers_day: bool
    is_fathers_day: bool
    is_halloween: bool
    is_back_to_school: bool
    is_super_bowl: bool
    days_since_last_retail_event: int | None
    days_to_next_retail_event: int | None
    holidays: tuple[HolidayRecord, ...]
    retail_events: tuple[RetailEventRecord, ...]
    events: tuple[CalendarEventRecord, ...]


FLAT_COLUMNS = tuple(
    field.name
    for field in fields(CalendarDayRecord)
    if field.name not in {"retail", "nrf", "holidays", "retail_events", "events"}
)
"""Columns of a day that hold one plain value each."""
