"""What a subscription allows, and what of it is used."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.records.quotas import Quota as QuotaRecord
from core.records.quotas import QuotaKind
from core.records.quotas import Quotas as QuotasRecord
from graph.scalars import BigInt
from resolvers.limits import Balance


@strawberry.type(
    description="The bucket that your operations pay from: the fuller of yours and your client's."
)
class RateLimit:
    """Balance on the wire."""

    limit: int = strawberry.field(description="Points that the bucket holds.")
    per_second: int = strawberry.field(description="Points that drain from it in a second.")
    remaining: int = strawberry.field(
        description="Points that it takes now; what this operation costs is in it already."
    )
    resets_at: dt.datetime = strawberry.field(description="When it is empty again.")
    maximum: int = strawberry.field(description="Points that one operation may cost.")

    @classmethod
    def from_record(cls, record: Balance) -> RateLimit:
        """The bucket on the wire."""
        return cls(
            limit=record.level.rate.burst,
            per_second=record.level.rate.per_second,
            remaining=record.level.remaining,
            resets_at=record.resets_at,
            maximum=record.maximum,
        )


@strawberry.type(description="One quota of your subscription, and how much of it is used.")
class Quota:
    """Quota on the wire."""

    kind: QuotaKind = strawberry.field(description="What is counted.")
    used: BigInt = strawberry.field(description="How much is used.")
    limit: BigInt = strawberry.field(description="How much there is.")
    remaining: BigInt = strawberry.field(description="How much is left.")
    is_near: bool = strawberry.field(description="Whether 80 % or more of it is used.")
    resets_at: dt.datetime | None = strawberry.field(
        description="When it is counted anew; null for what frees itself only by deleting."
    )

    @classmethod
    def from_record(cls, record: QuotaRecord) -> Quota:
        """The quota on the wire."""
        return cls(
            kind=record.kind,
            used=record.used,
            limit=record.limit,
            remaining=record.remaining,
            is_near=record.is_near,
            resets_at=record.resets_at,
        )


@strawberry.type(description="What your organisation keeps, runs and exports, and how much it may.")
class Quotas:
    """Quotas on the wire."""

    storage: Quota = strawberry.field(
        description="Bytes of raw pages, uploads and files of exports."
    )
    runs: Quota = strawberry.field(description="Runs since midnight, UTC.")
    export_rows: Quota = strawberry.field(
        description="Rows of exports that became ready this month, UTC."
    )

    @classmethod
    def from_record(cls, record: QuotasRecord) -> Quotas:
        """The quotas on the wire."""
        return cls(
            storage=Quota.from_record(record.storage),
            runs=Quota.from_record(record.runs),
            export_rows=Quota.from_record(record.export_rows),
        )
