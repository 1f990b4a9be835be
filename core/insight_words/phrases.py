"""What is said of every kind alike: whom it is about, what was at work, and how sure it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from core.explained import is_explained
from core.insight_words.figures import money, number, percent, when
from core.records.findings import CauseKind, Finding, SubjectLevel

_AT_WORK: Final = {
    CauseKind.OUTAGE: "outage",
    CauseKind.RESTATEMENT: "restatement",
    CauseKind.TRACKING: "tracking",
    CauseKind.CALENDAR: "calendar",
    CauseKind.SPEND: "spend",
    CauseKind.DEMAND: "demand",
}
_LEAST = 0.0001
_MOST_CAUSES = 5


def subject(finding: Finding, name: str) -> str:
    """Whom it is about, such as `campaign Summer`."""
    if finding.subject.level is SubjectLevel.TENANT:
        return "all accounts"
    kind = "account" if finding.subject.level is SubjectLevel.CONNECTION else None
    return f"{kind or finding.subject.level.value.lower()} {name}"


def fact(finding: Finding, name: str) -> float:
    """A number among the facts; 0 where an older release did not write it."""
    value = finding.facts.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def word(finding: Finding, name: str) -> str:
    """A text among the facts."""
    return str(finding.facts.get(name) or "")


def capital(sentence: str) -> str:
    """With its first letter large; names further on stay as they are."""
    return sentence[:1].upper() + sentence[1:]


def happened(finding: Finding) -> Iterator[str]:
    """Money at stake, what was at work, and whether the figures are final."""
    if finding.at_stake:
        yield f"About {money(finding, float(finding.at_stake))} are at stake."
    if finding.causes:
        told = finding.causes[:_MOST_CAUSES]
        named = "; ".join(
            f"{_AT_WORK[each.kind]}: {each.label} ({when(each.window)})" for each in told
        )
        yield f"At work at the same time: {named}. Whether that is the reason is not known."
    if is_explained(finding):
        yield "It was so on all of these days: its severity is one step lower."
    if not finding.is_final:
        yield "Some of these days may still change."


def certainty(finding: Finding) -> str:
    """Method, days and chances, so that anybody may judge it."""
    if finding.p is None:
        return ""
    days = "1 day" if finding.n == 1 else f"{number(finding.n)} days"
    told = f"Method: {finding.method}, from {days}; p {_chance(finding.p)}"
    if finding.q is None:
        return f"{told}."
    return f"{told}, and of all that is told with it at most {_of(finding.q)} is false by chance."


def _chance(value: float) -> str:
    return f"below {_LEAST}" if value < _LEAST else number(value)


def _of(value: float) -> str:
    return percent(max(value, 0.001))
