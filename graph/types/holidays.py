"""What is kept on a day, and the weeks of retail years."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.records.calendar import (
    HolidayKind,
    HolidayRecord,
    RetailEventRecord,
    RetailWeekRecord,
)


@strawberry.type(description="A day that a country or some of its subdivisions keep.")
class Holiday:
    """HolidayRecord on the wire."""

    name: str = strawberry.field(description="Its English name.")
    country: str = strawberry.field(description="ISO 3166 code of the country that keeps it.")
    kind: HolidayKind = strawberry.field(
        description="Whether it is off by law, kept by banks, or worked."
    )
    subdivisions: list[str] = strawberry.field(
        description=(
            "ISO 3166-2 codes of those of your subdivisions that keep it; empty when the whole "
            "country does."
        )
    )

    @classmethod
    def from_record(cls, record: HolidayRecord) -> Holiday:
        """The holiday on the wire."""
        return cls(
            name=record.name,
            country=record.country,
            kind=record.kind,
            subdivisions=list(record.subdivisions),
        )


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


@strawberry.type(
    description=(
        "A week of a retail year: 52 or 53 whole weeks, twelve periods and four quarters. The "
        "53rd week belongs to the last period."
    )
)
class RetailWeek:
    """RetailWeekRecord on the wire."""

    year: int = strawberry.field(description="Its retail year.")
    quarter: int = strawberry.field(description="Its quarter, 1 to 4.")
    period: int = strawberry.field(description="Its period, the month of a retail year, 1 to 12.")
    week: int = strawberry.field(description="Its number in the year, 1 to 53.")
    week_of_period: int = strawberry.field(description="Its number in the period, 1 to 6.")
    weeks_in_year: int = strawberry.field(description="How many weeks its year has, 52 or 53.")
    year_start: dt.date = strawberry.field(description="First day of its year.")
    year_end: dt.date = strawberry.field(description="Last day of its year.")
    period_start: dt.date = strawberry.field(description="First day of its period.")
    period_end: dt.date = strawberry.field(description="Last day of its period.")

    @classmethod
    def from_record(cls, record: RetailWeekRecord) -> RetailWeek:
        """The week on the wire."""
        return cls(
            year=record.year,
            quarter=record.quarter,
            period=record.period,
            week=record.week,
            week_of_period=record.week_of_period,
            weeks_in_year=record.weeks_in_year,
            year_start=record.year_start,
            year_end=record.year_end,
            period_start=record.period_start,
            period_end=record.period_end,
        )
