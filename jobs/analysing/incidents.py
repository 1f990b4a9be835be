"""Which insights tell of one thing that happened.

Two share a cause where their days touch and
- a run restated both, or both are a gap in the same total of an account;
- both are about one subject and begin within two days of each other;
- one is about a part of what the other is about, in the same metric and to the same side, and
  they begin so; or
- one says that nothing came from an account, or that it restated that metric to that side within
  two weeks, and the other moved on those days on something that the account is a part of.
What shares a cause with a third is of one incident with it, and what was of one incident stays so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from core.records.findings import Finding, Subject, SubjectLevel
from core.records.insights import InsightKind, InsightRecord
from core.scope import TenantId
from core.units import DateRange
from stores.postgres.analysis_work import Standing, Telling

_SPACE: Final = UUID("c7f4e6b6-0d52-5d0e-9f0d-6f8f6d1c5a21")
_MOVED: Final = frozenset(
    {InsightKind.ANOMALY, InsightKind.CHANGE_POINT, InsightKind.MIX_SHIFT, InsightKind.TREND}
)
_SILENT: Final = frozenset({InsightKind.OUTAGE, InsightKind.FRESHNESS})
_EXACT: Final = frozenset({InsightKind.RESTATEMENT, InsightKind.TOTAL_GAP})
_HAPPENED: Final = _MOVED | _SILENT | _EXACT | {InsightKind.QUALITY_INCIDENT}
"""The kinds that say that something happened; the others say how things are."""
_SUMS: Final = frozenset({"spend", "impressions", "clicks", "conversions", "conversion_value"})
"""What there is less of where nothing comes."""
_NEAR: Final = timedelta(days=2)
_LONGEST: Final = 14
"""Days of a restatement; a longer one touches whatever happened."""
_LEVELS: Final = tuple(SubjectLevel)


@dataclass(frozen=True, slots=True)
class Member:
    """What may be of an incident: its `key` is the fingerprint, or the id of what is exact.

    `side` is where it moved: 1, -1, or 0 for neither. `incident_id` is the incident that it is of
    since `raised_at`, both None of what is told for the first time.
    """

    key: UUID
    kind: InsightKind
    subject: Subject
    metric: str
    window: DateRange
    side: int
    run_id: UUID | None = None
    incident_id: UUID | None = None
    raised_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Nesting:
    """Which subjects are parts of which: by campaign its channel, and channels by account."""

    channel_of: Mapping[Subject, str]
    accounts: frozenset[tuple[UUID | None, str]]

    @classmethod
    def of(cls, channel_of: Mapping[Subject, str]) -> Nesting:
        """By the channels of campaigns."""
        pairs = ((subject.connection_id, channel) for subject, channel in channel_of.items())
        return cls(channel_of, frozenset(pairs))

    def holds(self, one: Subject, other: Subject) -> bool:
        """Whether one of the two is a part of the other; a channel and an account may share one."""
        wide, narrow = sorted((one, other), key=lambda each: _LEVELS.index(each.level))
        if wide.level is narrow.level:
            return wide == narrow
        match wide.level:
            case SubjectLevel.TENANT:
                return True
            case SubjectLevel.CONNECTION if narrow.level is SubjectLevel.CHANNEL:
                return (wide.connection_id, narrow.key) in self.accounts
            case SubjectLevel.CONNECTION:
                return wide.connection_id == narrow.connection_id
        return self.channel_of.get(narrow) == wide.key


def told_member(telling: Telling) -> Member:
    """A finding that is told now."""
    known = telling.standing
    incident_id, raised_at = (known.incident_id, known.detected_at) if known else (None, None)
    return _found(telling.finding, telling.fingerprint, incident_id, raised_at)


def standing_member(record: InsightRecord, fingerprint: UUID) -> Member | None:
    """An insight that analysis told before; None where it is no finding."""
    if record.finding is None:
        return None
    return _found(record.finding, fingerprint, record.incident_id, record.detected_at)


def exact_member(record: InsightRecord) -> Member:
    """An insight that came with its run."""
    before, after = record.exact
    return Member(
        key=record.id,
        kind=record.kind,
        subject=record.subject,
        metric=record.metric,
        window=record.window,
        side=int(after > before) - int(after < before),
        run_id=record.run_id,
        incident_id=record.incident_id,
        raised_at=record.detected_at,
    )


def members(
    telling: Sequence[Telling], gone: Sequence[Standing], exact: Sequence[InsightRecord]
) -> tuple[Member, ...]:
    """Whatever may be of an incident: what is told now, what was told before, what is exact."""
    before = (standing_member(each.record, each.fingerprint) for each in gone)
    found = (*map(told_member, telling), *before, *map(exact_member, exact))
    return tuple(each for each in found if each is not None and each.kind in _HAPPENED)


def incidents(tenant_id: TenantId, of: Iterable[Member], nesting: Nesting) -> Mapping[UUID, UUID]:
    """The incident of each member, by its key: the one that was raised first goes on."""
    placed: dict[UUID, UUID] = {}
    for group in _groups(sorted(of, key=_place), nesting):
        incident_id = _known(group) or uuid5(_SPACE, f"{tenant_id}\x1f{group[0].key}")
        placed |= {each.key: incident_id for each in group}
    return placed


def _found(
    finding: Finding, key: UUID, incident_id: UUID | None, raised_at: datetime | None
) -> Member:
    size = finding.effect.size if finding.effect else 0.0
    return Member(
        key=key,
        kind=finding.kind,
        subject=finding.subject,
        metric=finding.metric,
        window=finding.window,
        side=int(size > 0) - int(size < 0),
        incident_id=incident_id,
        raised_at=raised_at,
    )


def _place(member: Member) -> tuple[date, int, str]:
    return member.window.since, _LEVELS.index(member.subject.level), str(member.key)


def _known(group: Sequence[Member]) -> UUID | None:
    known = [
        (each.raised_at, each.incident_id)
        for each in group
        if each.incident_id is not None and each.raised_at is not None
    ]
    return min(known)[1] if known else None


def _groups(ordered: Sequence[Member], nesting: Nesting) -> Iterator[list[Member]]:
    """Those that hang together, each group in the order in which they begin."""
    root = list(range(len(ordered)))

    def find(place: int) -> int:
        while root[place] != place:
            root[place] = place = root[root[place]]
        return place

    for one, other in _pairs(ordered, nesting):
        first, second = sorted((find(one), find(other)))
        root[second] = first
    groups: dict[int, list[Member]] = {}
    for place, member in enumerate(ordered):
        groups.setdefault(find(place), []).append(member)
    yield from groups.values()


def _pairs(ordered: Sequence[Member], nesting: Nesting) -> Iterator[tuple[int, int]]:
    """Places of two that are of one incident: they were before, or they share a cause."""
    first: dict[UUID, int] = {}
    lasting: list[int] = []
    for place, member in enumerate(ordered):
        if member.incident_id is not None:
            yield first.setdefault(member.incident_id, place), place
        lasting = [each for each in lasting if ordered[each].window.until >= member.window.since]
        for each in lasting:
            if _share(ordered[each], member, nesting):
                yield each, place
        lasting.append(place)


def _share(earlier: Member, later: Member, nesting: Nesting) -> bool:
    """Whether two share a cause whose days touch, the earlier of which begins no later."""
    if earlier.kind in _EXACT and later.kind in _EXACT:
        return _is_one_reading(earlier, later)
    is_near = later.window.since - earlier.window.since <= _NEAR
    for fault, move in ((earlier, later), (later, earlier)):
        if fault.kind in _EXACT:
            return _is_restated(fault, move, nesting)
        if fault.kind in _SILENT and move.kind in _MOVED and move.metric in _SUMS:
            begins = is_near or fault is earlier
            return begins and move.side < 0 and nesting.holds(fault.subject, move.subject)
    if earlier.subject == later.subject:
        return is_near
    is_alike = earlier.metric == later.metric and earlier.side == later.side != 0
    return is_near and is_alike and nesting.holds(earlier.subject, later.subject)


def _is_one_reading(one: Member, other: Member) -> bool:
    """Of one account and run; a gap in a total is the same gap in every run that finds it."""
    gaps = one.kind is other.kind is InsightKind.TOTAL_GAP and one.metric == other.metric
    return one.subject == other.subject and (one.run_id == other.run_id or gaps)


def _is_restated(exact: Member, move: Member, nesting: Nesting) -> bool:
    if exact.kind is not InsightKind.RESTATEMENT or move.kind not in _MOVED:
        return False
    is_alike = (exact.metric, exact.side) == (move.metric, move.side)
    is_short = exact.window.days <= _LONGEST
    return is_alike and is_short and nesting.holds(exact.subject, move.subject)
