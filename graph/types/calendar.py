"""CalendarDimension: a day, as the tenant's calendar sees it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry

from core.records.calendar import (
    FLAT_COLUMNS,
    CalendarDayRecord,
    HolidayKind,
    MarketingSeason,
    Season,
)
from graph.bounds.sizes import about, listed
from graph.fields import resolved
from graph.ids import CALENDAR
from graph.types.calendar_events import CalendarEvent
from graph.types.holidays import Holiday, RetailEvent, RetailWeek
from graph.types.node import Node

HolidayKinds = Annotated[
    list[HolidayKind], strawberry.argument(description="Which kinds; public ones unless you say.")
]


@strawberry.federation.type(
    keys=["id", "date"],
    description=(
        "One day of your calendar: periods, your fiscal and retail years, the holidays of your "
        "countries, what moves retail there, and your own events. Inside an answer `asOf` a "
        "moment it is the day as the calendar of that moment saw it."
    ),
)
class CalendarDimension(Node):
    """CalendarDayRecord on the wire."""

    record: strawberry.Private[CalendarDayRecord]
    date: dt.date = strawberry.field(description="The day.")
    year: int = strawberry.field(description="Calendar year.")
    quarter: int = strawberry.field(description="Calendar quarter, 1 to 4.")
    month: int = strawberry.field(description="Month, 1 to 12.")
    month_name: str = strawberry.field(description="The month in English.")
    day: int = strawberry.field(description="Day of the month, 1 to 31.")
    day_of_week: int = strawberry.field(description="1 for Monday to 7 for Sunday.")
    day_name: str = strawberry.field(description="The day of the week in English.")
    day_of_quarter: int = strawberry.field(description="Day of the quarter, 1 to 92.")
    day_of_year: int = strawberry.field(description="Day of the year, 1 to 366.")
    days_in_month: int = strawberry.field(description="How many days its month has.")
    is_leap_year: bool = strawberry.field(description="Whether its year has a 29 February.")
    is_weekend: bool = strawberry.field(
        description=(
            "Whether your home country, the first of your countries, is off that day of the week."
        )
    )
    iso_year: int = strawberry.field(description="The year its ISO week belongs to.")
    iso_week: int = strawberry.field(description="ISO week, 1 to 53.")
    week_start: dt.date = strawberry.field(
        description="First day of its week, by your `weekStart`."
    )
    week_end: dt.date = strawberry.field(description="Last day of its week.")
    month_start: dt.date = strawberry.field(description="First day of its month.")
    month_end: dt.date = strawberry.field(description="Last day of its month.")
    quarter_start: dt.date = strawberry.field(description="First day of its quarter.")
    quarter_end: dt.date = strawberry.field(description="Last day of its quarter.")
    year_start: dt.date = strawberry.field(description="First day of its year.")
    year_end: dt.date = strawberry.field(description="Last day of its year.")
    is_week_start: bool = strawberry.field(description="Whether it is a week's first day.")
    is_week_end: bool = strawberry.field(description="Whether it is a week's last day.")
    is_month_start: bool = strawberry.field(description="Whether it is a month's first day.")
    is_month_end: bool = strawberry.field(description="Whether it is a month's last day.")
    is_quarter_start: bool = strawberry.field(description="Whether it is a quarter's first day.")
    is_quarter_end: bool = strawberry.field(description="Whether it is a quarter's last day.")
    is_year_start: bool = strawberry.field(description="Whether it is 1 January.")
    is_year_end: bool = strawberry.field(description="Whether it is 31 December.")
    is_business_day: bool = strawberry.field(
        description=(
            "Whether it is worked in your home country: neither weekend nor a public holiday "
            "there or in your subdivisions of it, or a weekend day worked in exchange."
        )
    )
    business_day_of_month: int = strawberry.field(
        description="How many business days its month has had, up to this day."
    )
    business_days_in_month: int = strawberry.field(
        description="How many business days its month has."
    )
    fiscal_year: int = strawberry.field(description="Your fiscal year.")
    fiscal_quarter: int = strawberry.field(description="Quarter of your fiscal year, 1 to 4.")
    fiscal_month: int = strawberry.field(description="Month of your fiscal year, 1 to 12.")
    fiscal_week: int = strawberry.field(
        description="Week of your fiscal year; the one that holds its first day is 1."
    )
    fiscal_year_start: dt.date = strawberry.field(description="First day of your fiscal year.")
    fiscal_year_end: dt.date = strawberry.field(description="Last day of your fiscal year.")
    fiscal_quarter_start: dt.date = strawberry.field(
        description="First day of your fiscal quarter."
    )
    fiscal_quarter_end: dt.date = strawberry.field(description="Last day of your fiscal quarter.")
    is_fiscal_year_start: bool = strawberry.field(
        description="Whether it is your fiscal year's first day."
    )
    is_fiscal_year_end: bool = strawberry.field(
        description="Whether it is your fiscal year's last day."
    )
    retail: RetailWeek = strawberry.field(
        description=(
            "Its week in your own retail year: whole weeks from the `weekStart` nearest to "
            "your fiscal year's first day, in your `retailPattern`, 4-4-5 unless set."
        )
    )
    nrf: RetailWeek = strawberry.field(
        description=(
            "Its week in the 4-5-4 calendar of the National Retail Federation: weeks from "
            "Sunday, years that end on the Saturday nearest to 31 January and are named by "
            "the year they begin in."
        )
    )
    season: Season = strawberry.field(
        description="Season of the weather in your home country's hemisphere."
    )
    marketing_season: MarketingSeason = strawberry.field(
        description="Season of the marketing year."
    )
    is_holiday: bool = strawberry.field(
        description="Whether any of your countries keeps a public holiday."
    )
    is_bank_holiday: bool = strawberry.field(
        description="Whether banks of any of your countries are closed, beside public holidays."
    )
    last_holiday: dt.date | None = strawberry.field(
        description="The last public holiday up to this day; null when more than a year back."
    )
    next_holiday: dt.date | None = strawberry.field(
        description="The next public holiday from this day on; null when more than a year ahead."
    )
    days_since_last_holiday: int | None = strawberry.field(
        description="Days since `lastHoliday`; 0 on one."
    )
    days_to_next_holiday: int | None = strawberry.field(
        description="Days to `nextHoliday`; 0 on one."
    )
    is_black_friday: bool = strawberry.field(description="Whether it is Black Friday.")
    is_cyber_monday: bool = strawberry.field(
        description="Whether it is Cyber Monday, in some years a day of December."
    )
    is_prime_day: bool = strawberry.field(
        description="Whether Amazon's Prime Day is held in one of your countries."
    )
    is_prime_big_deal_days: bool = strawberry.field(
        description="Whether Amazon's autumn sale is held in one of your countries."
    )
    is_singles_day: bool = strawberry.field(description="Whether it is 11 November.")
    is_thanksgiving: bool = strawberry.field(
        description="Whether one of your countries keeps Thanksgiving in November."
    )
    is_christmas_day: bool = strawberry.field(description="Whether it is 25 December.")
    is_boxing_day: bool = strawberry.field(
        description="Whether one of your countries keeps Boxing Day."
    )
    is_valentines_day: bool = strawberry.field(description="Whether it is 14 February.")
    is_easter_sunday: bool = strawberry.field(
        description="Whether it is Easter Sunday of the western churches."
    )
    is_mothers_day: bool = strawberry.field(
        description="Whether one of your countries keeps Mother's Day."
    )
    is_fathers_day: bool = strawberry.field(
        description="Whether one of your countries keeps Father's Day."
    )
    is_halloween: bool = strawberry.field(description="Whether it is 31 October.")
    is_back_to_school: bool = strawberry.field(
        description="Whether schools are about to begin in one of your countries."
    )
    is_super_bowl: bool = strawberry.field(
        description="Whether the Super Bowl is played and one of your countries is the US."
    )
    days_since_last_retail_event: int | None = strawberry.field(
        description=(
            "Days since the last big retail event (Black Friday, Cyber Monday, Amazon's "
            "sales, Singles' Day, Christmas Day); 0 on one, null when more than a year back."
        )
    )
    days_to_next_retail_event: int | None = strawberry.field(
        description="Days to the next of them; 0 on one, null when more than a year ahead."
    )
    retail_events: list[RetailEvent] = listed("What moves retail that day.", size=2)
    events: list[CalendarEvent] = listed("Your own events of that day.", size=2)

    @classmethod
    def from_record(cls, record: CalendarDayRecord) -> CalendarDimension:
        """The day on the wire."""
        return cls(
            id=CALENDAR.encode(record.date),
            record=record,
            retail=RetailWeek.from_record(record.retail),
            nrf=RetailWeek.from_record(record.nrf),
            retail_events=[RetailEvent.from_record(event) for event in record.retail_events],
            events=[CalendarEvent.from_record(event) for event in record.events],
            **{name: getattr(record, name) for name in FLAT_COLUMNS},
        )

    @resolved("The holidays kept that day.", size=about(2), reads=())
    def holidays(self, *, kinds: HolidayKinds = [HolidayKind.PUBLIC]) -> list[Holiday]:  # noqa: B006 - strawberry's default
        """Those of the kinds that were asked for."""
        kept = (each for each in self.record.holidays if each.kind in kinds)
        return [Holiday.from_record(each) for each in kept]
