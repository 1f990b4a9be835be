"""Refused records: reading them, putting them in again, laying them aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

import orjson

from core.errors import BadInput
from core.jsonvalue import JSONObject
from core.missing import no_run
from core.records.pages import Page
from core.records.rejections import (
    RejectedRecord,
    RejectionChoice,
    RejectionFilter,
    RejectionGroup,
)
from core.records.runs import RunRecord
from resolvers.paging import Listing, PageArguments
from resolvers.session import Session
from resolvers.text import choices, clean, exact, uuid_part

MAX_REJECTED = 100
MAX_GROUPS = 100
MAX_AT_ONCE = 10_000
"""Most records of one replay or dismissal."""
DEFAULT_AT_ONCE = 1_000
"""How many a filter may match unless the caller says that more are meant."""


def _sort_key(record: RejectedRecord) -> tuple[str]:
    return (str(record.id),)


REJECTED: Listing[RejectedRecord] = Listing("rejected", MAX_REJECTED, (uuid_part,), _sort_key)


async def page(
    session: Session, run_id: UUID | None, where: RejectionFilter, arguments: PageArguments
) -> Page[RejectedRecord]:
    """One page of refused records; of one run, which must be there, where `run_id` names it."""
    request = session.request(REJECTED, arguments)
    where = _checked(where)
    if run_id is not None:
        if await session.loaders.runs.load(run_id) is None:
            raise no_run()
        where = replace(where, runs=(run_id,))
    return await session.stores.rejections.page(session.scope, where, request)


async def one(session: Session, record_id: UUID) -> RejectedRecord | None:
    """One refused record."""
    where = RejectionFilter(ids=(record_id,))
    request = session.request(REJECTED, PageArguments(first=1))
    found = (await session.stores.rejections.page(session.scope, where, request)).items
    return found[0] if found else None


async def groups(
    session: Session, where: RejectionFilter, limit: int
) -> tuple[RejectionGroup, ...]:
    """The largest groups of refused records with one reason."""
    if not 1 <= limit <= MAX_GROUPS:
        raise BadInput(
            f"first is {limit}, but must be between 1 and {MAX_GROUPS}",
            field="first",
            mend=f"ask for at most {MAX_GROUPS} and narrow the filter",
        )
    session.budget.take(limit)
    return await session.stores.rejections.groups(session.scope, _checked(where), limit)


async def dismiss(session: Session, choice: RejectionChoice, why: str) -> int:
    """Lay open records aside, saying why; how many."""
    return await session.stores.rejections.dismiss(
        session.scope, _chosen(choice), clean(why, "why")
    )


async def replay(
    session: Session, choice: RejectionChoice, patch: object | None
) -> tuple[RunRecord, ...]:
    """Put open records in again, with `patch` (JSON merge patch) laid over each of them."""
    runs = await session.stores.rejections.replay(session.scope, _chosen(choice), _patch(patch))
    for run in runs:
        await session.stores.topics.announce(session.scope, run.id)
    return runs


def _patch(patch: object | None) -> JSONObject | None:
    if patch is None:
        return None
    if not isinstance(patch, Mapping) or not patch:
        raise BadInput(
            "patch must be an object with the fields to change",
            field="patch",
            mend='give a JSON merge patch such as {"spend": "12.50"}; null removes a field',
        )
    try:
        orjson.dumps(patch)
    except orjson.JSONEncodeError as error:
        raise BadInput(
            f"patch cannot be kept: {error}",
            field="patch",
            mend="nest it less deep, and write numbers beyond 64 bits as texts",
        ) from error
    return patch


def _chosen(choice: RejectionChoice) -> RejectionChoice:
    """The choice with its parts checked: ids or a filter, and a maximum within bounds."""
    if bool(choice.ids) == (choice.where is not None):
        raise BadInput(
            "give ids or a filter, one of the two",
            field="ids",
            mend="leave out filter to name records, or ids to take all that match",
        )
    if not 1 <= choice.maximum <= MAX_AT_ONCE:
        raise BadInput(
            f"maximum is {choice.maximum}, but must be between 1 and {MAX_AT_ONCE:,}",
            field="maximum",
            mend="act on so many at once, and again on the rest",
        )
    ids: Sequence[UUID] = choices(choice.ids, "ids")
    where = None if choice.where is None else _checked(choice.where)
    return RejectionChoice(choice.maximum, tuple(ids), where)


def _checked(where: RejectionFilter) -> RejectionFilter:
    if where.since and where.until and where.since >= where.until:
        raise BadInput(
            "since is not before until",
            field="filter.since",
            mend="swap them; since is included, until is not",
        )
    text = None if where.text is None else clean(where.text, "filter.text")
    fields = tuple(exact(field, "filter.fields") for field in where.fields)
    return replace(where, text=text, fields=fields)
