"""Whether a finding is one that was told before.

The same kind, subject and metric, to the same side, over days that touch, and of a budget the
same one: then it is the same statement, however its figures or its ends moved. It keeps the
fingerprint of its onset, by which two analyses that find it at once write one insight.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID, uuid5

from analysis.insights.pacing import BUDGET
from core.records.findings import Finding
from core.records.insights import InsightRecord, InsightState
from core.scope import TenantId
from core.units import DateRange
from stores.postgres.analysis_work import Standing
from stores.postgres.insight_records import BY

_SPACE: Final = UUID("7c7b9a52-5a3e-5e0c-9d53-0b6a1f1d7a35")

Statement: TypeAlias = tuple[str, str, str, str, str, int, str]


@dataclass(frozen=True, slots=True)
class Matched:
    """A finding with the insight that told it before, if one did."""

    finding: Finding
    fingerprint: UUID
    standing: InsightRecord | None
    state: InsightState


def matched(
    tenant_id: TenantId, findings: Iterable[Finding], standing: Sequence[Standing]
) -> Iterator[Matched]:
    """Each finding once, and each insight at most once: those that touch longest first."""
    known: defaultdict[Statement, list[Standing]] = defaultdict(list)
    for each in standing:
        if each.record.finding is not None:
            known[_statement(each.record.finding)].append(each)
    for finding in findings:
        candidates = known[_statement(finding)]
        best = max(
            candidates,
            key=lambda each: _shared(each.record.window, finding.window),
            default=None,
        )
        if best is None or _shared(best.record.window, finding.window) <= 0:
            yield Matched(finding, _fingerprint(tenant_id, finding), None, InsightState.OPEN)
            continue
        candidates.remove(best)
        yield Matched(finding, best.fingerprint, best.record, _state(best))


def _state(standing: Standing) -> InsightState:
    """What an analysis had ended is open again; what people say stays."""
    state = standing.record.state
    return InsightState.OPEN if not state.is_live and standing.set_by == BY else state


def _statement(finding: Finding) -> Statement:
    subject = finding.subject
    return (
        finding.kind.value,
        subject.level.value,
        subject.key,
        finding.metric,
        finding.currency or "",
        _side(finding),
        str(finding.facts.get(BUDGET, "")),
    )


def _side(finding: Finding) -> int:
    size = finding.effect.size if finding.effect else 0.0
    return int(size > 0) - int(size < 0)


def _shared(one: DateRange, other: DateRange) -> int:
    """How many days two windows share."""
    return (min(one.until, other.until) - max(one.since, other.since)).days + 1


def _fingerprint(tenant_id: TenantId, finding: Finding) -> UUID:
    parts = (str(tenant_id), *map(str, _statement(finding)), finding.window.since.isoformat())
    return uuid5(_SPACE, "\x1f".join(parts))
