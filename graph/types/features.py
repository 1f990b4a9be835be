"""FeatureView: figures of entities that models read, and what they are made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

import strawberry

from core.records.features import (
    EntityKind,
    FeatureAggregate,
    FeatureMetric,
    FeatureMissing,
    FeatureType,
    FeatureViewRecord,
)
from core.records.features import FeatureSource as SourceRecord
from core.records.features import FeatureUse as UseRecord
from graph.bounds.sizes import about, listed
from graph.context import Info
from graph.fields import resolved
from graph.scalars import BigInt
from graph.types.connections import ConnectedSource
from graph.types.links import present
from resolvers import connections, features
from resolvers.features import FeatureTable as TableRecord


@strawberry.type(description="One column of a feature view.")
class Feature:
    """Feature of the records on the wire."""

    name: str = strawberry.field(description="Its column.")
    metric: FeatureMetric = strawberry.field(description="What it is made of.")
    aggregate: FeatureAggregate = strawberry.field(
        description="What becomes of the days of its window."
    )
    window_days: int = strawberry.field(description="Days of its window.")
    lag_days: int = strawberry.field(
        description="How many days before the day of the moment the window ends."
    )
    dtype: FeatureType = strawberry.field(description="What its column holds in an export.")


@strawberry.type(description="How often a module read a version of a feature view on a day.")
class FeatureUsage:
    """FeatureUse of the records on the wire."""

    module: str | None = strawberry.field(
        description="As its credentials name it: an API key's module, a token's client."
    )
    day: dt.date = strawberry.field(description="The day, in UTC.")
    requests: BigInt = strawberry.field(description="How often it asked.")
    entities: BigInt = strawberry.field(description="For how many entities in all.")

    @classmethod
    def from_record(cls, record: UseRecord) -> FeatureUsage:
        """The count on the wire."""
        return cls(
            module=record.module or None,
            day=record.day,
            requests=BigInt(record.requests),
            entities=BigInt(record.entities),
        )


@strawberry.type(description="How new the data of a connection is that a feature view reads.")
class FeatureFreshness:
    """FeatureSource of the records on the wire."""

    record: strawberry.Private[SourceRecord]
    newest_day: dt.date = strawberry.field(description="The newest day that was read.")
    age_days: int = strawberry.field(
        description="Days from that one to the present day at the account."
    )
    is_fresh: bool = strawberry.field(description="Whether that is no more than `ttlDays`.")

    @classmethod
    def from_record(cls, record: SourceRecord, ttl_days: int | None) -> FeatureFreshness:
        """The source on the wire."""
        return cls(
            record=record,
            newest_day=record.newest_day,
            age_days=record.age_days,
            is_fresh=ttl_days is None or record.age_days <= ttl_days,
        )

    @resolved("The connection.")
    async def connection(self, info: Info) -> ConnectedSource:
        """Batched over the whole answer."""
        found = await connections.connection(info.context.session, self.record.connection_id)
        return ConnectedSource.from_record(present(found, "connection"))


@strawberry.type(
    description=(
        "A version of a feature view: features of one kind of entity under names. A version never "
        "changes; what is to be different is a new one."
    )
)
class FeatureView:
    """FeatureViewRecord on the wire."""

    record: strawberry.Private[FeatureViewRecord]
    name: str = strawberry.field(description="What it is called.")
    version: int = strawberry.field(description="Which version of that name, from 1.")
    entity: EntityKind = strawberry.field(description="What it tells figures of.")
    features: list[Feature] = listed("Its columns, in order.", size=20)
    owner: str = strawberry.field(description="Who answers for it.")
    description: str = strawberry.field(description="What it is for.")
    currency: str = strawberry.field(description="Of its amounts (ISO 4217).")
    ttl_days: int | None = strawberry.field(
        description="How old the newest day may be that was read; null: as old as it is."
    )
    created_at: dt.datetime = strawberry.field(description="When it was made.")
    created_by: str = strawberry.field(description="Who made it, such as `user:…`.")
    retired_at: dt.datetime | None = strawberry.field(
        description="Since when it is offered to nobody anew; who names it is still answered."
    )

    @classmethod
    def from_record(cls, record: FeatureViewRecord) -> FeatureView:
        """The version on the wire."""
        view = record.view
        return cls(
            record=record,
            name=view.name,
            version=record.version,
            entity=view.entity,
            features=[
                Feature(
                    name=each.name,
                    metric=each.metric,
                    aggregate=each.aggregate,
                    window_days=each.window_days,
                    lag_days=each.lag_days,
                    dtype=each.dtype,
                )
                for each in view.features
            ],
            owner=view.owner,
            description=view.description,
            currency=view.currency,
            ttl_days=view.ttl_days,
            created_at=record.created_at,
            created_by=record.created_by,
            retired_at=record.retired_at,
        )

    @resolved("How new the data is, by connection that was ever read.", size=about(20))
    async def freshness(self, info: Info) -> list[FeatureFreshness]:
        """As of now."""
        found = await features.sources(info.context.session)
        return [FeatureFreshness.from_record(each, self.ttl_days) for each in found]

    @resolved(
        "Which modules read it, newest day first. The last second may not be counted yet.",
        size=about(100),
    )
    async def usage(
        self,
        info: Info,
        *,
        days: Annotated[
            int,
            strawberry.argument(description="Of how many days, today (UTC) included; 1 to 400."),
        ] = 28,
    ) -> list[FeatureUsage]:
        """Batched over the whole answer."""
        found = await features.usage(info.context.session, self.record.key, days)
        return [FeatureUsage.from_record(each) for each in found]


@strawberry.type(description="One feature of all entities that were asked for.")
class FeatureColumn:
    """Values and gaps of one feature."""

    feature: str = strawberry.field(description="Which feature, by its name.")
    values: list[Decimal | None] = strawberry.field(description="In the order of `entities`.")
    missing: list[FeatureMissing | None] = strawberry.field(
        description="In the order of `entities`: why there is no value; null where there is one."
    )


@strawberry.type(description="Features of entities, all as known at one moment.")
class FeatureTable:
    """FeatureTable of the resolvers on the wire."""

    view: FeatureView = strawberry.field(description="The version of the view.")
    at: dt.datetime = strawberry.field(
        description="The moment: asked for again with it, they are the same for ever."
    )
    entities: list[strawberry.ID] = strawberry.field(description="As they were asked for.")
    columns: list[FeatureColumn] = listed("By feature, in the order of the view.", size=20)

    @classmethod
    def from_record(cls, record: TableRecord, entities: Sequence[strawberry.ID]) -> FeatureTable:
        """The table on the wire."""
        return cls(
            view=FeatureView.from_record(record.of),
            at=record.at,
            entities=list(entities),
            columns=[
                FeatureColumn(
                    feature=feature.name,
                    values=[each.values[place] for each in record.vectors],
                    missing=[each.missing[place] for each in record.vectors],
                )
                for place, feature in enumerate(record.of.view.features)
            ],
        )
