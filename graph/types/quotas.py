"""What a subscription allows, and what of it is used."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import strawberry

from core.records.quotas import EmbeddingUse as Use
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


@strawberry.type(description="What your organisation had embedded, so that it can be found.")
class EmbeddingUse:
    """EmbeddingUse of the records on the wire."""

    texts: BigInt = strawberry.field(
        description="Texts of documents that were given to models of embeddings, since ever."
    )
    reused: BigInt = strawberry.field(
        description="Times that they needed not to be: the same text had a vector already."
    )
    requests: BigInt = strawberry.field(
        description="Requests over a network this month, UTC; the offline embedder makes none."
    )
    cost: Decimal | None = strawberry.field(
        description=(
            "What this month's tokens cost in US dollars, at the price that the installation has "
            "set; null where it has set none."
        )
    )

    @classmethod
    def from_record(cls, record: Use, cost: Decimal | None) -> EmbeddingUse:
        """The use on the wire."""
        return cls(
            texts=BigInt(record.texts),
            reused=BigInt(record.reused),
            requests=BigInt(record.requests),
            cost=cost,
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
    embedded_tokens: Quota = strawberry.field(
        description="Tokens of texts and questions that were sent to an embedder this month, UTC."
    )
    embedding: EmbeddingUse = strawberry.field(description="What was embedded, and what it cost.")

    @classmethod
    def from_record(cls, record: QuotasRecord) -> Quotas:
        """The quotas on the wire."""
        return cls(
            storage=Quota.from_record(record.storage),
            runs=Quota.from_record(record.runs),
            export_rows=Quota.from_record(record.export_rows),
            embedded_tokens=Quota.from_record(record.embedded_tokens),
            embedding=EmbeddingUse.from_record(record.embedding, record.embedding_cost),
        )
