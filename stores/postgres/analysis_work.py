"""The worker's side of insights: what an analysis tells anew, and how it judges what it told.

Every step is one transaction and safe to repeat: what stands already is not written again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from core.commands import NewRun
from core.jsonvalue import JSONObject
from core.records.audit import Act
from core.records.findings import Finding
from core.records.insights import InsightRecord, InsightSeverity, InsightState, InsightVerdict
from core.records.runs import Receipt, RunKind, RunRecord
from core.scope import TenantId, TenantScope
from stores.postgres.audit import record_act
from stores.postgres.clock import advance_clock
from stores.postgres.database import Connection, Database
from stores.postgres.endings import conclude
from stores.postgres.entries import merge_lock
from stores.postgres.insight_records import BY, finding_fields, insight_record
from stores.postgres.raising import raise_insights
from stores.postgres.run_records import run_record
from stores.postgres.run_work import Claimed, ClaimLost, RunStep, advance_run, hold
from stores.postgres.runs import start_run

QUIET_SECONDS: Final = 10
LONGEST_SECONDS: Final = 300


@dataclass(frozen=True, slots=True)
class Footing:
    """What an analysis stands on: the tenant's clock, and the tokens of its data, before it."""

    at: datetime
    tokens: JSONObject


@dataclass(frozen=True, slots=True)
class Standing:
    """An insight that analysis told; its `verdict` is that of analyses, whatever people say.

    `set_by` is who brought it into the state it is in, None where nobody did; `said_at` when
    people last did anything with it.
    """

    record: InsightRecord
    fingerprint: UUID
    set_by: str | None
    said_at: datetime | None

    @property
    def is_reopened(self) -> bool:
        """Whether people have opened it again: it is theirs to close."""
        return self.record.state is InsightState.OPEN and self.set_by not in (None, BY)


@dataclass(frozen=True, slots=True)
class Telling:
    """A finding that is told: `standing` where it was told before, under the same fingerprint.

    `incident_id` is the incident that it is of; None of kinds that make none.
    """

    finding: Finding
    severity: InsightSeverity
    fingerprint: UUID
    standing: InsightRecord | None = None
    state: InsightState = InsightState.OPEN
    incident_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Judging:
    """What becomes of an insight that was told before: a verdict, a state, or both."""

    record: InsightRecord
    verdict: InsightVerdict | None
    state: InsightState | None
    note: str
    figures: JSONObject


class AnalysisWorkStore:
    """Steps of a run of kind ANALYSIS, and when one is due."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, rules: str) -> tuple[TenantId, ...]:
        """Tenants whose data stand under other tokens than when they were analysed, and are quiet.

        Also in the middle of a long backfill, but seldom; once a day whatever happens, for what is
        late is news too; and where others than `rules` analysed.
        """
        async with self._database.watch() as connection:
            rows = await connection.fetch(_DUE, QUIET_SECONDS, LONGEST_SECONDS, rules)
        return tuple(TenantId(row["tenant_id"]) for row in rows)

    async def request(self, scope: TenantScope) -> RunRecord:
        """A run that analyses what is known by then; the one that waits already, if any."""
        async with self._database.write(scope) as connection:
            return await _requested(connection, scope)

    async def start(self, scope: TenantScope) -> RunRecord:
        """`request`, as somebody asks for it."""
        async with self._database.write(scope) as connection:
            run = await _requested(connection, scope)
            asked = {"kind": RunKind.ANALYSIS}
            await record_act(connection, scope, Act.RUN_REQUESTED, f"run:{run.id}", **asked)
        return run

    async def footing(self, scope: TenantScope) -> Footing:
        """Where the data stand now; ClaimLost where the tenant is gone."""
        async with self._database.read(scope) as connection:
            row = await connection.fetchrow(_FOOTING, scope.tenant_id)
        if row is None:
            raise ClaimLost("the run went with its tenant")
        return Footing(row["learned_at"], row["tokens"])

    async def standing(self, scope: TenantScope, currency: str) -> tuple[Standing, ...]:
        """What was told of a currency and may be told again or judged, oldest first."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_STANDING, scope.tenant_id, currency)
        return tuple(map(_standing, rows))

    async def tell(
        self,
        scope: TenantScope,
        claimed: Claimed,
        telling: Sequence[Telling],
        judging: Sequence[Judging],
        step: RunStep,
    ) -> None:
        """Write what is new or differs, judge, and count, all at one moment."""
        async with self._database.write(scope) as connection:
            await hold(connection, scope, claimed)
            changed = [each for each in telling if _differs(each)]
            raised = await _write(connection, scope, claimed, changed, judging)
            counts = _counts(telling, changed, judging)
            await connection.execute(_COUNT, scope.tenant_id, claimed.run.id, *counts)
            await advance_run(connection, scope, claimed, step)
            await raise_insights(connection, scope, claimed.run.id, raised)

    async def finish(
        self, scope: TenantScope, claimed: Claimed, footing: Footing, rules: str
    ) -> Receipt:
        """End the run: what was known on `footing` is analysed by `rules`."""
        async with self._database.write(scope) as connection:
            await hold(connection, scope, claimed)
            run_id = claimed.run.id
            told = await connection.fetchval(_SUMMARY, scope.tenant_id, run_id)
            receipt = await conclude(connection, scope, run_id, None, told)
            values = footing.at, footing.tokens, rules
            await connection.execute(_FINISH, scope.tenant_id, *values)
        return receipt


