"""Documents and vectors made by rule: in groups, as texts that say nearly the same."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from random import Random
from uuid import UUID

from core.records.connections import Source
from core.records.documents import Document, DocumentKind
from core.units import DateRange
from core.vectors import Vector, VectorItem

KINDS = (DocumentKind.CAMPAIGN, DocumentKind.AD_SET, DocumentKind.AD)


def unit(numbers: Sequence[float]) -> array[float]:
    length = sum(x * x for x in numbers) ** 0.5
    return array("f", [x / length for x in numbers])


def document(number: int, **changes: object) -> Document:
    fields = {
        "id": UUID(int=number + 1),
        "kind": DocumentKind.CAMPAIGN,
        "subject_id": f"{number:032x}",
        "source": Source("META_ADS"),
        "account_id": "act_1001",
        "entity_id": None,
        "campaign_id": UUID(int=number + 1),
        "channel": "paid_social",
        "period": DateRange(date(2026, 10, 1), date(2026, 10, 31)),
        "title": f"Campaign {number}",
        "text": "words",
        "content_hash": hashlib.sha256(str(number).encode()).digest(),
        "quality": 0.9,
        "learned_at": datetime(2026, 11, 1, tzinfo=UTC),
    }
    return Document(**(fields | changes))  # type: ignore[arg-type]


@dataclass
class Corpus:
    """Vectors of `dimension` numbers around a few centres, the same for the same seed."""

    seed: int
    dimension: int = 256
    centres: int = 20

    def __post_init__(self) -> None:
        self._random = Random(self.seed)  # noqa: S311 - the same seed, the same vectors
        self._centres = [self._noise() for _ in range(self.centres)]

    def vector(self, spread: float = 0.7) -> array[float]:
        centre = self._random.choice(self._centres)
        noise = zip(centre, self._noise(), strict=True)
        return unit([x + spread * y for x, y in noise])

    def items(self, count: int) -> list[VectorItem]:
        return [
            VectorItem(document(number, kind=KINDS[number % 3]), self.vector())
            for number in range(count)
        ]

    def _noise(self) -> list[float]:
        return [self._random.gauss(0, 1) for _ in range(self.dimension)]


def cosine(one: Vector, other: Vector) -> float:
    return sum(x * y for x, y in zip(one, other, strict=True))


def nearest(items: Sequence[VectorItem], vector: Vector, k: int) -> list[UUID]:
    """What a search has to find, worked out one by one."""
    ranked = sorted(items, key=lambda item: -cosine(item.vector, vector))
    return [item.document.id for item in ranked[:k]]
