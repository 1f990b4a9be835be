"""Analyses: what is told, that it is told once, and how it is judged when figures move."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import asyncpg
import pytest

from core.records.findings import SubjectLevel
from core.records.insight_acts import InsightRating, InsightWish, InsightWord
from core.records.insights import InsightKind, InsightSeverity, InsightState, InsightVerdict
from core.records.runs import Counters, RunKind, RunStatus
from core.units import DateRange
from jobs.analysing.analyse import analyse
from jobs.analysing.due import request_due
from stores.postgres.run_work import CancelRequested
from stores.wiring import Stores
from tests.jobs.analysing import ODD, Desk, account, csv
from tests.support import NewTenant, RunningWorker, SandboxAt, Services

USUAL = {"alpha": 100.0, "beta": 100.0, "gamma": 100.0}
OUTCOMES = """{
  insights(kinds: [ANOMALY], filter: {levels: [CAMPAIGN]}) { nodes {
    subject { level name campaign { name } } state verdict severity
    history { state by note } outcomes { verdict by observedThen observedNow }
    evidence { date } } }
  insightLedger { kind raised held restatedAway withdrawn hitRate } }"""


@pytest.fixture
async def desk(
    stores: Stores, new_tenant: NewTenant, running_worker: RunningWorker, sandbox: SandboxAt
) -> Desk:
    tenant = await new_tenant(reporting_currency="EUR")
    connection = await stores.connections.create(tenant.scope, account())
    return Desk(stores, tenant.scope, connection, running_worker, sandbox.url)


async def test_what_is_told_is_told_once_and_judged_when_its_figures_move(desk: Desk) -> None:
    await desk.load(csv(USUAL, {"alpha": 4.0}))
    receipt = await desk.analysed()
    assert receipt.counters == Counters(pages=1, fetched=4, stored=4, created=4)
    told = await desk.told(InsightKind.ANOMALY)
    # Newest first; subjects of one moment in the order in which they were found.
    assert {each.subject.level for each in told} == set(SubjectLevel)
    (of_alpha,) = (each for each in told if each.subject.level is SubjectLevel.CAMPAIGN)
    finding = of_alpha.finding
    assert finding is not None
    assert (finding.metric, finding.currency, finding.window) == (
        "spend",
        "EUR",
        DateRange(ODD, ODD),
    )
    assert (finding.observed, finding.facts["subject"]) == (438.15, "alpha")
    assert finding.q is not None
    assert finding.q < 0.001
    assert (of_alpha.severity, finding.at_stake) == (InsightSeverity.HIGH, Decimal("335.68"))
    assert (of_alpha.state, of_alpha.verdict, of_alpha.entries) == (InsightState.OPEN, None, 1)

    again = await desk.analysed()
    assert again.counters == Counters(pages=1, fetched=4, unchanged=4)
    assert await desk.told(InsightKind.ANOMALY) == told

    await desk.load(csv(USUAL))
    ended = await desk.analysed()
    assert ended.counters == Counters(pages=1, vanished=4)
    answer = await desk.ask(OUTCOMES)
    (node,) = answer["insights"]["nodes"]
    assert node == {
        "subject": {"level": "CAMPAIGN", "name": "alpha", "campaign": {"name": "alpha"}},
        "state": "RESOLVED",
        "verdict": "RESTATED_AWAY",
        "severity": "HIGH",
        "history": [{"state": "RESOLVED", "by": "analysis", "note": "its figures were restated"}],
        "outcomes": [
            {
                "verdict": "RESTATED_AWAY",
                "by": "analysis",
                "observedThen": 438.15,
                "observedNow": 109.54,
            }
        ],
        "evidence": [{"date": ODD.isoformat()}],
    }
    anomalies, restatements = answer["insightLedger"]
    assert anomalies == {
        "kind": "ANOMALY",
        "raised": 4,
        "held": 0,
        "restatedAway": 4,
        "withdrawn": 0,
        "hitRate": 0.0,
    }
    assert (restatements["kind"], restatements["hitRate"]) == ("RESTATEMENT", None)
    # What was told then stays what was told then.
    assert await desk.told(InsightKind.ANOMALY, again.as_of) == told
    assert await desk.told(InsightKind.ANOMALY, receipt.as_of) == told
    # What people open again is theirs to close.
    reopened = InsightWish(InsightState.OPEN)
    await desk.stores.insight_acts.act(desk.scope, of_alpha.id, reopened)
    await desk.analysed()
    states = {each.id: each.state for each in await desk.told(InsightKind.ANOMALY)}
    assert [id_ for id_, state in states.items() if state is InsightState.OPEN] == [of_alpha.id]


async def test_people_bring_insights_into_states_and_judge_them(desk: Desk) -> None:
    await _restated(desk)
    (record,) = await desk.told(InsightKind.RESTATEMENT)
    acts = desk.stores.insight_acts
    wish = InsightWish(InsightState.EXPLAINED, InsightWord("a sale"))
    seen = await acts.act(desk.scope, record.id, wish)
    judged = await acts.rate(desk.scope, record.id, InsightRating.ACTED_ON)
    assert (judged.state, judged.verdict) == (InsightState.EXPLAINED, InsightVerdict.ACTED_ON)
    (act,) = (await acts.acts(desk.scope, [record.id]))[record.id]
    assert (act.state, act.by, act.note, act.run_id) == (
        InsightState.EXPLAINED,
        "user:test",
        "a sale",
        None,
    )
    before = await desk.stores.insights.by_ids(desk.scope, [record.id], record.learned_at)
    then = await desk.stores.insights.by_ids(desk.scope, [record.id], seen.learned_at)
    assert (before, then) == ({record.id: record}, {record.id: seen})
    (score,) = await acts.ledger(desk.scope)
    assert (score.raised, score.acted_on, score.hit_rate) == (1, 1, None)
    (of_before,) = await acts.ledger(desk.scope, record.learned_at)
    assert (of_before.raised, of_before.acted_on) == (1, 0)


async def test_a_run_ends_where_it_is_cancelled(desk: Desk) -> None:
    claimed = await desk.claimed()
    assert (claimed.run.kind, claimed.run.connection_id) == (RunKind.ANALYSIS, None)
    await desk.stores.runs.request_cancel(desk.scope, claimed.run.id)
    with pytest.raises(CancelRequested):
        await analyse(desk.assignment(claimed))


async def test_a_run_is_asked_for_where_data_have_changed(services: Services, desk: Desk) -> None:
    await _restated(desk)
    owner = await asyncpg.connect(services.logins.owner)
    tenant_id = desk.scope.tenant_id

    async def asked() -> list[str]:
        await owner.execute(
            "UPDATE data_clock SET learned_at = now() - interval '1 hour' WHERE tenant_id = $1",
            tenant_id,
        )
        await request_due(desk.stores)
        # Tenants of other tests are due too: workers of later tests have nothing to do for them.
        await owner.execute(
            "UPDATE run SET status = 'CANCELLED', ended_at = now()"
            " WHERE tenant_id <> $1 AND kind = 'ANALYSIS' AND status = 'QUEUED'",
            tenant_id,
        )
        rows = await owner.fetch(
            "SELECT status FROM run WHERE tenant_id = $1 AND kind = 'ANALYSIS'", tenant_id
        )
        return [row["status"] for row in rows]

    assert await asked() == [RunStatus.QUEUED]
    assert await asked() == [RunStatus.QUEUED]
    await desk.analysed()
    assert await asked() == [RunStatus.SUCCEEDED]
    await owner.execute("UPDATE analysis SET rules = 'others' WHERE tenant_id = $1", tenant_id)
    assert sorted(await asked()) == [RunStatus.QUEUED, RunStatus.SUCCEEDED]
    await owner.close()


async def _restated(desk: Desk) -> None:
    """An insight that is exact, as a run would have written it."""
    async with desk.stores.database.write(desk.scope) as connection:
        await connection.execute(
            "INSERT INTO insight (tenant_id, kind, connection_id, run_id, metric, since, until,"
            " before, after, entries, evidence_dates, evidence_digests)"
            " VALUES ($1, 'RESTATEMENT', $2, $2, 'spend', $3, $3, 1, 2, 0, '{}', '{}')",
            desk.scope.tenant_id,
            desk.connection.id,
            date(2026, 3, 2),
        )
        await connection.execute(
            "INSERT INTO day_reading (tenant_id, connection_id, date, read_at, run_id)"
            " VALUES ($1, $2, $3, clock_timestamp(), $2)",
            desk.scope.tenant_id,
            desk.connection.id,
            date(2026, 3, 2),
        )
        await connection.execute(
            "UPDATE data_clock SET learned_at = clock_timestamp() WHERE tenant_id = $1",
            desk.scope.tenant_id,
        )
