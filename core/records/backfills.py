"""What reading past days will take: the answer before anything is queued."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core.units import DateRange


@dataclass(frozen=True, slots=True)
class ReadingHistory:
    """What whole runs of one connection took until now, summed: the newest of them.

    `days` counts days that were read, `seconds` their work without waiting.
    """

    days: int = 0
    pages: int = 0
    records: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """How much of a source's allowance a backfill uses: `calls` of `limit` in each period."""

    name: str
    calls: int
    limit: int
    period_seconds: int
    about: str

    @property
    def share(self) -> float:
        """Of one period's allowance; above 1 the backfill goes on into the next."""
        return self.calls / self.limit

    @property
    def least_seconds(self) -> int:
        """How long the calls take at least, were each period's allowance free for them."""
        return max(0, self.calls - 1) // self.limit * self.period_seconds


@dataclass(frozen=True, slots=True)
class BackfillQuote:
    """A backfill before it is queued. `spans` are the days that it would read, newest first.

    `days_settled`: days of `dates` that were read after the source had stopped restating them.
    `seconds` is work and the waits that quotas force. `records` is None where nothing was ever
    read. `measured_days`: how many days the estimate rests on; 0: on `basis` alone.
    """

    connection_id: UUID
    dates: DateRange
    spans: tuple[DateRange, ...]
    days_settled: int
    windows: int
    calls: int
    seconds: float
    records: int | None
    quotas: tuple[QuotaUse, ...]
    measured_days: int
    basis: str

    @property
    def days_to_read(self) -> int:
        """How many days it would read."""
        return sum(span.days for span in self.spans)