async def _requested(connection: Connection, scope: TenantScope) -> RunRecord:
    await connection.execute("SELECT pg_advisory_xact_lock($1)", merge_lock(scope))
    waiting = await connection.fetchrow(_WAITING, scope.tenant_id)
    if waiting is not None:
        return run_record(waiting)
    return await start_run(connection, scope, NewRun(RunKind.ANALYSIS))


def _standing(row: asyncpg.Record) -> Standing:
    judged = row["judged"]
    verdict = None if judged is None else InsightVerdict(judged)
    record = replace(insight_record(row), verdict=verdict)
    return Standing(record, row["fingerprint"], row["set_by"], row["said_at"])


async def _write(
    connection: Connection,
    scope: TenantScope,
    claimed: Claimed,
    changed: Sequence[Telling],
    judging: Sequence[Judging],
) -> list[UUID]:
    """Write and judge; the insights that are raised by it."""
    if not changed and not judging:
        return []
    moment = await advance_clock(connection, scope)
    values = scope.tenant_id, moment, claimed.run.id
    written = await connection.fetch(_TELL, *values, _json([_told(each) for each in changed]))
    reopened = await connection.fetch(_REOPEN, *values, BY, _reopened(changed))
    judged = _json([_judged(each) for each in judging])
    await connection.execute(_JUDGE, *values, BY, judged)
    news = {each.fingerprint for each in changed if _is_news(each)}
    told = [row["id"] for row in written if row["fingerprint"] in news]
    return told + [row["insight_id"] for row in reopened]


def _differs(telling: Telling) -> bool:
    record = telling.standing
    if record is None or record.finding is None:
        return True
    known = finding_fields(record.finding), record.severity, record.state, record.incident_id
    said = finding_fields(telling.finding), telling.severity, telling.state, telling.incident_id
    return _json(known) != _json(said)


_KEPT: Final = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_SORT_KEYS


def _json(value: object) -> str:
    """As it is kept: numpy's numbers as numbers, ids and amounts as texts."""
    return orjson.dumps(value, default=str, option=_KEPT).decode()


def _told(telling: Telling) -> dict[str, Any]:
    record = telling.standing
    fields = finding_fields(telling.finding)
    return fields | {
        "id": None if record is None else record.id,
        "fingerprint": telling.fingerprint,
        "severity": telling.severity,
        "incident_id": telling.incident_id,
        "state": telling.state,
    }


def _reopened(changed: Sequence[Telling]) -> list[UUID]:
    return [
        each.standing.id
        for each in changed
        if each.standing is not None and each.standing.state is not each.state
    ]


def _is_news(telling: Telling) -> bool:
    """Whether it is new, or weighs more than before and is not closed."""
    record = telling.standing
    if record is None or record.severity is None:
        return True
    return telling.state.is_live and telling.severity.outweighs(record.severity)


def _judged(judging: Judging) -> dict[str, Any]:
    return {
        "id": judging.record.id,
        "verdict": judging.verdict,
        "state": judging.state,
        "stood": judging.record.state,
        "note": judging.note,
        "figures": judging.figures,
    }


