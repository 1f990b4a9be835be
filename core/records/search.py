"""Questions about a tenant's documents, and what answers them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID


class SearchMode(StrEnum):
    """By what documents are found."""

    NEURAL = "NEURAL"
    LEXICAL = "LEXICAL"
    CONCEPTUAL = "CONCEPTUAL"
    KNOWLEDGE = "KNOWLEDGE"
    HYBRID = "HYBRID"


SINGLE_MODES: Final = (
    SearchMode.LEXICAL,
    SearchMode.KNOWLEDGE,
    SearchMode.CONCEPTUAL,
    SearchMode.NEURAL,
)
"""Those that HYBRID fuses."""


class Concept(StrEnum):
    """A dimension of the marketing space; its definition is in core.search.concepts."""

    ENGAGEMENT = "ENGAGEMENT"
    CONVERSION_POTENTIAL = "CONVERSION_POTENTIAL"
    BRAND_ALIGNMENT = "BRAND_ALIGNMENT"
    EMOTIONAL_IMPACT = "EMOTIONAL_IMPACT"
    VIRAL_POTENTIAL = "VIRAL_POTENTIAL"
    TARGETING_PRECISION = "TARGETING_PRECISION"
    COST_EFFICIENCY = "COST_EFFICIENCY"
    TIMING_RELEVANCE = "TIMING_RELEVANCE"
    COMPETITIVE_ADVANTAGE = "COMPETITIVE_ADVANTAGE"
    MEASURABILITY = "MEASURABILITY"


class WhyUnknown(StrEnum):
    """Why a document has no place in a dimension."""

    NOT_MEASURED = "NOT_MEASURED"
    NOT_REPORTED = "NOT_REPORTED"
    TOO_FEW_PEERS = "TOO_FEW_PEERS"


@dataclass(frozen=True, slots=True)
class Coordinate:
    """A document's place in one dimension.

    `percentile` is from 0 to 1 among `peers` documents of its kind, channel, season and currency,
    itself included; None where `unknown` says why.
    """

    concept: Concept
    percentile: float | None
    unknown: WhyUnknown | None
    peers: int = 0


@dataclass(frozen=True, slots=True)
class DocumentPlaces:
    """A document's places in all dimensions, in the order of Concept."""

    document_id: UUID
    places: tuple[Coordinate, ...]


@dataclass(frozen=True, slots=True)
class DocumentFigures:
    """Sums over a document's entity and period as they stand now; None is unknown.

    Amounts are in `currency`, None where there are no entries any more. `is_stale`: something was
    learned of these days since the document was written, so that its words may be out of date.
    """

    currency: str | None
    spend: Decimal | None
    impressions: int | None
    clicks: int | None
    conversions: Decimal | None
    conversion_value: Decimal | None
    is_stale: bool


@dataclass(frozen=True, slots=True)
class Leaning:
    """A word of a question that names a direction of the space: 1 much of it, -1 little."""

    word: str
    concept: Concept
    weight: float


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was understood: its words without those that say nothing, lower-case."""

    text: str
    words: tuple[str, ...]
    leanings: tuple[Leaning, ...] = ()

    @property
    def direction(self) -> Mapping[Concept, float]:
        """Where the leanings point together; dimensions that cancel out are not in it."""
        sums: dict[Concept, float] = {}
        for each in self.leanings:
            sums[each.concept] = sums.get(each.concept, 0.0) + each.weight
        return MappingProxyType({concept: sum_ for concept, sum_ in sums.items() if sum_})


@dataclass(frozen=True, slots=True)
class Step:
    """One edge of a walk, such as BELONGS_TO, and the label of the node it leads to."""

    edge: str
    label: str


@dataclass(frozen=True, slots=True)
class Path:
    """A walk from a node that the question names to what a document is about."""

    start: str
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document that one mode found; the higher its score, the better, within that mode alone.

    `words` are those of the question that it holds, `paths` how it was come by.
    """

    document_id: UUID
    score: float
    words: tuple[str, ...] = ()
    paths: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class ModeAnswer:
    """What a mode found, best first. `missing` says why it could not answer at all."""

    mode: SearchMode
    candidates: tuple[Candidate, ...] = ()
    missing: str | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """What one mode said of a document: its place there, from 1, and its score there."""

    mode: SearchMode
    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class Ranked:
    """A document in the order of an answer, and why it is there."""

    document_id: UUID
    score: float
    signals: tuple[Signal, ...]
    words: tuple[str, ...] = ()
    paths: tuple[Path, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Degraded:
    """A mode that did not answer, and why, in words safe to show."""

    mode: SearchMode
    reason: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """The whole answer to a question, best first, as it is kept for its later pages."""

    ranked: tuple[Ranked, ...]
    degraded: tuple[Degraded, ...] = ()
