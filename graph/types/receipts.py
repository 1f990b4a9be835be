"""What a run counted and what it ended with."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import strawberry

from core.records.receipts import CheckStatus, DayGap, ReceiptPolicy, TotalCheck
from core.records.runs import Counters, Receipt, ReceiptTotal
from graph.bounds.sizes import listed
from graph.scalars import BigInt
from graph.types.dates import DateRange
from graph.types.transformations import TransformationDiff


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


@strawberry.type(description="A day on which our total of a metric is not the platform's.")
class TotalGap:
    """DayGap on the wire."""

    date: dt.date = strawberry.field(description="The day, in the account's zone.")
    ours: Decimal | None = strawberry.field(description="What our entries sum to.")
    platform: Decimal | None = strawberry.field(description="What the platform says.")

    @classmethod
    def from_record(cls, record: DayGap) -> TotalGap:
        """The gap on the wire."""
        return cls(date=record.date, ours=record.ours, platform=record.theirs)


@strawberry.type(
    description=(
        "Our total of one metric against the platform's own total of the account, asked for after "
        "the entries were read. Days that are not over yet are left out."
    )
)
class ReceiptCheck:
    """TotalCheck on the wire."""

    metric: str = strawberry.field(description="The metric, such as `spend`.")
    status: CheckStatus = strawberry.field(description="Whether the two are the same.")
    currency: str | None = strawberry.field(description="ISO 4217; null when it is no amount.")
    dates: DateRange | None = strawberry.field(description="The days compared; null for none.")
    ours: Decimal | None = strawberry.field(description="What our entries sum to.")
    platform: Decimal | None = strawberry.field(description="What the platform says.")
    gap: Decimal | None = strawberry.field(
        description="How much of the platform's total is missing here; negative: is too much."
    )
    gap_days: int = strawberry.field(description="On how many days the two are apart.")
    gaps: list[TotalGap] = listed("Those days, the largest gap first, at most 31.", size=20)
    reason: str | None = strawberry.field(
        description="What is apart, or why nobody knows; null when the two are the same."
    )

    @classmethod
    def from_record(cls, record: TotalCheck) -> ReceiptCheck:
        """The check on the wire."""
        return cls(
            metric=record.metric,
            status=record.status,
            currency=record.currency,
            dates=DateRange.from_record(record.dates) if record.dates else None,
            ours=record.ours,
            platform=record.theirs,
            gap=record.gap,
            gap_days=record.gap_days,
            gaps=[TotalGap.from_record(gap) for gap in record.gaps],
            reason=record.reason,
        )


@strawberry.type(description="What the receipts of a connection are judged by.")
class ReceiptRules:
    """ReceiptPolicy on the wire."""

    tolerance: Decimal = strawberry.field(
        description="By which share of the platform's total ours may differ, per day and metric."
    )
    shrink_share: Decimal = strawberry.field(
        description="Which share of the entries of its days, or of their spend, may vanish at once."
    )
    shrink_entries: int = strawberry.field(description="Fewer entries than this may always vanish.")

    @classmethod
    def from_record(cls, record: ReceiptPolicy) -> ReceiptRules:
        """The rules on the wire."""
        return cls(
            tolerance=record.tolerance,
            shrink_share=record.shrink_share,
            shrink_entries=record.shrink_entries,
        )


@strawberry.type(
    description=(
        "What a finished run did, held against the platform's own totals where it has any."
    )
)
class RunReceipt:
    """Receipt on the wire."""

    counters: RunCounters = strawberry.field(description="What became of every record.")
    totals: list[RunTotal] = listed("Sums over its range, per currency.", size=3)
    balances: bool = strawberry.field(
        description="Whether every record fetched is stored, unchanged or rejected."
    )
    checks: list[ReceiptCheck] = listed(
        "Its totals against the platform's own, metric by metric.", size=10
    )
    is_complete: bool = strawberry.field(
        description="Whether nothing is known to be missing or undecided."
    )
    changed_nothing: bool = strawberry.field(
        description="Whether all it read was already known: the same reading twice."
    )
    as_of: dt.datetime = strawberry.field(
        description="Pass it as `asOf` to read exactly what this run left behind."
    )
    diff: TransformationDiff | None = strawberry.field(
        description="What a transformation changed; null for runs of other kinds."
    )

    @classmethod
    def from_record(cls, record: Receipt) -> RunReceipt:
        """The receipt on the wire."""
        return cls(
            counters=RunCounters.from_record(record.counters),
            totals=[RunTotal.from_record(total) for total in record.totals],
            balances=record.counters.balances,
            checks=[ReceiptCheck.from_record(check) for check in record.checks],
            is_complete=record.is_complete,
            changed_nothing=record.changed_nothing,
            as_of=record.as_of,
            diff=TransformationDiff.from_record(record.diff) if record.diff else None,
        )
