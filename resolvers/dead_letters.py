"""Dead letters: reading them, queueing their runs again, laying them aside."""

from __future__ import annotations

from dataclasses import replace

from core.errors import BadInput
from core.records.dead_letters import DeadLetter, DeadLetterChoice, DeadLetterFilter
from core.records.pages import Page
from core.records.runs import RunRecord
from resolvers.paging import Listing, PageArguments
from resolvers.session import Session
from resolvers.text import clean, exact, uuid_part

MAX_DEAD_LETTERS = 100
MAX_AT_ONCE = 1_000
"""Most runs that are queued again or laid aside at once."""


def _sort_key(letter: DeadLetter) -> tuple[str]:
    return (str(letter.run.id),)


DEAD_LETTERS: Listing[DeadLetter] = Listing(
    "dead-letters", MAX_DEAD_LETTERS, (uuid_part,), _sort_key
)


async def page(
    session: Session, where: DeadLetterFilter, arguments: PageArguments
) -> Page[DeadLetter]:
    """One page of runs that ended badly, newest first."""
    request = session.request(DEAD_LETTERS, arguments)
    return await session.stores.dead_letters.page(session.scope, _checked(where), request)


async def requeue(session: Session, choice: DeadLetterChoice) -> tuple[RunRecord, ...]:
    """Queue runs again, each from where it stopped."""
    runs = await session.stores.dead_letters.requeue(session.scope, _chosen(choice))
    for run in runs:
        await session.stores.topics.announce(session.scope, run.id)
    return runs


async def dismiss(session: Session, choice: DeadLetterChoice, why: str) -> int:
    """Lay runs aside, saying why; how many."""
    chosen = _chosen(choice)
    return await session.stores.dead_letters.dismiss(session.scope, chosen, clean(why, "why"))


def _chosen(choice: DeadLetterChoice) -> DeadLetterChoice:
    if bool(choice.ids) == (choice.where is not None):
        raise BadInput(
            "give ids or a filter, one of the two",
            field="ids",
            mend="leave out filter to name runs, or ids to take all that match",
        )
    if not 1 <= choice.maximum <= MAX_AT_ONCE:
        raise BadInput(
            f"maximum is {choice.maximum}, but must be between 1 and {MAX_AT_ONCE:,}",
            field="maximum",
            mend="act on so many at once, and again on the rest",
        )
    return choice if choice.where is None else replace(choice, where=_checked(choice.where))


def _checked(where: DeadLetterFilter) -> DeadLetterFilter:
    return replace(where, codes=tuple(exact(code, "filter.codes") for code in where.codes))
