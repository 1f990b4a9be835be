"""How good an order of documents is, from grades 0 to 3. Of no more than ten places."""

from __future__ import annotations

from collections.abc import Sequence
from math import log2
from typing import Final

ANSWERS: Final = 2
"""From which grade on a document answers its question."""


def recall_at_5(grades: Sequence[int], ideal: Sequence[int]) -> float:
    """The share of what answers that is among the first five, of at most five."""
    there = sum(grade >= ANSWERS for grade in ideal)
    return sum(grade >= ANSWERS for grade in grades[:5]) / min(5, there)


def reciprocal_rank(grades: Sequence[int]) -> float:
    """1 over the place of the first that answers; 0 where none of ten does."""
    places = (place for place, grade in enumerate(grades[:10], 1) if grade >= ANSWERS)
    return 1 / next(places, float("inf"))


def ndcg_at_10(grades: Sequence[int], ideal: Sequence[int]) -> float:
    """Gains 2^grade - 1, discounted by log2 of the place, over the best order's."""
    return _gain(grades[:10]) / _gain(sorted(ideal, reverse=True)[:10])


def _gain(grades: Sequence[int]) -> float:
    return sum(((1 << grade) - 1) / log2(place + 1) for place, grade in enumerate(grades, 1))
