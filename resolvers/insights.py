"""Insights, and the words they are told in: templates over their numbers, nothing more."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from core.insight_words.looks import EXACT
from core.records.entries import EntryRecord
from core.records.insights import InsightFilter, InsightRecord
from core.records.pages import Page
from resolvers import exact_words, finding_words
from resolvers.paging import Listing, PageArguments
from resolvers.session import Session
from resolvers.text import uuid_part

MAX_INSIGHTS = 100


def _sort_key(record: InsightRecord) -> tuple[str]:
    return (str(record.id),)


INSIGHTS: Listing[InsightRecord] = Listing("insights", MAX_INSIGHTS, (uuid_part,), _sort_key)


async def page(
    session: Session,
    arguments: PageArguments,
    asked: InsightFilter,
    as_of: datetime | None = None,
) -> Page[InsightRecord]:
    """One page of the tenant's insights, newest first."""
    request = session.request(INSIGHTS, arguments)
    return await session.stores.insights.page(session.scope, request, asked, as_of)


async def insight(session: Session, insight_id: UUID) -> InsightRecord | None:
    """One insight."""
    return await session.loaders.insights.load(insight_id)


async def evidence(session: Session, record: InsightRecord) -> tuple[EntryRecord, ...]:
    """The entries behind the statement that still exist."""
    found = await session.loaders.entries.load_many(record.evidence)
    return tuple(entry for entry in found if entry is not None)


def subject(record: InsightRecord) -> str:
    """What it is about, by name; what is exact names its connection by its id."""
    if record.finding is None:
        return record.subject.key
    return finding_words.subject(record.finding)


def title(record: InsightRecord) -> str:
    """The statement in one line."""
    if record.finding is None:
        return exact_words.title(record)
    return finding_words.title(record.finding)


def text(record: InsightRecord) -> str:
    """The statement in full sentences."""
    if record.finding is None:
        return exact_words.text(record)
    return finding_words.text(record.finding)


def next_look(record: InsightRecord) -> str:
    """Where to look next, before anything is changed."""
    if record.finding is None:
        return EXACT[record.kind]
    return finding_words.next_look(record.finding)
