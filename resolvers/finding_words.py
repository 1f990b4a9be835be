"""The words of what analysis found, as `core.insight_words` tells them."""

from __future__ import annotations

from core.insight_words import SUBJECT, words
from core.records.findings import Finding, SubjectLevel


def title(finding: Finding) -> str:
    """The statement in one line."""
    return words(finding).title


def text(finding: Finding) -> str:
    """The statement in full sentences, with how sure it is and what was at work."""
    return words(finding).text


def next_look(finding: Finding) -> str:
    """Where to look next, before anything is changed."""
    return words(finding).next_look


def subject(finding: Finding) -> str:
    """What it is about, by name."""
    if finding.subject.level is SubjectLevel.TENANT:
        return "all accounts"
    return str(finding.facts.get(SUBJECT) or finding.subject.key)
