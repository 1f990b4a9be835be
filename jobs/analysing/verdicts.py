"""How insights that were told before turned out, and which of them are over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import numpy as np

from analysis.insights.panel import Panel
from core.metrics.catalogue import CATALOGUE, MetricKind
from core.records.findings import Finding
from core.records.insights import InsightKind, InsightRecord, InsightState, InsightVerdict
from jobs.analysing.rules import CONFIRMED_AFTER_DAYS, EXPIRES_AFTER_DAYS
from stores.postgres.analysis_work import Judging, Standing

_OF_DAYS: Final = frozenset(
    {
        InsightKind.ANOMALY,
        InsightKind.OUTAGE,
        InsightKind.MIX_SHIFT,
        InsightKind.CHANGE_POINT,
        InsightKind.QUALITY_INCIDENT,
    }
)
"""Kinds that say that something happened on certain days, which it does for ever."""
_COUNTED: Final = frozenset({InsightKind.FRESHNESS})
"""Kinds that were so when they were told, and are over once they are not told any more."""
_AHEAD: Final = frozenset({InsightKind.PACING})
"""Kinds that say where days will end: only their end shows whether they do."""
_REMAINS: Final = 0.5
"""A statement stands while at least this share of what set its figure apart is left."""
_RATIOS: Final = {
    each.metric.column: each for each in CATALOGUE.values() if each.kind is MetricKind.RATIO
}


@dataclass(frozen=True, slots=True)
class Bench:
    """What is judged by: the panel as it stands, and the day on which it does."""

    panel: Panel
    judged_since: date
    today: date

    def again(self, records: Iterable[InsightRecord]) -> Iterator[Judging]:
        """Of what is told once more: what has lasted, on days that are final, held."""
        for record in records:
            if record.verdict is None and self._is_confirmed(record):
                yield Judging(record, InsightVerdict.HELD, None, "it still holds", self._by(record))

    def _is_confirmed(self, record: InsightRecord) -> bool:
        is_ahead = record.kind in _AHEAD
        return not is_ahead and self._lasted(record) and self._is_final(record)

    def gone(self, standing: Iterable[Standing]) -> Iterator[Judging]:
        """Of what is not told any more: what it came to. What people have reopened stays open."""
        for each in standing:
            if not each.record.state.is_live or (judging := self._ended(each)) is None:
                continue
            if not each.is_reopened:
                yield judging
            elif judging.verdict is not None:
                yield replace(judging, state=None)

    def _ended(self, standing: Standing) -> Judging | None:
        record = standing.record
        if record.kind in _COUNTED:
            return self._closed(record, InsightVerdict.HELD, "it is over")
        if record.kind in _OF_DAYS:
            return self._of_days(standing)
        if record.kind in _AHEAD and record.window.until < self._last:
            return self._arrived(record)
        if record.verdict is not None or self._lasted(record):
            verdict = record.verdict or InsightVerdict.HELD
            return self._closed(record, verdict, "it is over")
        return self._closed(record, InsightVerdict.WITHDRAWN, "it does not hold any more")

    def _arrived(self, record: InsightRecord) -> Judging | None:
        """Of days that are over, once they are final: whether they came to where they were to."""
        if not self._is_final(record):
            return None
        if self._has_moved(record):
            return self._closed(record, InsightVerdict.WITHDRAWN, "its days ended elsewhere")
        return self._closed(record, InsightVerdict.HELD, "its days ended there")

    def _of_days(self, standing: Standing) -> Judging | None:
        record = standing.record
        if self._has_moved(record):
            note = "its figures were restated"
            return self._closed(record, InsightVerdict.RESTATED_AWAY, note)
        if record.window.until >= self.judged_since and self._is_final(record):
            return self._closed(record, InsightVerdict.WITHDRAWN, "it is not told any more")
        if record.window.until < self.judged_since and record.verdict is None:
            return Judging(
                record, InsightVerdict.HELD, None, "its days are final", self._by(record)
            )
        said_at = standing.said_at or record.detected_at
        if said_at.date() < self.today - timedelta(days=EXPIRES_AFTER_DAYS):
            note = f"nobody acted for {EXPIRES_AFTER_DAYS} days"
            return Judging(record, None, InsightState.EXPIRED, note, {})
        return None

    @property
    def _last(self) -> date:
        return self.panel.since + timedelta(days=self.panel.was_read.shape[1] - 1)

    def _closed(self, record: InsightRecord, verdict: InsightVerdict, note: str) -> Judging:
        new = None if verdict is record.verdict else verdict
        return Judging(record, new, InsightState.RESOLVED, note, self._by(record))

    def _lasted(self, record: InsightRecord) -> bool:
        first = record.detected_at.date()
        return self.today >= first + timedelta(days=CONFIRMED_AFTER_DAYS)

    def _is_final(self, record: InsightRecord) -> bool:
        row, days = self._row(record), self._days(record)
        if row is None or days is None:
            return True
        lows = [share[0, row, days] for share in self.panel.final_share.values()]
        return bool(self.panel.was_read[row, days].all() and np.min(lows) >= 1.0)

    def _has_moved(self, record: InsightRecord) -> bool:
        finding, now = record.finding, self._now(record)
        if finding is None or finding.observed is None or finding.expected is None or now is None:
            return False
        apart = finding.observed - finding.expected
        return apart != 0 and (now - finding.expected) / apart < _REMAINS

    def _by(self, record: InsightRecord) -> dict[str, float | None]:
        observed = record.finding.observed if record.finding else None
        return {"observed": observed, "now": self._now(record)}

    def _now(self, record: InsightRecord) -> float | None:
        """The figure of its window as it stands; None where the panel has none like it."""
        row, days = self._row(record), self._days(record)
        if record.finding is None or row is None or days is None:
            return None
        days = self._meant(record.finding, days)
        ratio = _RATIOS.get(record.metric)
        columns = [part.column for part in ratio.parts] if ratio else [record.metric]
        if columns[0] not in self.panel.figures:
            return None
        total, *below = (float(self.panel.figures[each][row, days].sum()) for each in columns)
        if ratio and below:
            total = ratio.multiplier * total / (below[0] or np.nan)
        return total if np.isfinite(total) else None

    def _meant(self, finding: Finding, days: slice) -> slice:
        """The day that its figures are of, where they are of one of several."""
        day = finding.facts.get("peak")
        if not isinstance(day, str):
            return days
        place = (date.fromisoformat(day) - self.panel.since).days
        return slice(place, place + 1)

    def _row(self, record: InsightRecord) -> int | None:
        subjects = self.panel.subjects
        return subjects.index(record.subject) if record.subject in subjects else None

    def _days(self, record: InsightRecord) -> slice | None:
        first = (record.window.since - self.panel.since).days
        last = (record.window.until - self.panel.since).days
        length = self.panel.was_read.shape[1]
        return slice(first, last + 1) if first >= 0 and last < length else None
