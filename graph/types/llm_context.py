"""What a language model is given to answer a question from."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.records.calendar import MarketingSeason, Season
from core.records.llm_context import ContextGap as GapRecord
from core.records.llm_context import GapReason
from graph.bounds.sizes import listed
from graph.types.search import DegradedMode, SearchHit
from resolvers import llm_context


@strawberry.type(description="What is missing for an answer, or speaks against leaning on it.")
class ContextGap:
    """ContextGap on the wire."""

    reason: GapReason = strawberry.field(description="The reason, for programs.")
    message: str = strawberry.field(description="The reason in a sentence.")
    mend: str = strawberry.field(description="What would mend it.")

    @classmethod
    def from_record(cls, record: GapRecord) -> ContextGap:
        """The gap on the wire."""
        return cls(reason=record.reason, message=record.message, mend=record.mend)


@strawberry.type(description="A fact of the text, and what stands behind it.")
class ContextFact:
    """ContextFact on the wire."""

    number: int = strawberry.field(description="What the text cites it by: `[1]` is 1.")
    text: str = strawberry.field(description="Its line in the text.")
    is_brief: bool = strawberry.field(
        description="Whether there was room for its figures alone, without its document's words."
    )
    season: Season | None = strawberry.field(description="Of the last of its days.")
    marketing_season: MarketingSeason | None = strawberry.field(
        description="Of the last of its days."
    )
    hit: SearchHit = strawberry.field(
        description=(
            "What it says this of. `figures` are its numbers; `entries` are what they are sums "
            "of, each with its vintages, its run and its raw page."
        )
    )

    @classmethod
    def from_record(cls, fact: llm_context.ContextFact) -> ContextFact:
        """The fact on the wire."""
        day = fact.known.day
        return cls(
            number=fact.packed.number,
            text=fact.packed.text,
            is_brief=fact.packed.is_brief,
            season=day.season if day else None,
            marketing_season=day.marketing_season if day else None,
            hit=SearchHit.from_record(fact.known.hit, ()),
        )


@strawberry.type(
    description=(
        "What is known that answers a question, packed for a language model. Numbers in the text "
        "were read from entries as it was written."
    )
)
class LlmContext:
    """LlmContext on the wire."""

    text: str = strawberry.field(
        description=(
            "A line for each fact, the best first, each whole and beginning with its number. "
            "Empty where there is not enough."
        )
    )
    tokens: int = strawberry.field(
        description=(
            "What the text takes at most, never more than `tokenBudget`: one for each two letters "
            "of a word, one for each digit and sign, one for each byte of other characters. Words "
            "and figures take fewer in every usual vocabulary."
        )
    )
    is_enough: bool = strawberry.field(
        description="Whether there is anything to answer from. If not, `missing` says why."
    )
    missing: list[ContextGap] = listed(
        "What is missing, or speaks against leaning on what there is.", 3
    )
    facts: list[ContextFact] = strawberry.field(description="The facts of the text, in order.")
    degraded: list[DegradedMode] = listed(
        "Modes of search that could not answer; the others did without them.", 1
    )
    read_at: dt.datetime = strawberry.field(description="When its numbers were read.")

    @classmethod
    def from_record(cls, found: llm_context.LlmContext) -> LlmContext:
        """The context on the wire."""
        return cls(
            text=found.text,
            tokens=found.tokens,
            is_enough=found.is_enough,
            missing=[ContextGap.from_record(each) for each in found.gaps],
            facts=[ContextFact.from_record(each) for each in found.facts],
            degraded=[DegradedMode.from_record(each) for each in found.degraded],
            read_at=found.read_at,
        )
