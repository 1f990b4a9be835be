"""How receipts are judged: the platform's own totals, and shrinks that wait for a decision."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from core.records.entries import EntryKey
from core.units import DateRange


class CheckStatus(StrEnum):
    """Whether our total of a metric is the platform's."""

    MATCHED = "MATCHED"
    MISMATCHED = "MISMATCHED"
    NOT_ASSESSED = "NOT_ASSESSED"


class ShrinkState(StrEnum):
    """What became of a shrink that was held."""

    HELD = "HELD"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class ReceiptPolicy:
    """What a connection's receipts are judged by.

    `tolerance`: by which share of the platform's total ours may differ, per day and metric.
    A reading is held when at least `shrink_entries` entries would vanish, and these are more
    than `shrink_share` of the entries of its days, or of their spend.
    """

    tolerance: Decimal = Decimal("0.005")
    shrink_share: Decimal = Decimal("0.2")
    shrink_entries: int = 10

    def changed(self, **parts: Any) -> ReceiptPolicy:
        """This policy with those of `parts` in it that are not None."""
        return replace(self, **{name: part for name, part in parts.items() if part is not None})


@dataclass(frozen=True, slots=True)
class DayGap:
    """One day on which our total of a metric is not the platform's; None is unknown."""

    date: date
    ours: Decimal | None
    theirs: Decimal | None


@dataclass(frozen=True, slots=True)
class TotalCheck:
    """Our total of one metric over `dates` against the platform's own.

    `currency` is None where the metric is no amount. `reason` says why it was not assessed, or
    what is apart. `gaps` are the days beyond the tolerance, the largest first, of which a receipt
    keeps at most 31; `gap_days` counts them all.
    """

    metric: str
    status: CheckStatus
    currency: str | None = None
    dates: DateRange | None = None
    ours: Decimal | None = None
    theirs: Decimal | None = None
    gap_days: int = 0
    gaps: tuple[DayGap, ...] = ()
    reason: str | None = None

    @property
    def gap(self) -> Decimal | None:
        """How much of the platform's total is missing here; negative: how much is too much."""
        if self.ours is None or self.theirs is None:
            return None
        return self.theirs - self.ours


@dataclass(frozen=True, slots=True)
class ShrinkDay:
    """What of one day would vanish."""

    date: date
    entries: int
    spend: Decimal | None


@dataclass(frozen=True, slots=True)
class HeldShrink:
    """A reading that brought so much less that nothing was buried until somebody decides.

    `standing` counts the entries of the days read, `entries` those of them that would vanish;
    `spend` is that of the latter, in the connection's currency. `sample` names those with the
    most spend.
    """

    run_id: UUID
    state: ShrinkState
    standing: int
    entries: int
    spend: Decimal | None
    currency: str
    days: tuple[ShrinkDay, ...]
    sample: tuple[EntryKey, ...] = field(repr=False)
    held_at: datetime
    decided_at: datetime | None
    decided_by: str | None
