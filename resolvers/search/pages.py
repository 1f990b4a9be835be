"""Pages of an answer. The whole of it is kept for a while, so that pages fit together."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from time import perf_counter
from typing import Final
from uuid import UUID, uuid4

from core.errors import BadInput, LiftosError
from core.records.documents import Document
from core.records.pages import Page, PageRequest
from core.records.search import Degraded, Question, Ranked, Ranking
from core.search.questions import understood
from resolvers.paging import Listing, PageArguments
from resolvers.search.answering import MAX_HITS, Asked, ranking
from resolvers.session import Session
from resolvers.text import digest_part

MAX_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that answers, at its place from 1 in the answer `answer_id`."""

    answer_id: UUID
    place: int
    ranked: Ranked
    document: Document


@dataclass(frozen=True, slots=True)
class Found:
    """One page of an answer, how the question was understood, and which modes are missing."""

    page: Page[Hit]
    question: Question
    degraded: tuple[Degraded, ...]
    listing: Listing[Hit]


def listing(asked: Asked) -> Listing[Hit]:
    """The pages of the answer to this very question."""
    told = repr((asked.text, asked.mode.value, asked.where)).encode(errors="surrogatepass")
    tag = f"search:{hashlib.sha256(told).hexdigest()[:16]}"
    return Listing(tag, MAX_PAGE, (digest_part, _place_part), _key)


async def search(session: Session, asked: Asked, arguments: PageArguments) -> Found:
    """One page of what answers, best first; documents that are gone by now are left out."""
    question, pages = understood(asked.text), listing(asked)
    request = session.request(pages, arguments)
    if request.cursor is None:
        answer_id = uuid4()
        found = await _counted(session, question, asked)
    else:
        answer_id = UUID(hex=request.cursor[0])
        found = await _kept(session, answer_id, "before" if request.backward else "after")
    places = _places(request, len(found.ranked))
    is_whole = len(places) == len(found.ranked)
    if not is_whole and request.cursor is None:
        await session.stores.rankings.keep(session.scope, answer_id, found)
    hits = await _hits(session, answer_id, places, found)
    page = Page(hits, has_next=places.stop < len(found.ranked), has_previous=places.start > 0)
    return Found(page, question, found.degraded, pages)


def _places(request: PageRequest, count: int) -> range:
    """Which of `count` places, from 0, a page shows."""
    place = None if request.cursor is None else int(request.cursor[1])
    if request.backward:
        stop = count if place is None else min(place - 1, count)
        return range(max(stop - request.size, 0), stop)
    start = min(place or 0, count)
    return range(start, min(start + request.size, count))


async def _counted(session: Session, question: Question, asked: Asked) -> Ranking:
    began = perf_counter()
    try:
        found = await ranking(session, question, asked.mode, asked.where)
    except BaseException as error:
        session.searched.fail(asked.mode, perf_counter() - began, _code(error))
        raise
    session.searched.count(asked.mode, perf_counter() - began, found.degraded)
    return found


def _code(error: BaseException) -> str:
    if isinstance(error, asyncio.CancelledError):
        return "LEFT"
    return error.code if isinstance(error, LiftosError) else "INTERNAL"


async def _kept(session: Session, answer_id: UUID, argument: str) -> Ranking:
    found = await session.stores.rankings.find(session.scope, answer_id)
    if found is None:
        raise BadInput(
            "the answer that this cursor belongs to is not kept any more",
            field=argument,
            mend=f"ask the question again without {argument}",
        )
    return found


async def _hits(
    session: Session, answer_id: UUID, places: range, found: Ranking
) -> tuple[Hit, ...]:
    ranked = {place + 1: found.ranked[place] for place in places}
    ids = [each.document_id for each in ranked.values()]
    documents = await session.stores.documents.by_ids(session.scope, ids)
    return tuple(
        Hit(answer_id, place, each, documents[each.document_id])
        for place, each in ranked.items()
        if each.document_id in documents
    )


def _key(hit: Hit) -> tuple[str, str]:
    return hit.answer_id.hex, str(hit.place)


def _place_part(text: str) -> str:
    place = int(text)
    if not 0 < place <= MAX_HITS:
        raise ValueError("no place of an answer")
    return str(place)
