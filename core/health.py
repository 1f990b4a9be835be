"""Health of data from what the store counted: pure, and the same for the same moment."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import ceil, exp
from types import MappingProxyType
from typing import Final

from core.quality import (
    CHECKS,
    PLACES,
    Counted,
    Dimension,
    QualityVector,
    entry_vector,
    pooled_vector,
)
from core.records.health import (
    CheckCount,
    ConnectionFacts,
    DataHealth,
    EntryCount,
    Health,
    HealthFilter,
    SpendAtRisk,
)
from core.records.schedules import timetable
from core.sources import SourceKind
from core.units import DateRange

UNSCHEDULED: Final = timedelta(hours=24)
"""How old a reading may be where no schedule says when the next is due."""
GRACE: Final = timedelta(hours=1)
"""How long a scheduled reading may take."""
DECAY: Final = timedelta(hours=24)
"""Timeliness is exp(-overdue / DECAY): a day overdue leaves 0.37, two days 0.14."""
THRESHOLD: Final = 0.9
"""The score below which an entry's spend is at risk, unless the caller says otherwise."""

_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)
_DECILE: Final = 10


@dataclass(frozen=True, slots=True)
class _Days:
    """Days that a connection should have been read on, and which of them it was not."""

    expected: int
    missing: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """At which moment, over which days and below which score."""

    as_of: datetime
    where: HealthFilter
    threshold: float = THRESHOLD

    def of(self, facts: Sequence[ConnectionFacts], counts: Sequence[EntryCount]) -> DataHealth:
        """The health of everything that `facts` and `counts` tell of."""
        by_connection: dict[object, list[EntryCount]] = defaultdict(list)
        for count in counts:
            by_connection[count.connection_id].append(count)
        sources = {each.source: [f for f in facts if f.source is each.source] for each in facts}
        connections = {each.id: self._health([each], by_connection[each.id]) for each in facts}
        return DataHealth(
            as_of=self.as_of,
            where=self.where,
            whole=self._health(facts, counts),
            sources={
                source: self._health(of, [c for f in of for c in by_connection[f.id]])
                for source, of in sources.items()
            },
            connections=connections,
            weeks={week: self._week(week, facts, counts) for week in weeks(self.where.dates)},
        )

    def _health(self, facts: Sequence[ConnectionFacts], counts: Sequence[EntryCount]) -> Health:
        days = [self._days(each, self.where.dates) for each in facts]
        timely = [each for each in map(self._timeliness, facts) if each is not None]
        shares = _entry_shares(counts)
        _with_days(shares, days)
        _with_accuracy(shares, facts, self.where.dates)
        if timely:
            shares[Dimension.TIMELINESS] = round(sum(timely) / len(timely), PLACES)
        return self._told(shares, counts, days, facts)

    def _week(
        self, week: date, facts: Sequence[ConnectionFacts], counts: Sequence[EntryCount]
    ) -> Health:
        dates = self.where.dates
        span = DateRange(max(week, dates.since), min(week + _WEEK - _DAY, dates.until))
        days = [self._days(each, span) for each in facts]
        of_week = [each for each in counts if each.week == week]
        shares = _entry_shares(of_week)
        _with_days(shares, days)
        _with_accuracy(shares, facts, span)
        return self._told(shares, of_week, days, ())

    def _told(
        self,
        shares: Mapping[Dimension, float],
        counts: Sequence[EntryCount],
        days: Sequence[_Days],
        facts: Sequence[ConnectionFacts],
    ) -> Health:
        scores = _scores(counts)
        below = [score is not None and score < self.threshold for score in scores]
        risky = [count for count, is_below in zip(counts, below, strict=True) if is_below]
        return Health(
            vector=QualityVector(MappingProxyType(dict(_ordered(shares)))),
            entries=sum(each.entries for each in counts),
            unassessed=sum(c.entries for c, s in zip(counts, scores, strict=True) if s is None),
            worst_decile=_worst_decile(counts, scores),
            at_risk=_at_risk(counts, risky),
            at_risk_entries=sum(each.entries for each in risky),
            missing_days=tuple(sorted({day for each in days for day in each.missing})),
            expected_days=sum(each.expected for each in days),
            read_days=sum(len(each.read_days) for each in facts),
            mature_days=sum(each.mature_days for each in facts),
            records=sum(each.records for each in facts),
            rejected=sum(each.rejected for each in facts),
            checks=_check_counts(counts),
        )

    def _days(self, facts: ConnectionFacts, dates: DateRange) -> _Days:
        """From the first day ever read to the last: what follows is overdue, not missing."""
        first, last = facts.first_day, facts.last_day
        if not facts.source.manifest.quality.omits_zero_rows or first is None or last is None:
            return _Days(0, ())
        since, until = max(dates.since, first), min(dates.until, last)
        expected = [since + n * _DAY for n in range(max(0, (until - since).days + 1))]
        read = set(facts.read_days)
        return _Days(len(expected), tuple(day for day in expected if day not in read))

    def _timeliness(self, facts: ConnectionFacts) -> float | None:
        if not is_promised(facts):
            return None
        overdue = self.as_of - due_at(facts)
        return round(exp(-max(overdue, timedelta(0)) / DECAY), PLACES)