def _counts(
    telling: Sequence[Telling], changed: Sequence[Telling], judging: Sequence[Judging]
) -> tuple[int, ...]:
    created = sum(each.standing is None for each in changed)
    gone = sum(each.state is not None for each in judging)
    stored = len(changed)
    return len(telling), stored, len(telling) - stored, created, stored - created, gone


# What analyses look at: entries, accounts, readings, the calendar, rules of channels, budgets.
_TOKENS = """
coalesce((SELECT jsonb_object_agg(t.key, t.value) FROM jsonb_each(v.tokens) t
          WHERE t.key IN ('FACTS', 'SOURCES', 'READINGS', 'CALENDAR', 'LABELS',
                        'PLANS')), '{}')"""
_FOOTING = f"""
SELECT c.learned_at, {_TOKENS} AS tokens
FROM data_clock c LEFT JOIN LATERAL data_tokens($1) v ON true WHERE c.tenant_id = $1
"""
_DUE = f"""
SELECT c.tenant_id FROM data_clock c
LEFT JOIN data_version v USING (tenant_id) LEFT JOIN analysis a USING (tenant_id)
WHERE (a.analysed_at IS NULL OR a.rules <> $3
       OR a.analysed_at < clock_timestamp() - interval '1 day' OR a.tokens <> {_TOKENS})
  AND (c.learned_at < clock_timestamp() - make_interval(secs => $1)
       OR a.analysed_at < clock_timestamp() - make_interval(secs => $2))
  AND v.tokens ? 'FACTS'
  AND NOT EXISTS (SELECT FROM run r WHERE r.tenant_id = c.tenant_id AND r.kind = 'ANALYSIS'
                  AND r.status IN ('QUEUED', 'RUNNING'))
"""
_WAITING = """
SELECT * FROM run WHERE tenant_id = $1 AND kind = 'ANALYSIS' AND status = 'QUEUED' LIMIT 1
"""
# Closed ones too, as far back as they could be told again.
_STANDING = """
SELECT i.*, a.acted_by AS set_by, v.verdict AS judged, (
    SELECT max(said.at) FROM insight_act said
    WHERE said.tenant_id = $1 AND said.insight_id = i.id AND said.run_id IS NULL
) AS said_at
FROM insight i
LEFT JOIN LATERAL (
    SELECT acted_by FROM insight_act
    WHERE tenant_id = $1 AND insight_id = i.id AND NOT is_assignment ORDER BY at DESC LIMIT 1
) a ON true
LEFT JOIN LATERAL (
    SELECT verdict FROM insight_verdict
    WHERE tenant_id = $1 AND insight_id = i.id AND run_id IS NOT NULL ORDER BY at DESC LIMIT 1
) v ON true
WHERE i.tenant_id = $1 AND i.currency = $2 AND i.fingerprint IS NOT NULL
  AND (i.state NOT IN ('RESOLVED', 'EXPIRED') OR i.until > current_date - 120)
ORDER BY i.id
"""
_COLUMNS: Final = (
    *("kind", "connection_id", "metric", "currency", "since", "until", "subject_level"),
    *("subject_key", "observed", "expected", "effect", "method", "n", "p", "q", "is_final"),
    *("at_stake", "causes", "facts", "severity", "fingerprint", "state", "incident_id"),
)
_EVIDENCE = 50
# Of the largest entries of its days, those of what it is about. What stands in which state is left
# as it is: people may have acted while the analysis looked.
_TELL = f"""
WITH told AS MATERIALIZED (
    SELECT t.* FROM jsonb_populate_recordset(NULL::insight, $4::jsonb) t
), behind AS (
    SELECT t.fingerprint, count(e.digest)::int AS entries,
           (array_agg(e.date ORDER BY e.spend DESC NULLS LAST, e.date, e.digest)
               FILTER (WHERE e.digest IS NOT NULL))[:{_EVIDENCE}] AS dates,
           (array_agg(e.digest ORDER BY e.spend DESC NULLS LAST, e.date, e.digest)
               FILTER (WHERE e.digest IS NOT NULL))[:{_EVIDENCE}] AS digests
    FROM told t LEFT JOIN marketing_entry e ON e.tenant_id = $1 AND e.is_present
        AND e.date BETWEEN greatest(t.since, t.until - 30) AND t.until
        AND e.currency = t.currency AND e.level NOT IN ('ORDER', 'SERIES')
        AND (t.connection_id IS NULL OR e.connection_id = t.connection_id)
        AND (t.subject_level <> 'CAMPAIGN' OR e.campaign = t.subject_key::uuid)
        AND (t.subject_level <> 'CHANNEL' OR e.channel = t.subject_key)
    GROUP BY t.fingerprint
)
INSERT INTO insight AS i (
    tenant_id, run_id, learned_at, entries, evidence_dates, evidence_digests,
    {", ".join(_COLUMNS)})
SELECT $1::uuid, $3::uuid, $2::timestamptz, b.entries, coalesce(b.dates, '{{}}'),
       coalesce(b.digests, '{{}}'),
       {", ".join(f"t.{name}" for name in _COLUMNS)}
FROM told t JOIN behind b USING (fingerprint)
ON CONFLICT (tenant_id, fingerprint) WHERE fingerprint IS NOT NULL DO UPDATE SET
    run_id = excluded.run_id, learned_at = excluded.learned_at, entries = excluded.entries,
    evidence_dates = excluded.evidence_dates, evidence_digests = excluded.evidence_digests,
    {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name != "state")}
RETURNING id, fingerprint
"""
# Closed by people meanwhile, it stays closed.
_REOPEN = """
WITH reopened AS (
    UPDATE insight i SET state = 'OPEN', learned_at = $2
    WHERE i.tenant_id = $1 AND i.id = ANY($5) AND $4 = (
        SELECT a.acted_by FROM insight_act a
        WHERE a.tenant_id = $1 AND a.insight_id = i.id AND NOT a.is_assignment
        ORDER BY a.at DESC LIMIT 1)
    RETURNING i.id, i.state, i.owner
)
INSERT INTO insight_act (tenant_id, insight_id, at, state, owner, acted_by, run_id, note)
SELECT $1::uuid, id, $2::timestamptz, state, owner, $4::text, $3::uuid, 'it holds again'
FROM reopened RETURNING insight_id
"""
# In another state than the analysis saw it in, it stays there.
_JUDGE = """
WITH judged AS MATERIALIZED (
    SELECT j.id, j.verdict, j.note, j.figures, i.owner,
           CASE WHEN i.state = j.stood THEN j.state END AS state
    FROM jsonb_to_recordset($5::jsonb)
        j (id uuid, verdict text, state text, stood text, note text, figures jsonb)
    JOIN insight i ON i.tenant_id = $1 AND i.id = j.id
), acted AS (
    INSERT INTO insight_act (tenant_id, insight_id, at, state, owner, acted_by, run_id, note)
    SELECT $1::uuid, j.id, $2::timestamptz, j.state, j.owner, $4::text, $3::uuid, j.note
    FROM judged j WHERE j.state IS NOT NULL
), ruled AS (
    INSERT INTO insight_verdict (
        tenant_id, insight_id, at, verdict, judged_by, run_id, note, figures)
    SELECT $1::uuid, j.id, $2::timestamptz, j.verdict, $4::text, $3::uuid, j.note, j.figures
    FROM judged j WHERE j.verdict IS NOT NULL
)
UPDATE insight i SET state = coalesce(j.state, i.state), learned_at = $2,
    verdict = coalesce(j.verdict, i.verdict)
FROM judged j WHERE i.tenant_id = $1 AND i.id = j.id
"""
_COUNT = """
UPDATE run SET pages = pages + 1, fetched = fetched + $3, stored = stored + $4,
    unchanged = unchanged + $5, created = created + $6, restated = restated + $7,
    vanished = vanished + $8
WHERE tenant_id = $1 AND id = $2
"""
_SUMMARY = """
SELECT format('%s insights told, of which %s are new, %s ended', fetched, created, vanished)
FROM run WHERE tenant_id = $1 AND id = $2
"""
_FINISH = """
INSERT INTO analysis (tenant_id, looked_at, tokens, rules) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id) DO UPDATE SET looked_at = excluded.looked_at, tokens = excluded.tokens,
    rules = excluded.rules, analysed_at = clock_timestamp()
"""
