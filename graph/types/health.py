"""Health of data: quality of many entries, days that are missing, and what was refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import strawberry

from core.quality import Dimension, Severity
from core.records.health import CheckCount, Health, SpendAtRisk
from graph.bounds.sizes import listed
from graph.scalars import BigInt
from graph.types.quality import QualityDimensions


@strawberry.type(description="Spend of entries whose score is below the threshold.")
class RiskySpend:
    """SpendAtRisk on the wire."""

    currency: str = strawberry.field(description="ISO 4217 code of the amounts.")
    at_risk: Decimal = strawberry.field(description="Spend of entries below the threshold.")
    spend: Decimal = strawberry.field(description="All spend in this currency.")
    share: float | None = strawberry.field(
        description="The former of the latter, from 0 to 1; null without spend."
    )

    @classmethod
    def from_record(cls, record: SpendAtRisk) -> RiskySpend:
        """The amounts on the wire."""
        return cls(
            currency=record.currency,
            at_risk=record.at_risk,
            spend=record.spend,
            share=record.share,
        )


@strawberry.type(description="How many entries a check applied to, and how many failed it.")
class CheckTally:
    """CheckCount on the wire."""

    id: str = strawberry.field(description="The check's name; docs/quality.md lists them all.")
    dimension: Dimension = strawberry.field(description="What it is about.")
    severity: Severity = strawberry.field(description="How much it counts.")
    about: str = strawberry.field(description="What holds where it is passed.")
    applied: BigInt = strawberry.field(description="Entries that it applied to.")
    failed: BigInt = strawberry.field(description="Those of them that failed it.")

    @classmethod
    def from_record(cls, record: CheckCount) -> CheckTally:
        """The counts on the wire."""
        check = record.check
        return cls(
            id=check.id,
            dimension=check.dimension,
            severity=check.severity,
            about=check.about,
            applied=record.applied,
            failed=record.failed,
        )


@strawberry.type(
    description=(
        "Records that were refused when they were read, because they could not be trusted at all. "
        "They have no score: rejectedRecords lists them."
    )
)
class Quarantine:
    """What was refused, on the wire."""

    records: BigInt = strawberry.field(
        description="Records read, each as often as it was; pages with any of the days count."
    )
    rejected: BigInt = strawberry.field(description="Those of them that were refused.")
    rate: float | None = strawberry.field(
        description="The latter of the former, from 0 to 1; null where none was read."
    )


@strawberry.type(description="How far data can be trusted, and what speaks against it.")
class HealthSummary:
    """Health on the wire."""

    score: float | None = strawberry.field(
        description=(
            "From 0 to 1: the weighted geometric mean of the dimensions that were assessed; null "
            "where nothing was."
        )
    )
    dimensions: QualityDimensions = strawberry.field(
        description="Over all checks of all entries together, not a mean of scores."
    )
    entries: BigInt = strawberry.field(description="How many entries there are.")
    unassessed_entries: BigInt = strawberry.field(
        description="Those of them without a score, which count for nothing in it."
    )
    worst_decile: float | None = strawberry.field(
        description="The mean score of the lowest tenth of entries: what a good mean may hide."
    )
    entries_at_risk: BigInt = strawberry.field(
        description="How many entries have a score below the threshold."
    )
    spend_at_risk: list[RiskySpend] = listed("Their spend, by currency.", size=3)
    missing_days: list[dt.date] = strawberry.field(
        description=(
            "Days that a connection should have read and never did, in order. A day without rows "
            "is none of them where the source leaves out rows of zeros."
        )
    )
    expected_days: int = strawberry.field(
        description="How many days of connections should have been read."
    )
    read_days: int = strawberry.field(
        description="How many days of connections were read; 0 for weeks, which do not count them."
    )
    mature_days: int = strawberry.field(
        description="Those of them that have settled; no part of the score."
    )
    quarantine: Quarantine = strawberry.field(description="What was refused; none for weeks.")
    checks: list[CheckTally] = listed(
        "Checks that applied to anything, the most failed first.", size=20
    )

    @classmethod
    def from_record(cls, record: Health) -> HealthSummary:
        """The health on the wire."""
        return cls(
            score=record.vector.score,
            dimensions=QualityDimensions.from_vector(record.vector),
            entries=record.entries,
            unassessed_entries=record.unassessed,
            worst_decile=record.worst_decile,
            entries_at_risk=record.at_risk_entries,
            spend_at_risk=list(map(RiskySpend.from_record, record.at_risk)),
            missing_days=list(record.missing_days),
            expected_days=record.expected_days,
            read_days=record.read_days,
            mature_days=record.mature_days,
            quarantine=Quarantine(
                records=record.records, rejected=record.rejected, rate=record.quarantine_rate
            ),
            checks=list(map(CheckTally.from_record, record.checks)),
        )