def is_promised(facts: ConnectionFacts) -> bool:
    """Whether anything is promised of how fresh a connection is: what is sent to us is not."""
    return facts.source.manifest.kind is SourceKind.PULL and facts.is_active


def due_at(facts: ConnectionFacts) -> datetime:
    """When a connection had to be read again: by its schedules, or a day after it last was."""
    fresh = facts.fresh_at or facts.created_at
    fires = [
        timetable(each.id, each.timing, facts.time_zone, each.created_at).next_after(fresh)
        for each in facts.promises
    ]
    return min(fires) + GRACE if fires else fresh + UNSCHEDULED


def weeks(dates: DateRange) -> tuple[date, ...]:
    """The Mondays of the weeks that `dates` touch."""
    first = dates.since - timedelta(days=dates.since.weekday())
    return tuple(first + n * _WEEK for n in range((dates.until - first).days // 7 + 1))


def _entry_shares(counts: Iterable[EntryCount]) -> dict[Dimension, float]:
    pooled: Counter[tuple[int, int]] = Counter()
    for each in counts:
        if each.applied is not None:
            pooled[each.applied, each.failed or 0] += each.entries
    return dict(pooled_vector(Counted(*masks, n) for masks, n in pooled.items()).shares)


def _with_days(shares: dict[Dimension, float], days: Iterable[_Days]) -> None:
    """A day that is missing lacks every field: completeness is the share of both together."""
    found = list(days)
    expected = sum(each.expected for each in found)
    if expected:
        read = 1 - sum(len(each.missing) for each in found) / expected
        fields = shares.get(Dimension.COMPLETENESS, 1.0)
        shares[Dimension.COMPLETENESS] = round(fields * read, PLACES)


def _with_accuracy(
    shares: dict[Dimension, float], facts: Iterable[ConnectionFacts], dates: DateRange
) -> None:
    found = [
        pair
        for each in facts
        for day, pair in each.compared.items()
        if dates.since <= day <= dates.until
    ]
    compared = sum(pair[0] for pair in found)
    if compared:
        apart = sum(pair[1] for pair in found)
        shares[Dimension.ACCURACY] = round(1 - apart / compared, PLACES)


def _ordered(shares: Mapping[Dimension, float]) -> Iterable[tuple[Dimension, float]]:
    return ((each, shares[each]) for each in Dimension if each in shares)


def _scores(counts: Sequence[EntryCount]) -> list[float | None]:
    known = {pair: entry_vector(*pair).score for pair in {(c.applied, c.failed) for c in counts}}
    return [known[count.applied, count.failed] for count in counts]


def _worst_decile(counts: Sequence[EntryCount], scores: Sequence[float | None]) -> float | None:
    assessed = sorted(
        (score, count.entries)
        for count, score in zip(counts, scores, strict=True)
        if score is not None
    )
    wanted = ceil(sum(entries for _, entries in assessed) / _DECILE)
    left, total = wanted, 0.0
    for score, entries in assessed:
        taken = min(left, entries)
        total, left = total + score * taken, left - taken
    return round(total / wanted, PLACES) if wanted else None


def _at_risk(counts: Sequence[EntryCount], risky: Sequence[EntryCount]) -> tuple[SpendAtRisk, ...]:
    spend, lost = _spend(counts), _spend(risky)
    return tuple(
        SpendAtRisk(currency, lost.get(currency, Decimal(0)), total)
        for currency, total in sorted(spend.items())
    )


def _spend(counts: Iterable[EntryCount]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for each in counts:
        if each.spend is not None:
            found[each.currency] = found.get(each.currency, Decimal(0)) + each.spend
    return found


def _check_counts(counts: Sequence[EntryCount]) -> tuple[CheckCount, ...]:
    """Of the checks that applied to anything, the most failed first."""
    found = [
        CheckCount(
            check,
            sum(each.entries for each in counts if (each.applied or 0) & check.mask),
            sum(each.entries for each in counts if (each.failed or 0) & check.mask),
        )
        for check in CHECKS
    ]
    applied = [each for each in found if each.applied]
    return tuple(sorted(applied, key=lambda each: (-each.failed, each.check.bit)))
