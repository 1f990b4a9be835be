"""What answers a question, packed for a language model: figures read from entries, and cited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.context_packing import PackedFact, pack
from core.errors import BadInput
from core.records.calendar import CalendarDayRecord, DayMoment
from core.records.documents import DocumentFilter
from core.records.entries import EntryFilter, EntryOrder, EntryPageRequest
from core.records.llm_context import ENOUGH_WITHOUT, ContextGap, GapReason
from core.records.pages import PageRequest
from core.records.search import Degraded, DocumentFigures, SearchMode
from resolvers import entries, search
from resolvers.context_facts import Known, fact_of
from resolvers.paging import PageArguments
from resolvers.session import Session

MAX_FACTS: Final = 50
MAX_TOKENS: Final = 100_000
LEAST_TOKENS: Final = 50
NEAR: Final = 0.25
"""Cosine below which a vector alone says nothing, for every question has a nearest document:
by the embedder without a network, questions about something else come to 0.21 at most."""
LOW: Final = 0.7
"""Quality below which figures are not to be leant on; the specification's threshold."""


@dataclass(frozen=True, slots=True)
class ContextQuestion:
    """A question, and how much is to be told."""

    text: str
    limit: int
    token_budget: int
    where: DocumentFilter


@dataclass(frozen=True, slots=True)
class ContextFact:
    """A fact of the text, what it cites, and the last of its days."""

    packed: PackedFact
    known: Known


@dataclass(frozen=True, slots=True)
class LlmContext:
    """The text, the facts in it in their order, and what is missing."""

    text: str
    tokens: int
    facts: tuple[ContextFact, ...]
    gaps: tuple[ContextGap, ...]
    degraded: tuple[Degraded, ...]
    read_at: datetime

    @property
    def is_enough(self) -> bool:
        """Whether there is anything to answer from."""
        return not any(gap.reason in ENOUGH_WITHOUT for gap in self.gaps)


async def llm_context(session: Session, asked: ContextQuestion) -> LlmContext:
    """What is known that answers the question, in so many tokens; BadInput for bounds."""
    _check("limit", asked.limit, 1, MAX_FACTS)
    _check("tokenBudget", asked.token_budget, LEAST_TOKENS, MAX_TOKENS)
    read_at = session.clock()
    found = await _found(session, asked)
    hits = [hit for hit in found.page.items if _answers(hit)]
    known = await asyncio.gather(*(_known(session, hit) for hit in hits))
    facts = [fact_of(each) for each in known]
    packed = pack(_head(read_at), facts, asked.token_budget)
    told = tuple(ContextFact(each, known[each.index]) for each in packed.facts)
    gaps = await _gaps(session, len(known), told)
    return LlmContext(packed.text, packed.tokens, told, gaps, found.degraded, read_at)


async def _found(session: Session, asked: ContextQuestion) -> search.Found:
    question = search.Asked(asked.text, SearchMode.HYBRID, asked.where)
    try:
        return await search.search(session, question, PageArguments(first=asked.limit))
    except BadInput as error:
        if error.field != "text":
            raise
        message = error.message.replace("text", "question", 1)
        raise BadInput(message, field="question", mend=error.mend) from error


def _answers(hit: search.Hit) -> bool:
    """Whether a hit is more than the nearest of what is far."""
    return any(
        signal.mode is not SearchMode.NEURAL or signal.score >= NEAR
        for signal in hit.ranked.signals
    )


async def _known(session: Session, hit: search.Hit) -> Known:
    return Known(
        hit,
        *await asyncio.gather(
            search.figures(session, hit),
            search.insight(session, hit),
            search.campaign(session, hit),
            _last_day(session, hit),
        ),
    )


async def _last_day(session: Session, hit: search.Hit) -> CalendarDayRecord | None:
    period = hit.document.period
    return None if period is None else await session.loaders.calendar.load(DayMoment(period.until))


def _head(read_at: datetime) -> str:
    return f"Known at {read_at:%Y-%m-%d %H:%M} UTC; what is not named is not known."


async def _gaps(
    session: Session, found: int, told: Sequence[ContextFact]
) -> tuple[ContextGap, ...]:
    if not found:
        return (await _nothing(session),)
    if not told:
        return (
            ContextGap(
                GapReason.NO_ROOM,
                f"{found} facts were found and none fits into the budget",
                "give a larger tokenBudget",
            ),
        )
    return tuple(_shortcomings(found, told))


def _shortcomings(found: int, told: Sequence[ContextFact]) -> list[ContextGap]:
    gaps: list[ContextGap] = []
    if found > len(told):
        message = f"{found - len(told)} of {found} facts did not fit into the budget"
        gaps.append(ContextGap(GapReason.LEFT_OUT, message, "give a larger tokenBudget"))
    figures = [fact.known.figures for fact in told]
    if not any(map(_has_figures, figures)) and not any(fact.known.insight for fact in told):
        message = "nothing that was found has figures: only what things are called is known"
        gaps.append(ContextGap(GapReason.NO_FIGURES, message, "ask for days that were read"))
    low = _numbers(told, lambda fact: _is_low(fact.known.hit.document.quality))
    if low:
        message = f"the quality of {low} is below {LOW}"
        gaps.append(ContextGap(GapReason.LOW_QUALITY, message, "see dataHealth for the reasons"))
    stale = _numbers(told, lambda fact: bool(fact.known.figures and fact.known.figures.is_stale))
    if stale:
        message = f"the words of {stale} are older than the figures"
        gaps.append(ContextGap(GapReason.STALE, message, "go by the figures, which are current"))
    return gaps


def _numbers(told: Sequence[ContextFact], holds: Callable[[ContextFact], bool]) -> str:
    return ", ".join(f"[{fact.packed.number}]" for fact in told if holds(fact))


def _is_low(quality: float | None) -> bool:
    return quality is not None and quality < LOW


def _has_figures(figures: DocumentFigures | None) -> bool:
    return figures is not None and figures.currency is not None


async def _nothing(session: Session) -> ContextGap:
    one = EntryPageRequest(EntryFilter(), EntryOrder.DATE_DESC, PageRequest(1))
    page = await entries.page(session, one)
    if not page.items:
        return ContextGap(
            GapReason.NO_DATA,
            "there are no marketing entries yet",
            "connect a source and read it: startIngestion",
        )
    return ContextGap(
        GapReason.NOTHING_FOUND,
        "nothing that is known answers this question",
        "name a channel, a campaign, an account or an event, or ask about what ads did",
    )


def _check(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise BadInput(
            f"{name} is {value}, but must be between {least} and {most}",
            field=name,
            mend=f"give {least} to {most}",
        )
