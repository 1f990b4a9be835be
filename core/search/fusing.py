"""Reciprocal rank fusion: orders of several modes made one, by places alone.

Cormack, Clarke, Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank
Learning Methods", SIGIR 2009.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import Final, TypeVar
from uuid import UUID

from core.records.search import Candidate, ModeAnswer, Ranked, SearchMode, Signal

T = TypeVar("T")

K: Final = 30
"""How far down a place still counts. The paper has 60, for lists that are ten times as long."""

WEIGHTS: Final[Mapping[SearchMode, float]] = MappingProxyType(
    {
        SearchMode.LEXICAL: 1.0,
        SearchMode.NEURAL: 1.0,
        SearchMode.KNOWLEDGE: 1.0,
        SearchMode.CONCEPTUAL: 3.0,
    }
)
"""How much a mode's places count: as they did best on one half of the questions of tests/search.

A direction says nothing of what a question is about, and orders what the others found.
"""


def fuse(
    answers: Sequence[ModeAnswer],
    weights: Mapping[SearchMode, float] = WEIGHTS,
    most: int | None = None,
) -> tuple[Ranked, ...]:
    """The `most` best documents by Σ w / (K + rank) over the modes that found them, ties by id.

    Candidates of equal score within a mode all have the place of their first.
    """
    scores: defaultdict[UUID, float] = defaultdict(float)
    found: defaultdict[UUID, list[tuple[SearchMode, int, Candidate]]] = defaultdict(list)
    for answer in answers:
        for candidate, rank in _placed(answer.candidates):
            scores[candidate.document_id] += weights[answer.mode] / (K + rank)
            found[candidate.document_id].append((answer.mode, rank, candidate))
    order = sorted(scores, key=lambda each: (-scores[each], each.bytes))
    return tuple(_ranked(each, scores[each], found[each]) for each in order[:most])


def alone(answer: ModeAnswer, most: int | None = None) -> tuple[Ranked, ...]:
    """The `most` best of a single mode, with its own scores."""
    placed = islice(_placed(answer.candidates), most)
    return tuple(
        _ranked(each.document_id, each.score, [(answer.mode, rank, each)]) for each, rank in placed
    )


def _ranked(
    document_id: UUID, score: float, found: Sequence[tuple[SearchMode, int, Candidate]]
) -> Ranked:
    return Ranked(
        document_id,
        score,
        tuple(Signal(mode, rank, each.score) for mode, rank, each in found),
        _distinct([word for *_, each in found for word in each.words]),
        _distinct([path for *_, each in found for path in each.paths]),
    )


def _placed(candidates: Sequence[Candidate]) -> Iterable[tuple[Candidate, int]]:
    """Each candidate with its place."""
    places: dict[float, int] = {}
    for place, each in enumerate(candidates, 1):
        yield each, places.setdefault(each.score, place)


def _distinct(found: Sequence[T]) -> tuple[T, ...]:
    """Each once, in order. There are a few: comparing them takes less than hashing whole paths."""
    return tuple(each for place, each in enumerate(found) if each not in found[:place])
