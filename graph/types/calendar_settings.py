"""What a calendar is made from."""

from __future__ import annotations

import datetime as dt

import strawberry
from strawberry.utils.str_converters import to_camel_case

from core.periods import Weekday
from core.records.calendar import (
    CalendarChange,
    CalendarSettings,
    Industry,
    RetailPattern,
    SeasonalPrior,
)


@strawberry.type(name="CalendarSettings", description="What your calendar is made from.")
class CalendarSettingsType:
    """CalendarSettings on the wire."""

    countries: list[str] = strawberry.field(
        description="ISO 3166 codes of your countries, the home country first."
    )
    subdivisions: list[str] = strawberry.field(
        description="ISO 3166-2 codes of the subdivisions whose own holidays count."
    )
    fiscal_start_month: int = strawberry.field(
        description="Month in which your fiscal year begins, 1 to 12."
    )
    fiscal_year_named_by_end: bool = strawberry.field(
        description="Whether a fiscal year carries the year it ends in."
    )
    week_start: Weekday = strawberry.field(description="First day of your weeks.")
    retail_pattern: RetailPattern = strawberry.field(
        description="How the weeks of your retail quarters are shared out."
    )
    industry: Industry = strawberry.field(description="What you sell.")
    is_in_force: bool = strawberry.field(
        description="Whether the calendar is made from just this; a change takes a moment."
    )
    in_force_since: dt.datetime | None = strawberry.field(
        description=(
            "From which moment on the present calendar holds; answers `asOf` an earlier one read "
            "the calendar of then. Null before there is a calendar."
        )
    )
    since: dt.date | None = strawberry.field(description="The first day of the calendar.")
    until: dt.date | None = strawberry.field(description="Its last day; years are added in time.")
    made_by: str | None = strawberry.field(
        description="The release of the rules and of the library of holidays that made it."
    )

    @classmethod
    def from_record(cls, record: CalendarSettings) -> CalendarSettingsType:
        """The settings on the wire."""
        wished, version = record.wished, record.version
        edition = None if version is None else version.edition
        return cls(
            countries=list(wished.countries),
            subdivisions=list(wished.subdivisions),
            fiscal_start_month=wished.fiscal_start_month,
            fiscal_year_named_by_end=wished.fiscal_year_named_by_end,
            week_start=wished.week_start,
            retail_pattern=wished.retail_pattern,
            industry=wished.industry,
            is_in_force=record.is_in_force,
            in_force_since=None if version is None else version.learned_at,
            since=None if edition is None else edition.dates.since,
            until=None if edition is None else edition.dates.until,
            made_by=None if edition is None else edition.rules,
        )


@strawberry.type(name="CalendarChange", description="A setting that differs.")
class CalendarChangeType:
    """CalendarChange on the wire."""

    setting: str = strawberry.field(description="Which setting.")
    before: str = strawberry.field(description="What the setting was before.")
    after: str = strawberry.field(description="What it is to be.")
    affects: list[str] = strawberry.field(
        description="Fields of CalendarDimension that follow from it."
    )

    @classmethod
    def from_record(cls, record: CalendarChange) -> CalendarChangeType:
        """The change on the wire."""
        return cls(
            setting=to_camel_case(record.setting),
            before=record.before,
            after=record.after,
            affects=list(record.affects),
        )


@strawberry.type(
    description=(
        "Constant factors of seasonality from the specification, 1 for the usual. Nobody's data "
        "made them: they are a prior for whoever has no history, and no answer uses them unless "
        "it says so."
    )
)
class SeasonalityPrior:
    """SeasonalPrior on the wire."""

    source: str = strawberry.field(description="Whose constants: `liftos-specification`.")
    industry: Industry = strawberry.field(description="Of which industry.")
    days_of_week: list[float] = strawberry.field(description="From Monday to Sunday.")
    months: list[float] = strawberry.field(
        description="From January to December; each holds the factor of its quarter."
    )
    quarters: list[float] = strawberry.field(description="From the first to the fourth.")

    @classmethod
    def from_record(cls, record: SeasonalPrior) -> SeasonalityPrior:
        """The prior on the wire."""
        return cls(
            source=record.source,
            industry=record.industry,
            days_of_week=list(record.days_of_week),
            months=list(record.months),
            quarters=list(record.quarters),
        )
