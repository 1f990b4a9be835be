"""Feature views, as callers give them."""

from __future__ import annotations

import strawberry

from core.records.features import (
    EntityKind,
    Feature,
    FeatureAggregate,
    FeatureMetric,
    FeatureView,
)
from graph.ids import CAMPAIGN, CONNECTION
from resolvers.text import exact


@strawberry.input(description="One column of a feature view.")
class FeatureInput:
    """Feature as the caller gives it."""

    name: str = strawberry.field(
        description="Its column: 1 to 63 of a-z, 0-9 and _, the first of them a letter."
    )
    metric: FeatureMetric = strawberry.field(description="What it is made of.")
    aggregate: FeatureAggregate = strawberry.field(
        description="What becomes of the window's days; RATIO for rates, and for them alone."
    )
    window_days: int = strawberry.field(description="Days of its window, 1 to 400.")
    lag_days: int = strawberry.field(
        default=1,
        description=(
            "How many days before the day of the moment the window ends, 0 to 400. 0 takes in "
            "that day itself, as far as it was known; 1 ends with the last whole day."
        ),
    )

    def to_feature(self) -> Feature:
        """The feature, not yet checked."""
        return Feature(self.name, self.metric, self.aggregate, self.window_days, self.lag_days)


@strawberry.input(description="What a version of a feature view is made of.")
class FeatureViewInput:
    """FeatureView as the caller gives it."""

    name: str = strawberry.field(
        description=(
            "What the view is called: 1 to 63 of a-z, 0-9 and _, the first of them a letter. Of a "
            "name that is there this is the next version."
        )
    )
    entity: EntityKind = strawberry.field(description="What it tells figures of.")
    features: list[FeatureInput] = strawberry.field(description="Its columns, 1 to 50, in order.")
    owner: str = strawberry.field(description="Who answers for it, such as a team's address.")
    description: str = strawberry.field(default="", description="What it is for.")
    currency: str | None = strawberry.field(
        default=None,
        description="Of its amounts (ISO 4217). Left out: your reporting currency, as it is now.",
    )
    ttl_days: int | None = strawberry.field(
        default=None,
        description=(
            "Values are null while the newest day that was read of an entity's sources is older "
            "than so many days. Left out: values of any age are told."
        ),
    )

    def to_view(self) -> FeatureView:
        """The view, not yet checked."""
        return FeatureView(
            name=self.name,
            entity=self.entity,
            features=tuple(each.to_feature() for each in self.features),
            owner=self.owner,
            description=self.description,
            currency=self.currency or "",
            ttl_days=self.ttl_days,
        )


def entity_key(kind: EntityKind, entity: str, argument: str) -> str:
    """An entity as stores know it, or BadInput naming `argument`."""
    if kind is EntityKind.CAMPAIGN:
        return str(CAMPAIGN.decode(entity, argument))
    if kind is EntityKind.CONNECTION:
        return str(CONNECTION.decode(entity, argument))
    return exact(entity, argument)
