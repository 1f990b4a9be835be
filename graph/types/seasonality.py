"""Seasonality: how many times the usual a season brings, by the tenant's own history."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.records.seasonality import (
    Estimation,
    SeasonalFactor,
    Seasonality,
    SeasonalMethod,
    SeasonalMetric,
    SeasonalPeriod,
    Seasons,
)
from graph.bounds.sizes import listed


@strawberry.type(
    name="SeasonalFactor",
    description=(
        "How many times the usual one season brings: 1.2 is a fifth more. Null, never 1, where "
        "nothing is known."
    ),
)
class Factor:
    """SeasonalFactor on the wire."""

    season: int = strawberry.field(
        description="Its number: 1 for Monday, ISO week 1, January or the first quarter."
    )
    factor: float | None = strawberry.field(
        description="Times the usual, shrunk towards 1 by n / (n + k); null when it is not known."
    )
    low: float | None = strawberry.field(
        description="Lower end of the 90 % interval; null when nothing shows how cycles differ."
    )
    high: float | None = strawberry.field(description="Upper end of it; null as `low` is.")
    n: int = strawberry.field(description="How often this season was seen.")

    @classmethod
    def from_record(cls, record: SeasonalFactor) -> Factor:
        """The factor on the wire."""
        return cls(
            season=record.season,
            factor=record.factor,
            low=record.low,
            high=record.high,
            n=record.n,
        )


@strawberry.type(name="Seasons", description="The seasons of one kind of cycle.")
class SeasonsOfPeriod:
    """Seasons on the wire."""

    period: SeasonalPeriod = strawberry.field(description="The cycle whose seasons these are.")
    factors: list[Factor] = listed(
        "One for each season, in order: 7 days, 53 weeks, 12 months or 4 quarters.", size=12
    )
    cycles: float = strawberry.field(
        description="How many cycles of it the history holds; under 1 no factor is known."
    )
    shrinkage: float | None = strawberry.field(
        description="k of n / (n + k): noise over the spread of the seasons. Null without factors."
    )
    method: SeasonalMethod | None = strawberry.field(
        description="How it was estimated; null without factors."
    )
    since: dt.date | None = strawberry.field(
        description="First day that was used; null when there is none."
    )
    until: dt.date | None = strawberry.field(description="Last day that was used, as `since`.")
    reason: str | None = strawberry.field(description="Why no factor is known; null when they are.")

    @classmethod
    def from_record(cls, record: Seasons) -> SeasonsOfPeriod:
        """The seasons on the wire."""
        return cls(
            period=record.period,
            factors=[Factor.from_record(factor) for factor in record.factors],
            cycles=record.cycles,
            shrinkage=record.shrinkage,
            method=record.method,
            since=record.since,
            until=record.until,
            reason=record.reason,
        )


@strawberry.type(
    name="Seasonality",
    description=(
        "What your own history says of the seasons of one metric. To know, to plan and to compare "
        "by: a model estimates its seasons together with all else, and a column of these would "
        "count them twice."
    ),
)
class SeasonalityOfHistory:
    """Seasonality on the wire."""

    metric: SeasonalMetric = strawberry.field(description="The metric.")
    channel: str | None = strawberry.field(
        description="The channel; null for all channels together."
    )
    series: str | None = strawberry.field(description="The series; null for what is none.")
    learned_at: dt.datetime = strawberry.field(
        description="Since when it has been known as it is here."
    )
    periods: list[SeasonsOfPeriod] = listed(
        "Days of the week, weeks of the year, months and quarters.", size=4
    )

    @classmethod
    def from_record(cls, record: Seasonality) -> SeasonalityOfHistory:
        """The seasonality on the wire."""
        return cls(
            metric=record.key.metric,
            channel=record.key.channel,
            series=record.key.series,
            learned_at=record.learned_at,
            periods=[SeasonsOfPeriod.from_record(seasons) for seasons in record.periods],
        )


@strawberry.type(description="Where the newest estimation of your seasons stands.")
class SeasonalityEstimation:
    """Estimation on the wire."""

    is_waiting: bool = strawberry.field(description="Whether a worker has yet to finish it.")
    requested_at: dt.datetime = strawberry.field(description="When it was asked for.")
    requested_by: str = strawberry.field(description="Who asked for it; `worker` does every day.")
    estimated_at: dt.datetime | None = strawberry.field(
        description="When the last one ended; null before the first."
    )

    @classmethod
    def from_record(cls, record: Estimation) -> SeasonalityEstimation:
        """The estimation on the wire."""
        return cls(
            is_waiting=record.is_waiting,
            requested_at=record.requested_at,
            requested_by=record.requested_by,
            estimated_at=record.estimated_at,
        )
