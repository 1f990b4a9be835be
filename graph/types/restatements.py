"""MetricRestatement: when a metric of a connection settles."""

from __future__ import annotations

import strawberry

from core.records.restatements import Settling


@strawberry.type(
    description=(
        "How old a day must be before a metric of this connection stops moving, learned from its "
        "vintages: then at least 99 % of the final total is known, and 95 % of days change by no "
        "more than half a percent."
    )
)
class MetricRestatement:
    """Settling on the wire."""

    metric: str = strawberry.field(description="The metric, such as `conversions`.")
    settles_after_days: int | None = strawberry.field(
        description=(
            "The age in days; null while there is not enough data, or while the metric still "
            "moves at the greatest age at which days were read."
        )
    )
    at_least_days: int | None = strawberry.field(
        description="Lower end of its 90 % interval; null as the age is."
    )
    at_most_days: int | None = strawberry.field(
        description="Upper end of its 90 % interval; null as the age is. Maturity goes by it."
    )
    days: int = strawberry.field(description="From how many days it was learned; at least 28.")
    followed_days: int = strawberry.field(
        description="To which age enough of these days were read."
    )

    @classmethod
    def from_record(cls, record: Settling) -> MetricRestatement:
        """The metric on the wire."""
        return cls(
            metric=record.metric,
            settles_after_days=record.settles_after_days,
            at_least_days=record.at_least_days,
            at_most_days=record.at_most_days,
            days=record.days,
            followed_days=record.followed_days,
        )
