"""What became of insights: the states they were brought into, and how they were judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import asyncpg

from core.errors import Conflict
from core.missing import no_insight
from core.records.audit import Act
from core.records.insight_acts import InsightRating, InsightWish, InsightWord, require_way
from core.records.insights import (
    InsightAct,
    InsightJudgement,
    InsightKind,
    InsightRecord,
    InsightScore,
    InsightVerdict,
)
from core.scope import TenantScope
from stores.postgres.audit import record_act
from stores.postgres.calendar_events import require_event
from stores.postgres.clock import advance_clock
from stores.postgres.database import Connection, Database, storable
from stores.postgres.entries import settle
from stores.postgres.insight_records import BY, act_record, insight_record, judgement_record

Told = TypeVar("Told", InsightAct, InsightJudgement)


class InsightActStore:
    """Brings insights into states, gives them owners, and tells how they turned out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def act(self, scope: TenantScope, insight_id: UUID, wish: InsightWish) -> InsightRecord:
        """Bring an insight into a state, in the name of the caller; NotFound where there is none.

        Conflict where its state does not lead there, or where it is another version than the one
        that was decided by. What says nothing new changes nothing, and is no act.
        """
        async with self._database.write(scope) as connection:
            moment = await advance_clock(connection, scope)
            record = await standing_insight(connection, scope, insight_id)
            newest = await connection.fetchrow(_NEWEST_ACT, scope.tenant_id, insight_id)
            if _is_so(record, None if newest is None else act_record(newest), wish):
                return record
            await _require_version(connection, scope, record, wish.learned_at)
            require_way(record.state, wish.state)
            await bring(connection, scope, [record.id], moment, wish)
            subject, word = f"insight:{insight_id}", wish.word
            said = {"cause": word.cause, "calendar_event": word.calendar_event_id}
            act = Act.INSIGHT_STATE_SET
            await record_act(connection, scope, act, subject, state=wish.state, **said)
        return replace(record, state=wish.state, learned_at=moment)

    async def assign(
        self,
        scope: TenantScope,
        insight_id: UUID,
        owner: str | None,
        learned_at: datetime | None = None,
    ) -> InsightRecord:
        """Give an insight to somebody, or to nobody; NotFound, Conflict and twice as `act`."""
        async with self._database.write(scope) as connection:
            moment = await advance_clock(connection, scope)
            record = await standing_insight(connection, scope, insight_id)
            kept = None if owner is None else storable(owner)
            if record.owner == kept:
                return record
            await _require_version(connection, scope, record, learned_at)
            values = scope.tenant_id, insight_id, moment, kept, scope.actor
            await connection.execute(_ASSIGN, *values)
            subject = f"insight:{insight_id}"
            await record_act(connection, scope, Act.INSIGHT_ASSIGNED, subject, owner=owner)
        return replace(record, owner=kept, learned_at=moment)

    async def rate(
        self,
        scope: TenantScope,
        insight_id: UUID,
        rating: InsightRating,
        note: str | None = None,
        learned_at: datetime | None = None,
    ) -> InsightRecord:
        """Say of what use an insight was; NotFound, Conflict and twice as `act`."""
        async with self._database.write(scope) as connection:
            moment = await advance_clock(connection, scope)
            record = await standing_insight(connection, scope, insight_id)
            newest = await connection.fetchrow(_NEWEST_RATING, scope.tenant_id, insight_id)
            if newest is not None and _is_said(judgement_record(newest), scope, rating, note):
                return record
            await _require_version(connection, scope, record, learned_at)
            values = scope.tenant_id, insight_id, moment, rating.verdict, scope.actor, _kept(note)
            await connection.execute(_RATE, *values)
            subject = f"insight:{insight_id}"
            await record_act(connection, scope, Act.INSIGHT_JUDGED, subject, verdict=rating)
        return replace(record, verdict=rating.verdict, learned_at=moment)

    async def acts(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, tuple[InsightAct, ...]]:
        """Every change of state of each insight that had one, oldest first."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_ACTS, scope.tenant_id, list(ids))
        return _by_insight(map(act_record, rows))

    async def judgements(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, tuple[InsightJudgement, ...]]:
        """Every verdict on each insight that has one, oldest first."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_JUDGEMENTS, scope.tenant_id, list(ids))
        return _by_insight(map(judgement_record, rows))

    async def ledger(
        self, scope: TenantScope, as_of: datetime | None = None
    ) -> tuple[InsightScore, ...]:
        """How the insights of each kind that was ever raised turned out, by kind."""
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            rows = await connection.fetch(_LEDGER, scope.tenant_id, as_of)
        return tuple(map(_score, rows))


async def standing_insight(
    connection: Connection, scope: TenantScope, insight_id: UUID
) -> InsightRecord:
    """The insight as it stands, or NotFound."""
    row = await connection.fetchrow(_INSIGHT, scope.tenant_id, insight_id)
    if row is None:
        raise no_insight()
    return insight_record(row)


async def bring(
    connection: Connection,
    scope: TenantScope,
    ids: Sequence[UUID],
    moment: datetime,
    wish: InsightWish,
) -> None:
    """Bring insights into a state in the name of the caller, whatever they are in.

    NotFound where the event that explains them is not there.
    """
    word = wish.word
    if word.calendar_event_id is not None:
        await require_event(connection, scope, word.calendar_event_id, "calendarEventId")
    said = _kept(word.note), word.cause, word.calendar_event_id
    values = list(ids), moment, wish.state, scope.actor, *said
    await connection.execute(_BRING, scope.tenant_id, *values)


