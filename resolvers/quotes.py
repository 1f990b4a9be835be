"""What reading days of a source takes, estimated from its manifest and from what was read."""

from __future__ import annotations

import math
from collections.abc import Sequence

from core.records.backfills import QuotaUse, ReadingHistory
from core.sources import Quota, SourceManifest
from core.units import DateRange


class Estimate:
    """Of reading `spans`: never less than the manifest says that each window costs."""

    def __init__(
        self, manifest: SourceManifest, spans: Sequence[DateRange], history: ReadingHistory
    ) -> None:
        self._cost = manifest.reading
        self._history = history
        self.days = sum(span.days for span in spans)
        self.windows = sum(math.ceil(span.days / self._cost.window_days) for span in spans)
        self.quotas = tuple(self._use(quota) for quota in manifest.quotas)

    @property
    def calls(self) -> int:
        """Calls of the source."""
        return self._pages * self._cost.calls_per_page

    @property
    def seconds(self) -> float:
        """Work at the pace of earlier runs, or at the stated one; and the waits for quotas."""
        waits = max((use.least_seconds for use in self.quotas), default=0)
        stated = self._pages * self._cost.seconds_per_page
        return max(self._scaled(self._history.seconds) or stated, waits)

    @property
    def records(self) -> int | None:
        """Records to expect; None where none was ever read."""
        found = self._scaled(self._history.records)
        return None if found is None else round(found)

    @property
    def _pages(self) -> int:
        stated = self.windows * self._cost.pages_per_window + self.days * self._cost.pages_per_day
        return max(stated, math.ceil(self._scaled(self._history.pages) or 0))

    def _scaled(self, total: float) -> float | None:
        return total / self._history.days * self.days if self._history.days else None

    def _use(self, quota: Quota) -> QuotaUse:
        counted = self.windows * quota.calls_per_window + self.days * quota.calls_per_day
        is_partial = bool(quota.calls_per_window or quota.calls_per_day)
        calls = counted if is_partial else self.calls
        return QuotaUse(quota.name, calls, quota.calls, quota.period_seconds, quota.about)
