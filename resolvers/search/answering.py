"""The whole answer to a question: each mode asked, and what they found put in one order."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from core.errors import BadInput, ConfigError, QuotaExceeded, TimedOut, Transient
from core.records.documents import DocumentFilter
from core.records.search import (
    SINGLE_MODES,
    Candidate,
    Degraded,
    ModeAnswer,
    Question,
    Ranking,
    SearchMode,
)
from core.search.fusing import alone, fuse
from resolvers.session import Session

DEPTH: Final = 100
"""Documents that one mode finds at most."""

MAX_HITS: Final = 200
"""Hits of one question, over all of its pages."""

_FINDING: Final = tuple(each for each in SINGLE_MODES if each is not SearchMode.CONCEPTUAL)
"""Modes of HYBRID that find by themselves."""

_AWAY: Final = (Transient, ConfigError, QuotaExceeded, TimedOut)
"""What a mode may end by, and the others answer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as somebody asks it."""

    text: str
    mode: SearchMode = SearchMode.HYBRID
    where: DocumentFilter = field(default_factory=DocumentFilter)


async def ranking(
    session: Session, question: Question, mode: SearchMode, where: DocumentFilter
) -> Ranking:
    """What answers `question`, best first. A single mode that cannot answer raises why."""
    if mode is not SearchMode.HYBRID:
        candidates = await _asked(session, question, mode, where)
        return Ranking(alone(ModeAnswer(mode, candidates), MAX_HITS))
    answers = await _together(session, question, where)
    answers.append(await _direction(session, question, where, answers))
    degraded = tuple(
        Degraded(each.mode, each.missing) for each in answers if each.missing is not None
    )
    return Ranking(fuse(answers, most=MAX_HITS), degraded)


async def _together(
    session: Session, question: Question, where: DocumentFilter
) -> list[ModeAnswer]:
    """What each mode says, or why it is missing: what others found is an answer too.

    All are asked at the same time, and waited for, whatever one of them ends by. Raises where none
    of them can answer.
    """
    told = await asyncio.gather(
        *(_asked(session, question, each, where) for each in _FINDING), return_exceptions=True
    )
    away = [each for each in told if isinstance(each, _AWAY)]
    if len(away) == len(told):
        raise away[0]
    return [_answer(mode, each) for mode, each in zip(_FINDING, told, strict=True)]


def _answer(mode: SearchMode, told: tuple[Candidate, ...] | BaseException) -> ModeAnswer:
    if isinstance(told, _AWAY):
        return ModeAnswer(mode, missing=told.message)
    if isinstance(told, BaseException):
        raise told
    return ModeAnswer(mode, told)


async def _direction(
    session: Session, question: Question, where: DocumentFilter, others: list[ModeAnswer]
) -> ModeAnswer:
    """A direction orders what the question is about, and all there is where it says no more."""
    found = list(dict.fromkeys(each.document_id for one in others for each in one.candidates))
    candidates = await _by_place(session, question, where, found or None)
    return ModeAnswer(SearchMode.CONCEPTUAL, candidates)


async def _asked(
    session: Session, question: Question, mode: SearchMode, where: DocumentFilter
) -> tuple[Candidate, ...]:
    stores, scope = session.stores, session.scope
    if mode is SearchMode.CONCEPTUAL:
        return await _by_place(session, question, where, None)
    if mode is SearchMode.NEURAL:
        return await _by_vector(session, question, where)
    if not question.words:
        return ()
    if mode is SearchMode.LEXICAL:
        return await stores.search.by_words(scope, question.words, where, DEPTH)
    return await stores.search_walks.by_walks(scope, question.words, where, DEPTH)


async def _by_place(
    session: Session, question: Question, where: DocumentFilter, among: list[UUID] | None
) -> tuple[Candidate, ...]:
    direction = question.direction
    if not direction:
        return ()
    return await session.stores.search.by_place(session.scope, direction, where, DEPTH, among)


async def _by_vector(
    session: Session, question: Question, where: DocumentFilter
) -> tuple[Candidate, ...]:
    nearest = session.stores.neighbours.nearest
    try:
        near = await nearest(session.scope, question.text, where, DEPTH)
    except BadInput:
        # No token of the text means anything to the model: nothing is near it.
        return ()
    return tuple(Candidate(each.document_id, each.score) for each in near)
