"""What a run counted and what it ended with."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import strawberry

from core.records.runs import Counters, Receipt, ReceiptTotal
from graph.scalars import BigInt


@strawberry.type(description="How many records a run has seen, and what became of them.")
class RunCounters:
    """Counters on the wire."""

    pages: int = strawberry.field(description="Pages read.")
    fetched: int = strawberry.field(
        description="Records read: each one is stored, unchanged or rejected."
    )
    stored: int = strawberry.field(description="Records that brought something new.")
    unchanged: int = strawberry.field(description="Records that said what was already known.")
    rejected: int = strawberry.field(description="Records refused; see `rejectedRecords`.")
    created: int = strawberry.field(description="Entries heard of for the first time.")
    restated: int = strawberry.field(description="Entries whose numbers changed.")
    vanished: int = strawberry.field(description="Entries that the source no longer had.")

    @classmethod
    def from_record(cls, record: Counters) -> RunCounters:
        """The counters on the wire."""
        return cls(
            pages=record.pages,
            fetched=record.fetched,
            stored=record.stored,
            unchanged=record.unchanged,
            rejected=record.rejected,
            created=record.created,
            restated=record.restated,
            vanished=record.vanished,
        )


@strawberry.type(
    description="Sums over the entries of a run's range, as they stood at its end, in one currency."
)
class RunTotal:
    """ReceiptTotal on the wire."""

    currency: str = strawberry.field(description="ISO 4217 code of the amounts.")
    entries: int = strawberry.field(description="How many entries were summed.")
    spend: Decimal | None = strawberry.field(description="Null when no entry knows it.")
    impressions: BigInt | None = strawberry.field(description="Null when no entry knows it.")
    clicks: BigInt | None = strawberry.field(description="Null when no entry knows it.")
    conversions: Decimal | None = strawberry.field(description="Null when no entry knows it.")
    conversion_value: Decimal | None = strawberry.field(description="Null when no entry knows it.")

    @classmethod
    def from_record(cls, record: ReceiptTotal) -> RunTotal:
        """The total on the wire."""
        return cls(
            currency=record.currency,
            entries=record.entries,
            spend=record.spend,
            impressions=record.impressions,
            clicks=record.clicks,
            conversions=record.conversions,
            conversion_value=record.conversion_value,
        )


@strawberry.type(
    description=(
        "What a finished run did. Compare its totals with the source's own: that is what they "
        "are for."
    )
)
class RunReceipt:
    """Receipt on the wire."""

    counters: RunCounters = strawberry.field(description="What became of every record.")
    totals: list[RunTotal] = strawberry.field(description="Sums over its range, per currency.")
    balances: bool = strawberry.field(
        description="Whether every record fetched is stored, unchanged or rejected."
    )
    changed_nothing: bool = strawberry.field(
        description="Whether all it read was already known: the same reading twice."
    )
    as_of: dt.datetime = strawberry.field(
        description="Pass it as `asOf` to read exactly what this run left behind."
    )

    @classmethod
    def from_record(cls, record: Receipt) -> RunReceipt:
        """The receipt on the wire."""
        return cls(
            counters=RunCounters.from_record(record.counters),
            totals=[RunTotal.from_record(total) for total in record.totals],
            balances=record.counters.balances,
            changed_nothing=record.changed_nothing,
            as_of=record.as_of,
        )
