"""What became of insights: the states they were brought into, and how they were judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import asyncpg

from core.missing import no_insight
from core.records.audit import Act
from core.records.insights import (
    InsightAct,
    InsightJudgement,
    InsightKind,
    InsightRecord,
    InsightScore,
    InsightState,
    InsightVerdict,
)
from core.scope import TenantScope
from stores.postgres.audit import acting
from stores.postgres.clock import advance_clock
from stores.postgres.database import Database, storable
from stores.postgres.entries import settle
from stores.postgres.insight_records import act_record, insight_record, judgement_record

Told = TypeVar("Told", InsightAct, InsightJudgement)


class InsightActStore:
    """Brings insights into states, judges them, and tells how they turned out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def act(
        self, scope: TenantScope, insight_id: UUID, state: InsightState, note: str | None = None
    ) -> InsightRecord:
        """Bring an insight into a state, in the name of the caller; NotFound where there is none.

        Each call is an act of its own, also one that changes nothing but the note.
        """
        subject = f"insight:{insight_id}"
        told = acting(self._database, scope, Act.INSIGHT_STATE_SET, subject, state=state)
        async with told as connection:
            moment = await advance_clock(connection, scope)
            row = await connection.fetchrow(_SET, scope.tenant_id, insight_id, moment, state)
            values = insight_id, moment, state, scope.actor, _kept(note)
            record = _found(row)
            await connection.execute(_ACT, scope.tenant_id, *values)
        return record

    async def judge(
        self, scope: TenantScope, insight_id: UUID, verdict: InsightVerdict, note: str | None = None
    ) -> InsightRecord:
        """Say what an insight turned out to be, in the name of the caller; NotFound likewise."""
        subject = f"insight:{insight_id}"
        told = acting(self._database, scope, Act.INSIGHT_JUDGED, subject, verdict=verdict)
        async with told as connection:
            moment = await advance_clock(connection, scope)
            row = await connection.fetchrow(_RULE, scope.tenant_id, insight_id, moment, verdict)
            values = insight_id, verdict, moment, scope.actor, _kept(note)
            record = _found(row)
            await connection.execute(_JUDGE, scope.tenant_id, *values)
        return record

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


def _found(row: asyncpg.Record | None) -> InsightRecord:
    if row is None:
        raise no_insight()
    return insight_record(row)


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


_SET = """
UPDATE insight SET state = $4, learned_at = $3 WHERE tenant_id = $1 AND id = $2 RETURNING *
"""
_ACT = """
INSERT INTO insight_act (tenant_id, insight_id, at, state, acted_by, note)
VALUES ($1, $2, $3, $4, $5, $6)
"""
_RULE = """
UPDATE insight SET verdict = $4, learned_at = $3 WHERE tenant_id = $1 AND id = $2 RETURNING *
"""
_JUDGE = """
INSERT INTO insight_verdict (tenant_id, insight_id, verdict, at, judged_by, note)
VALUES ($1, $2, $3, $4, $5, $6)
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
