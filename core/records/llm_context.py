"""What a language model is given to answer a question from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class GapReason(StrEnum):
    """Why there is not enough, or less than there seems."""

    NO_DATA = "NO_DATA"
    NOTHING_FOUND = "NOTHING_FOUND"
    NO_ROOM = "NO_ROOM"
    LEFT_OUT = "LEFT_OUT"
    NO_FIGURES = "NO_FIGURES"
    LOW_QUALITY = "LOW_QUALITY"
    STALE = "STALE"


ENOUGH_WITHOUT = frozenset({GapReason.NO_DATA, GapReason.NOTHING_FOUND, GapReason.NO_ROOM})
"""With one of these nothing can be answered."""


@dataclass(frozen=True, slots=True)
class ContextGap:
    """What is missing: a reason for programs, a sentence, and what would mend it."""

    reason: GapReason
    message: str
    mend: str
