"""What people want of an insight: that it is in a state, or said to have been of use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from core.errors import Conflict
from core.records.findings import CauseKind
from core.records.insights import InsightState, InsightVerdict


class InsightRating(StrEnum):
    """What people say of an insight: those of the verdicts that are theirs."""

    ACTED_ON = "ACTED_ON"
    NOT_USEFUL = "NOT_USEFUL"

    @property
    def verdict(self) -> InsightVerdict:
        """The verdict it is."""
        return InsightVerdict(self.value)


@dataclass(frozen=True, slots=True)
class InsightWord:
    """What is said with an act: a note, what was behind the insight, and the event that it was."""

    note: str | None = None
    cause: CauseKind | None = None
    calendar_event_id: UUID | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said."""
        return self == InsightWord()


@dataclass(frozen=True, slots=True)
class InsightWish:
    """Into which state an insight is to be brought, and what is said with it.

    `learned_at` is the version that was decided by; None: whatever it says now.
    """

    state: InsightState
    word: InsightWord = InsightWord()
    learned_at: datetime | None = None


_LIVE: Final = frozenset(state for state in InsightState if state.is_live)
_FROM: Final[Mapping[InsightState, frozenset[InsightState]]] = MappingProxyType(
    {
        InsightState.OPEN: frozenset(InsightState),
        InsightState.ACKNOWLEDGED: frozenset({InsightState.OPEN, InsightState.ACKNOWLEDGED}),
        InsightState.EXPLAINED: _LIVE,
        InsightState.RESOLVED: _LIVE | {InsightState.RESOLVED},
        InsightState.EXPIRED: frozenset(),
    }
)
"""From which states people bring an insight into each; EXPIRED is analysis's alone."""


def may_become(standing: InsightState, wished: InsightState) -> bool:
    """Whether people may bring an insight from the one state into the other."""
    return standing in _FROM[wished]


def require_way(standing: InsightState, wished: InsightState) -> None:
    """Conflict where no way leads from the one state into the other."""
    if not may_become(standing, wished):
        raise Conflict(f"the insight is {standing}", field="insightId", mend="reopen it first")
