"""One run of kind ANALYSIS: what is worth telling is told, and what was told is judged."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from analysis.insights.discover import discover
from analysis.insights.judging import Settings
from analysis.insights.panel import Panel
from core.jsonvalue import JSONObject
from core.records.findings import Finding, KnownCauses
from core.records.insights import InsightRecord
from core.records.runs import Receipt
from core.scope import TenantId
from jobs.analysing.identity import matched
from jobs.analysing.incidents import Nesting, incidents, members
from jobs.analysing.look import Look, look
from jobs.analysing.rules import RULES
from jobs.analysing.severity import severity, weekly_spend
from jobs.analysing.verdicts import Bench
from jobs.assignments import Assignment, GaveWay
from stores.postgres.analysis_work import Footing, Judging, Standing, Telling
from stores.postgres.run_work import RunStep

SUBJECT: Final = "subject"
"""The fact under which a finding keeps what its subject was called."""


async def analyse(at: Assignment) -> Receipt:
    """Look at one currency after the other, from the checkpoint on."""
    footing, done = await _begun(at)
    seen = await look(at.stores, at.scope)
    for place, panel in enumerate(seen.panels if seen else ()):
        if seen is None or panel.currency in done:
            continue
        outcome = await _outcome(at, seen, panel)
        done.append(panel.currency)
        told = f"{panel.currency}: {len(outcome.telling)} told, {len(outcome.judging)} judged"
        if outcome.placing:
            await at.work.incidents.place(at.scope, at.claimed, outcome.placing)
        step = RunStep(_kept(footing, done), (place + 1) / len(seen.panels), told)
        await at.work.analyses.tell(at.scope, at.claimed, outcome.telling, outcome.judging, step)
        if await at.gives_way():
            raise GaveWay
    return await at.work.analyses.finish(at.scope, at.claimed, footing, RULES)


@dataclass(frozen=True, slots=True)
class _Outcome:
    telling: Sequence[Telling]
    judging: Sequence[Judging]
    placing: Mapping[UUID, UUID]


async def _begun(at: Assignment) -> tuple[Footing, list[str]]:
    """Where the run stands: what it goes by is what was known when it began."""
    kept = at.run.checkpoint
    if kept is None or not isinstance(kept["tokens"], dict):
        return await at.work.analyses.footing(at.scope), []
    done = kept["currencies"]
    footing = Footing(datetime.fromisoformat(str(kept["looked_at"])), kept["tokens"])
    return footing, list(map(str, done)) if isinstance(done, list) else []


def _kept(footing: Footing, done: Sequence[str]) -> JSONObject:
    return {
        "looked_at": footing.at.isoformat(),
        "tokens": footing.tokens,
        "currencies": list(done),
    }


async def _outcome(at: Assignment, seen: Look, panel: Panel) -> _Outcome:
    standing = await at.work.analyses.standing(at.scope, panel.currency)
    exact = await at.work.incidents.exact(at.scope, panel.currency)
    settings = Settings(seen.judged_since)
    findings = await asyncio.to_thread(named_findings, panel, seen.known, settings)
    bench = Bench(panel, seen.judged_since, seen.at.date())
    tenant_id = at.scope.tenant_id
    telling = _weighed(tenant_id, findings, standing, panel)
    again = [each.standing for each in telling if each.standing is not None]
    told = {each.id for each in again}
    gone = [each for each in standing if each.record.id not in told]
    of = members(telling, gone, exact)
    incident_of = incidents(tenant_id, of, Nesting.of(panel.channels))
    return _Outcome(
        [replace(each, incident_id=incident_of.get(each.fingerprint)) for each in telling],
        [*bench.again(again), *bench.gone(gone)],
        _moved(incident_of, gone, exact),
    )


def _moved(
    incident_of: Mapping[UUID, UUID], gone: Sequence[Standing], exact: Sequence[InsightRecord]
) -> dict[UUID, UUID]:
    """The insights that are not told now and are of another incident than they were."""
    keyed = [*((each.fingerprint, each.record) for each in gone), *((x.id, x) for x in exact)]
    return {
        record.id: incident_of[key]
        for key, record in keyed
        if key in incident_of and incident_of[key] != record.incident_id
    }


def named_findings(panel: Panel, known: KnownCauses, settings: Settings) -> list[Finding]:
    """What may be told of a panel, each with what its subject is called."""
    names = dict(zip(panel.subjects, panel.names, strict=True))
    return [
        replace(
            each,
            facts={**each.facts, SUBJECT: names.get(each.subject, each.subject.key)},
        )
        for each in discover(panel, known, settings)
    ]


def _weighed(
    tenant_id: TenantId, findings: Sequence[Finding], standing: Sequence[Standing], panel: Panel
) -> list[Telling]:
    of_week = weekly_spend(panel)
    return [
        Telling(
            each.finding,
            severity(each.finding, of_week),
            each.fingerprint,
            each.standing,
            each.state,
        )
        for each in matched(tenant_id, findings, standing)
    ]
