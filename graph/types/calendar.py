"""CalendarDimension: a day, as the tenant's calendar sees it."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.records.calendar import CalendarDayRecord, HolidayRecord, RetailEventRecord
from graph.ids import CALENDAR
from graph.types.node import Node


@strawberry.type(description="A public holiday.")
class Holiday:
    """HolidayRecord on the wire."""

    name: str = strawberry.field(description="Its English name.")
    country: str = strawberry.field(description="ISO 3166 code of the country that keeps it.")

    @classmethod
    def from_record(cls, record: HolidayRecord) -> Holiday:
        """The holiday on the wire."""
        return cls(name=record.name, country=record.country)


@strawberry.type(description="A day or span of days that moves retail, such as Black Friday.")
class RetailEvent:
    """RetailEventRecord on the wire."""

    name: str = strawberry.field(description="Its name.")
    country: str | None = strawberry.field(
        description="ISO 3166 code of the country it moves; null when everywhere."
    )
    starts_on: dt.date = strawberry.field(description="Its first day.")
    ends_on: dt.date = strawberry.field(description="Its last day.")
    source: str = strawberry.field(description="Where the dates come from.")
    confidence: float = strawberry.field(
        description="1 for a rule or an announced date, lower where sources disagree."
    )

    @classmethod
    def from_record(cls, record: RetailEventRecord) -> RetailEvent:
        """The event on the wire."""
        return cls(
            name=record.name,
            country=record.country,
            starts_on=record.starts_on,
            ends_on=record.ends_on,
            source=record.source,
            confidence=record.confidence,
        )


@strawberry.federation.type(
    keys=["id"],
    description=(
        "One day of your calendar: weeks, quarters, your fiscal year, the holidays of your "
        "countries and what moves retail there."
    ),
)
class CalendarDimension(Node):
    """CalendarDayRecord on the wire."""

    date: dt.date = strawberry.field(description="The day.")
    year: int = strawberry.field(description="Calendar year.")
    quarter: int = strawberry.field(description="Calendar quarter, 1 to 4.")
    month: int = strawberry.field(description="Month, 1 to 12.")
    day: int = strawberry.field(description="Day of the month, 1 to 31.")
    day_of_year: int = strawberry.field(description="Day of the year, 1 to 366.")
    day_of_week: int = strawberry.field(description="1 for Monday to 7 for Sunday.")
    is_weekend: bool = strawberry.field(description="Whether it is a Saturday or a Sunday.")
    iso_year: int = strawberry.field(description="The year its ISO week belongs to.")
    iso_week: int = strawberry.field(description="ISO week, 1 to 53.")
    week_start: dt.date = strawberry.field(description="Monday of its week.")
    is_month_start: bool = strawberry.field(description="Whether it is a month's first day.")
    is_month_end: bool = strawberry.field(description="Whether it is a month's last day.")
    is_quarter_end: bool = strawberry.field(description="Whether it is a quarter's last day.")
    fiscal_year: int = strawberry.field(description="Your fiscal year.")
    fiscal_quarter: int = strawberry.field(description="Quarter of your fiscal year, 1 to 4.")
    fiscal_month: int = strawberry.field(description="Month of your fiscal year, 1 to 12.")
    is_holiday: bool = strawberry.field(
        description="Whether any of your countries keeps a holiday."
    )
    holidays: list[Holiday] = strawberry.field(description="The holidays kept that day.")
    retail_events: list[RetailEvent] = strawberry.field(description="What moves retail that day.")

    @classmethod
    def from_record(cls, record: CalendarDayRecord) -> CalendarDimension:
        """The day on the wire."""
        return cls(
            id=CALENDAR.encode(record.date),
            date=record.date,
            year=record.year,
            quarter=record.quarter,
            month=record.month,
            day=record.day,
            day_of_year=record.day_of_year,
            day_of_week=record.day_of_week,
            is_weekend=record.is_weekend,
            iso_year=record.iso_year,
            iso_week=record.iso_week,
            week_start=record.week_start,
            is_month_start=record.is_month_start,
            is_month_end=record.is_month_end,
            is_quarter_end=record.is_quarter_end,
            fiscal_year=record.fiscal_year,
            fiscal_quarter=record.fiscal_quarter,
            fiscal_month=record.fiscal_month,
            is_holiday=record.is_holiday,
            holidays=[Holiday.from_record(holiday) for holiday in record.holidays],
            retail_events=[RetailEvent.from_record(event) for event in record.retail_events],
        )
