"""Words for what analysis found: templates over a finding's own figures, and nothing else.

The rule of rounding: 100 and above to whole numbers, below to two decimals, below 1 to three
significant digits; shares to whole per cent from 10 on, below to one decimal. What is estimated is
"about", and stands with the interval that holds it. That one thing happened because of another is
never said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.insight_words.kinds import TEMPLATES
from core.insight_words.looks import next_look
from core.insight_words.phrases import certainty, happened
from core.records.findings import Finding

__all__ = ["SUBJECT", "Words", "words"]

SUBJECT: Final = "subject"
"""The fact that is the name of whom a finding that was kept is about."""


@dataclass(frozen=True, slots=True)
class Words:
    """A finding in one line, in full sentences, and where to look next."""

    title: str
    text: str
    next_look: str


def words(finding: Finding) -> Words:
    """What is told of a finding; its subject's name is a fact of it, and told as it is."""
    name = str(finding.facts.get(SUBJECT) or finding.subject.key)
    template = TEMPLATES[finding.kind]
    sentences = (template.text(finding, name), *happened(finding), certainty(finding))
    text = " ".join(each for each in sentences if each)
    return Words(template.title(finding, name), text, next_look(finding))
