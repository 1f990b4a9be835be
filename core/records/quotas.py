"""Quotas: how much a tenant keeps, runs and exports, and how much it may."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from core.errors import QuotaExceeded
from core.tiers import Tier

NEAR = 0.8
"""Share of a quota from which it counts as nearly used up."""


class QuotaKind(StrEnum):
    """What is counted: bytes that are stored, runs asked for in a UTC day, rows in a UTC month.

    Tokens are those of texts that were sent to an embedder by network in a UTC month.
    """

    STORAGE_BYTES = "STORAGE_BYTES"
    RUNS_A_DAY = "RUNS_A_DAY"
    EXPORT_ROWS_A_MONTH = "EXPORT_ROWS_A_MONTH"
    EMBEDDED_TOKENS_A_MONTH = "EMBEDDED_TOKENS_A_MONTH"


MENDS = {
    QuotaKind.STORAGE_BYTES: "delete exports or connections, or have the quota raised",
    QuotaKind.RUNS_A_DAY: "wait until `resetsAt`, or have the quota raised",
    QuotaKind.EXPORT_ROWS_A_MONTH: "wait until `resetsAt`, or have the quota raised",
    QuotaKind.EMBEDDED_TOKENS_A_MONTH: (
        "wait until `resetsAt`, or have the quota raised; the modes of search that need no "
        "embedder go on"
    ),
}
CALLED = {
    QuotaKind.STORAGE_BYTES: "bytes of storage",
    QuotaKind.RUNS_A_DAY: "runs a day",
    QuotaKind.EXPORT_ROWS_A_MONTH: "exported rows a month",
    QuotaKind.EMBEDDED_TOKENS_A_MONTH: "embedded tokens a month",
}


@dataclass(frozen=True, slots=True)
class Allowances:
    """What a tenant has instead of its tier's numbers; None: as its tier."""

    storage_bytes: int | None = None
    runs_a_day: int | None = None
    export_rows_a_month: int | None = None


@dataclass(frozen=True, slots=True)
class EmbeddingUse:
    """What a tenant had embedded.

    `texts` of documents were given to models since ever, `reused` had a vector already. `requests`
    and `tokens`, of questions too, went over a network in the UTC month; the offline embedder
    counts none.
    """

    texts: int = 0
    reused: int = 0
    requests: int = 0
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class EmbeddingTotal:
    """What all tenants together had embedded by a model since ever; fields as of EmbeddingUse."""

    model: str
    texts: int
    reused: int
    requests: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What a tenant has used, and what it has instead of its tier's numbers."""

    tier: str
    storage_bytes: int
    runs_today: int
    export_rows_this_month: int
    allowances: Allowances
    embedding: EmbeddingUse = field(default_factory=EmbeddingUse)


@dataclass(frozen=True, slots=True)
class Quota:
    """One quota; `resets_at` is None for one that is not counted anew."""

    kind: QuotaKind
    used: int
    limit: int
    resets_at: datetime | None

    @property
    def remaining(self) -> int:
        """What is left."""
        return max(0, self.limit - self.used)

    @property
    def is_near(self) -> bool:
        """Whether it is nearly, or altogether, used up."""
        return self.used >= self.limit * NEAR

    def demand(self, more: int = 1) -> None:
        """QuotaExceeded where `more` do not fit."""
        if self.used + more > self.limit:
            raise QuotaExceeded(
                f"your quota of {CALLED[self.kind]} does not suffice: {self.used:,} of "
                f"{self.limit:,} used",
                mend=MENDS[self.kind],
                quota=self.kind.value,
                used=self.used,
                limit=self.limit,
                resets_at=self.resets_at,
            )


@dataclass(frozen=True, slots=True)
class Quotas:
    """All of a tenant's; `embedding_cost` is in US dollars, None where no price is set."""

    storage: Quota
    runs: Quota
    export_rows: Quota
    embedded_tokens: Quota
    embedding: EmbeddingUse
    embedding_cost: Decimal | None


def quotas(usage: Usage, tier: Tier, now: datetime) -> Quotas:
    """What of `tier`, or of the tenant's own numbers, is used at `now` (UTC)."""
    given = usage.allowances
    return Quotas(
        Quota(
            QuotaKind.STORAGE_BYTES,
            usage.storage_bytes,
            _either(given.storage_bytes, tier.storage_bytes),
            None,
        ),
        Quota(
            QuotaKind.RUNS_A_DAY,
            usage.runs_today,
            _either(given.runs_a_day, tier.runs_a_day),
            next_day(now),
        ),
        Quota(
            QuotaKind.EXPORT_ROWS_A_MONTH,
            usage.export_rows_this_month,
            _either(given.export_rows_a_month, tier.export_rows_a_month),
            next_month(now),
        ),
        Quota(
            QuotaKind.EMBEDDED_TOKENS_A_MONTH,
            usage.embedding.tokens,
            tier.embedded_tokens_a_month,
            next_month(now),
        ),
        usage.embedding,
        embedding_cost(usage.embedding.tokens, tier.embedding_price),
    )


def embedding_cost(tokens: int, price: Decimal | None) -> Decimal | None:
    """What tokens cost at the price of a million, rounded to a millionth."""
    return None if price is None else round(tokens * price / 1_000_000, 6)


def day_of(now: datetime) -> datetime:
    """The beginning of the UTC day."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def next_day(now: datetime) -> datetime:
    """The beginning of the next UTC day."""
    return day_of(now) + timedelta(days=1)


def month_of(now: datetime) -> datetime:
    """The beginning of the UTC month."""
    return day_of(now).replace(day=1)


def next_month(now: datetime) -> datetime:
    """The beginning of the next UTC month."""
    return month_of(month_of(now) + timedelta(days=31))


def _either(own: int | None, of_tier: int) -> int:
    return of_tier if own is None else own
