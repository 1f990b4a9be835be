"""Incidents: insights that tell of one thing that happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from core.records.incidents import IncidentFilter, IncidentMoment, IncidentRecord
from core.records.insight_acts import InsightWish
from core.records.insights import InsightRecord
from core.records.pages import Page
from resolvers.paging import Listing, PageArguments
from resolvers.session import Session
from resolvers.text import clean, uuid_part

MAX_INCIDENTS = 100


def _moment_part(text: str) -> str:
    return datetime.fromisoformat(text).isoformat()


def _sort_key(record: IncidentRecord) -> tuple[str, str]:
    return record.raised_at.isoformat(), str(record.id)


INCIDENTS: Listing[IncidentRecord] = Listing(
    "incidents", MAX_INCIDENTS, (_moment_part, uuid_part), _sort_key
)


async def page(
    session: Session, arguments: PageArguments, asked: IncidentFilter, as_of: datetime | None
) -> Page[IncidentRecord]:
    """One page of the tenant's incidents, the newest first."""
    request = session.request(INCIDENTS, arguments)
    return await session.stores.incidents.page(session.scope, request, asked, as_of)


async def incident(
    session: Session, incident_id: UUID, as_of: datetime | None = None
) -> IncidentRecord | None:
    """One incident, now or as it was."""
    if as_of is None:
        return await session.loaders.incidents.load(incident_id)
    found = await session.stores.incidents.by_ids(session.scope, [incident_id], as_of)
    return found.get(incident_id)


async def members(session: Session, record: IncidentRecord) -> tuple[InsightRecord, ...]:
    """The first of its insights as of the moment that it is of, the headline before all."""
    moment = IncidentMoment(record.id, record.as_of)
    return await session.loaders.incident_members.load(moment) or ()


async def act(session: Session, incident_id: UUID, wish: InsightWish) -> IncidentRecord:
    """Bring all of its insights into a state that may be."""
    word = wish.word
    note = None if word.note is None else clean(word.note, "note")
    checked = replace(wish, word=replace(word, note=note))
    record = await session.stores.incidents.act(session.scope, incident_id, checked)
    session.loaders.incidents.clear(incident_id)
    session.loaders.incident_members.clear(IncidentMoment(incident_id))
    session.loaders.insights.clear_all()
    session.loaders.insight_acts.clear_all()
    return record