def _is_so(record: InsightRecord, newest: InsightAct | None, wish: InsightWish) -> bool:
    """Whether the insight is in that state, and nothing is said that was not said last."""
    if record.state is not wish.state or wish.word.is_empty or newest is None:
        return record.state is wish.state and wish.word.is_empty
    return wish.word == InsightWord(newest.note, newest.cause, newest.calendar_event_id)


def _is_said(
    newest: InsightJudgement, scope: TenantScope, rating: InsightRating, note: str | None
) -> bool:
    is_own = newest.by == scope.actor and newest.verdict is rating.verdict
    return is_own and note in (None, newest.note)


async def _require_version(
    connection: Connection, scope: TenantScope, record: InsightRecord, learned_at: datetime | None
) -> None:
    """Conflict naming who changed the insight, unless it is the version that was decided by."""
    if learned_at is None or learned_at == record.learned_at:
        return
    values = scope.tenant_id, record.id, record.learned_at
    by = await connection.fetchval(_CHANGED_BY, *values) or BY
    raise Conflict(
        f"{by} changed the insight at {record.learned_at.isoformat()}: it is {record.state}",
        field="learnedAt",
        mend="read it again, and decide by what it says now",
    )


def _kept(note: str | None) -> str | None:
    return None if note is None else storable(note)


def _by_insight(records: Iterable[Told]) -> dict[UUID, tuple[Told, ...]]:
    found: defaultdict[UUID, list[Told]] = defaultdict(list)
    for record in records:
        found[record.insight_id].append(record)
    return {insight_id: tuple(each) for insight_id, each in found.items()}


def _score(row: asyncpg.Record) -> InsightScore:
    counts = (row[verdict.value.lower()] for verdict in InsightVerdict)
    return InsightScore(InsightKind(row["kind"]), row["raised"], *counts)


_INSIGHT = "SELECT * FROM insight WHERE tenant_id = $1 AND id = $2"
_BRING = """
WITH brought AS (
    UPDATE insight SET state = $4::text, learned_at = $3
    WHERE tenant_id = $1 AND id = ANY($2) RETURNING id, owner
)
INSERT INTO insight_act (
    tenant_id, insight_id, at, state, owner, acted_by, note, cause, calendar_event_id)
SELECT $1, id, $3, $4, owner, $5, $6, $7, $8 FROM brought
"""
_ASSIGN = """
WITH given AS (
    UPDATE insight SET owner = $4::text, learned_at = $3
    WHERE tenant_id = $1 AND id = $2 RETURNING id, state
)
INSERT INTO insight_act (tenant_id, insight_id, at, state, owner, acted_by, is_assignment)
SELECT $1, id, $3, state, $4, $5, true FROM given
"""
_RATE = """
WITH rated AS (
    UPDATE insight SET verdict = $4::text, learned_at = $3
    WHERE tenant_id = $1 AND id = $2 RETURNING id
)
INSERT INTO insight_verdict (tenant_id, insight_id, at, verdict, judged_by, note)
SELECT $1, id, $3, $4, $5, $6 FROM rated
"""
_NEWEST_ACT = """
SELECT * FROM insight_act WHERE tenant_id = $1 AND insight_id = $2 AND NOT is_assignment
ORDER BY at DESC LIMIT 1
"""
_NEWEST_RATING = """
SELECT * FROM insight_verdict WHERE tenant_id = $1 AND insight_id = $2 AND run_id IS NULL
ORDER BY at DESC LIMIT 1
"""
# Who else changes a version says so in none of the two: an analysis that tells newer figures.
_CHANGED_BY = """
SELECT acted_by FROM insight_act WHERE tenant_id = $1 AND insight_id = $2 AND at = $3
UNION ALL
SELECT judged_by FROM insight_verdict WHERE tenant_id = $1 AND insight_id = $2 AND at = $3
LIMIT 1
"""
_ACTS = """
SELECT * FROM insight_act WHERE tenant_id = $1 AND insight_id = ANY($2) ORDER BY insight_id, at
"""
_JUDGEMENTS = """
SELECT * FROM insight_verdict WHERE tenant_id = $1 AND insight_id = ANY($2)
ORDER BY insight_id, at
"""
# Of analyses and of people each the newest verdict counts.
_COUNTED = ", ".join(
    f"count(v.verdict) FILTER (WHERE v.verdict = '{verdict}') AS {verdict.value.lower()}"
    for verdict in InsightVerdict
)
_LEDGER = f"""
SELECT i.kind, count(DISTINCT i.id) AS raised, {_COUNTED}
FROM insight i
LEFT JOIN (
    SELECT DISTINCT ON (insight_id, run_id IS NULL) insight_id, verdict FROM insight_verdict
    WHERE tenant_id = $1 AND at <= coalesce($2::timestamptz, 'infinity')
    ORDER BY insight_id, run_id IS NULL, at DESC
) v ON v.insight_id = i.id
WHERE i.tenant_id = $1 AND ($2::timestamptz IS NULL OR EXISTS (
    SELECT FROM insight_version w
    WHERE w.tenant_id = $1 AND w.insight_id = i.id AND w.learned_at <= $2))
GROUP BY i.kind ORDER BY i.kind
"""
