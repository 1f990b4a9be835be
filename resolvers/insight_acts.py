"""What became of insights, and how they turned out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from core.errors import BadInput
from core.records.calendar import CalendarEventRecord
from core.records.incidents import IncidentMoment
from core.records.insight_acts import InsightRating, InsightWish
from core.records.insights import (
    InsightAct,
    InsightJudgement,
    InsightRecord,
    InsightScore,
    InsightState,
)
from resolvers.session import Session
from resolvers.text import clean


async def act(session: Session, insight_id: UUID, wish: InsightWish) -> InsightRecord:
    """Bring an insight into a state; an explanation says something."""
    word = wish.word
    note = None if word.note is None else clean(word.note, "note")
    if wish.state is InsightState.EXPLAINED and note is None:
        raise BadInput("nothing is said", field="note", mend="say what was behind it")
    checked = replace(wish, word=replace(word, note=note))
    record = await session.stores.insight_acts.act(session.scope, insight_id, checked)
    return _renewed(session, record)


async def assign(
    session: Session, insight_id: UUID, owner: str | None, learned_at: datetime | None
) -> InsightRecord:
    """Give an insight to somebody, or to nobody."""
    given = None if owner is None else clean(owner, "owner")
    store = session.stores.insight_acts
    return _renewed(session, await store.assign(session.scope, insight_id, given, learned_at))


async def rate(
    session: Session,
    insight_id: UUID,
    rating: InsightRating,
    note: str | None,
    learned_at: datetime | None,
) -> InsightRecord:
    """Say of what use an insight was."""
    said = None if note is None else clean(note, "note")
    store = session.stores.insight_acts
    return _renewed(session, await store.rate(session.scope, insight_id, rating, said, learned_at))


def _renewed(session: Session, record: InsightRecord) -> InsightRecord:
    """The record, of which nothing holds that was read before in the same operation."""
    session.loaders.insights.clear(record.id)
    if record.incident_id is not None:
        session.loaders.incidents.clear(record.incident_id)
        session.loaders.incident_members.clear(IncidentMoment(record.incident_id))
    session.loaders.insight_acts.clear(record.id)
    session.loaders.insight_judgements.clear(record.id)
    return record


async def event(session: Session, step: InsightAct) -> CalendarEventRecord | None:
    """The event of the calendar that explains it, as it is or last was."""
    if step.calendar_event_id is None:
        return None
    return await session.loaders.calendar_events.load(step.calendar_event_id)


async def acts(session: Session, insight_id: UUID) -> tuple[InsightAct, ...]:
    """Every change of its state or owner, oldest first."""
    return await session.loaders.insight_acts.load(insight_id) or ()


async def judgements(session: Session, insight_id: UUID) -> tuple[InsightJudgement, ...]:
    """Every verdict on it, oldest first."""
    return await session.loaders.insight_judgements.load(insight_id) or ()


async def ledger(session: Session, as_of: datetime | None) -> tuple[InsightScore, ...]:
    """How the insights of each kind turned out."""
    return await session.stores.insight_acts.ledger(session.scope, as_of)


def figures(record: InsightJudgement) -> tuple[float | None, float | None]:
    """What was observed when the insight was told, and when it was judged."""
    return _figure(record, "observed"), _figure(record, "now")


def _figure(record: InsightJudgement, name: str) -> float | None:
    value = record.figures.get(name)
    return float(value) if isinstance(value, int | float) else None
