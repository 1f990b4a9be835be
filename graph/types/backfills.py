"""BackfillQuote: what reading past days would take."""

from __future__ import annotations

import strawberry

from core.records.backfills import BackfillQuote as Quote
from core.records.backfills import QuotaUse as Use
from graph.bounds.sizes import listed
from graph.types.dates import DateRange


@strawberry.type(description="How much of a source's allowance a backfill uses.")
class QuotaUse:
    """QuotaUse on the wire."""

    name: str = strawberry.field(description="What is counted, and for how long.")
    calls: int = strawberry.field(description="Calls that count against it.")
    limit: int = strawberry.field(description="Calls that each period allows.")
    period_seconds: int = strawberry.field(description="Length of a period.")
    share: float = strawberry.field(
        description="Of one period's allowance; above 1 it goes on in the next period."
    )
    about: str = strawberry.field(description="Whose allowance it is, and what changes it.")

    @classmethod
    def from_record(cls, record: Use) -> QuotaUse:
        """The use on the wire."""
        return cls(
            name=record.name,
            calls=record.calls,
            limit=record.limit,
            period_seconds=record.period_seconds,
            share=record.share,
            about=record.about,
        )


@strawberry.type(
    description=(
        "What a backfill would take, before anything is queued. Estimates rest on what this "
        "connection took before (`measuredDays`), or on `basis` where it was never read."
    )
)
class BackfillQuote:
    """BackfillQuote on the wire."""

    dates: DateRange = strawberry.field(description="The days that were asked about.")
    days_settled: int = strawberry.field(
        description="Of these, how many were read after the source had stopped changing them."
    )
    days_to_read: int = strawberry.field(description="How many days would be read.")
    spans: list[DateRange] = listed("Which, newest first.", size=12)
    windows: int = strawberry.field(
        description="Readings: stretches of days that are read and replaced as a whole."
    )
    calls: int = strawberry.field(description="Calls of the source; accept them in `maxCalls`.")
    seconds: float = strawberry.field(
        description="Work, and the waits that the quotas force; waiting for its turn not counted."
    )
    records: int | None = strawberry.field(
        description="Records to expect; null where nothing was ever read."
    )
    quotas: list[QuotaUse] = listed("What it uses of each allowance.", size=4)
    measured_days: int = strawberry.field(
        description="How many days of earlier runs the estimate rests on; 0: on `basis` alone."
    )
    basis: str = strawberry.field(description="What is assumed where nothing was measured.")

    @classmethod
    def from_record(cls, record: Quote) -> BackfillQuote:
        """The quote on the wire."""
        return cls(
            dates=DateRange.from_record(record.dates),
            days_settled=record.days_settled,
            days_to_read=record.days_to_read,
            spans=[DateRange.from_record(span) for span in record.spans],
            windows=record.windows,
            calls=record.calls,
            seconds=record.seconds,
            records=record.records,
            quotas=[QuotaUse.from_record(use) for use in record.quotas],
            measured_days=record.measured_days,
            basis=record.basis,
        )
