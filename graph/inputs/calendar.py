"""Settings and events of a calendar, as callers give them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import strawberry

from core.periods import Weekday
from core.records.calendar import (
    CalendarEvent,
    CalendarEventKind,
    CalendarProfile,
    EffectDirection,
    Industry,
    RetailPattern,
)
from resolvers.text import choices


@strawberry.input(description="What your calendar is to be made from; left out: as it is.")
class CalendarSettingsInput:
    """The parts of a CalendarProfile that are to change."""

    countries: list[str] | None = strawberry.field(
        default=None,
        description=(
            "ISO 3166-1 alpha-2 codes of the countries you sell in, your home country first: its "
            "weekend and its business days are yours. At most 50."
        ),
    )
    subdivisions: list[str] | None = strawberry.field(
        default=None,
        description="ISO 3166-2 codes of the states or regions whose own holidays count too.",
    )
    fiscal_start_month: int | None = strawberry.field(
        default=None, description="Month in which your fiscal year begins, 1 to 12."
    )
    fiscal_year_named_by_end: bool | None = strawberry.field(
        default=None,
        description="Whether a fiscal year carries the year it ends in, not the one it starts in.",
    )
    week_start: Weekday | None = strawberry.field(
        default=None, description="First day of your weeks."
    )
    retail_pattern: RetailPattern | None = strawberry.field(
        default=None, description="How the weeks of your retail quarters are shared out."
    )
    industry: Industry | None = strawberry.field(
        default=None, description="What you sell; it chooses `seasonalityPrior`, nothing else."
    )

    def applied_to(self, profile: CalendarProfile) -> CalendarProfile:
        """`profile` with what is given in place of what it has."""
        given = {name: value for name, value in vars(self).items() if value is not None}
        lists = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
        return replace(profile, **(given | lists))


@strawberry.input(description="An event of your own, whole.")
class CalendarEventInput:
    """CalendarEvent as the caller gives it."""

    name: str = strawberry.field(description="Its name, such as `Summer sale`.")
    kind: CalendarEventKind = strawberry.field(description="What kind of event it is.")
    since: dt.date = strawberry.field(description="Its first day.")
    until: dt.date = strawberry.field(description="Its last day; at most ten years on.")
    countries: list[str] = strawberry.field(
        default_factory=list,
        description="ISO 3166 codes of where it happens; none: everywhere, unless `geos` says.",
    )
    geos: list[str] = strawberry.field(
        default_factory=list,
        description="Regions where it happens, as your sources spell them; none: everywhere.",
    )
    effect_direction: EffectDirection | None = strawberry.field(
        default=None, description="Where you expect it to move what you sell."
    )
    effect_size: Decimal | None = strawberry.field(
        default=None,
        description="By how much, as a share of the usual: 0.2 is a fifth. Above 0, up to 100.",
    )
    note: str | None = strawberry.field(default=None, description="What else there is to say.")

    def to_event(self) -> CalendarEvent:
        """The event, as it was given."""
        return CalendarEvent(
            name=self.name,
            kind=self.kind,
            since=self.since,
            until=self.until,
            countries=choices(self.countries, "countries"),
            geos=choices(self.geos, "geos"),
            effect_direction=self.effect_direction,
            effect_size=self.effect_size,
            note=self.note,
        )
