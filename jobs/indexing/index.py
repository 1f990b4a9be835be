"""One run of kind INDEX: what was touched is said anew, and what follows documents follows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

from core.calendar.periods import month_on
from core.errors import ConfigError
from core.jsonvalue import JSONObject
from core.records.document_facts import EntityFacts, EntityMonth, MonthDays, month_range
from core.records.naming import NamingRuleRecord
from core.records.rules import RulesAt
from core.records.runs import Receipt
from core.scope import TenantId
from jobs.assignments import Assignment, GaveWay
from jobs.indexing.measuring import measure
from jobs.indexing.steps import follow
from jobs.indexing.vectors import VectorStep
from jobs.searching import renew_search
from stores.postgres.document_facts import with_followers
from stores.postgres.document_work import (
    ENTITY_KINDS,
    SINGLE_KINDS,
    NewVersion,
    Rewriting,
    Standing,
)
from stores.postgres.run_work import RunStep
from transform.documents import RULES
from transform.documents.bands import HISTORY_MONTHS
from transform.documents.days import month_days
from transform.documents.entities import entity_documents
from transform.documents.singles import single_documents
from transform.documents.written import Written

BATCH: Final = 2000
"""Versions written in one transaction, during which the tenant's merges wait."""

_OF_DOCUMENTS: Final = 0.8
"""The share of a run's progress that documents are."""


async def index(at: Assignment) -> Receipt:
    """Say anew what was touched since the last run, from the checkpoint on."""
    plan = await _planned(at)
    writing = _Writing(at, plan)
    while plan.months:
        await writing.month(plan.months[0])
        if await at.gives_way():
            raise GaveWay
    await writing.singles()
    # Thousands of rows that the planner knows nothing of: what follows would loop over them.
    await at.stores.statistics.learn()
    await renew_search(at.stores, at.scope, has_moved=plan.done > 0)
    await _vectors(at, plan)
    return await at.work.documents.finish(at.scope, at.claimed, plan.looked_at, RULES)


async def _vectors(at: Assignment, plan: _Plan) -> None:
    """Bring the vectors up to the documents; without an embedder the other modes answer."""
    step = VectorStep(at)
    try:
        await step.begin(at)
        await follow(at, step, plan.to_json(), _OF_DOCUMENTS)
        await step.serve(at)
        await measure(at.stores, at.scope)
    except ConfigError as error:
        told = RunStep(plan.to_json(), _OF_DOCUMENTS, f"no vectors: {error.message}")
        await at.work.runs.advance(at.scope, at.claimed, told)


@dataclass(slots=True)
class _Plan:
    """What is left to do of a run; `done` of all its months are done."""

    looked_at: datetime
    months: list[date]
    done: int = 0

    def to_json(self) -> JSONObject:
        """As it is kept in the run's checkpoint."""
        return {
            "rules": RULES,
            "looked_at": self.looked_at.isoformat(),
            "months": [month.isoformat() for month in self.months],
            "windows_done": self.done,
            "windows": self.done + len(self.months),
        }

    @property
    def progress(self) -> float:
        """The share of the run that is done."""
        return _OF_DOCUMENTS * self.done / max(self.done + len(self.months), 1)


async def _planned(at: Assignment) -> _Plan:
    kept = at.run.checkpoint
    # What a plan says is done was written by its rules.
    if kept is not None and kept.get("rules") == RULES:
        months = [date.fromisoformat(month) for month in _texts(kept["months"])]
        looked_at = datetime.fromisoformat(str(kept["looked_at"]))
        return _Plan(looked_at, months, int(str(kept["windows_done"])))
    anew = bool(at.run.options.get("everything"))
    since = None if anew else await at.stores.documents.looked_at(at.scope, RULES)
    touched = await at.stores.document_facts.touched(at.scope, since)
    written = await at.work.documents.months(at.scope)
    # Where all is said anew, also months in which nothing is any more.
    gone = written if since is None else ()
    plan = _Plan(touched.at, list(with_followers([*touched.months, *gone], written)))
    told = f"{len(plan.months)} months to say anew"
    await at.work.runs.advance(at.scope, at.claimed, RunStep(plan.to_json(), 0, told))
    return plan


def _texts(kept: object) -> Iterable[str]:
    return map(str, kept) if isinstance(kept, list) else ()


@dataclass(slots=True)
class _Writing:
    """The documents of a run; facts of the last months are kept for those after them."""

    at: Assignment
    plan: _Plan
    _known: dict[date, tuple[EntityMonth, ...]] = field(default_factory=dict)
    _naming: tuple[NamingRuleRecord, ...] | None = None

    async def month(self, month: date) -> None:
        """Write what differs of a month of the plan, and take it off."""
        facts = await self._facts(month)
        standing = await self.at.work.documents.standing(self.at.scope, ENTITY_KINDS, month)
        made = await asyncio.to_thread(_made, facts)
        *parts, last = _parts(self.at.scope.tenant_id, made, standing)
        for part in parts:
            await self._write(part, f"{month:%Y-%m}")
        self.plan.months.remove(month)
        self.plan.done += 1
        await self._write(last, f"{month:%Y-%m}")

    async def singles(self) -> None:
        """Write what differs of insights, events and exports."""
        facts = await self.at.stores.document_facts.singles(self.at.scope)
        standing = await self.at.work.documents.standing(self.at.scope, SINGLE_KINDS, None)
        made = await asyncio.to_thread(lambda: list(single_documents(facts)))
        unread = facts.count - len(made)
        of = "insights, events and exports" + (f", {unread} not to be read" if unread else "")
        for part in _parts(self.at.scope.tenant_id, made, standing):
            await self._write(part, of)

    async def _write(self, what: Rewriting, of: str) -> None:
        told = f"{of}: {len(what.versions)} of {what.made} documents written"
        step = RunStep(self.plan.to_json(), self.plan.progress, told)
        await self.at.work.documents.rewrite(self.at.scope, self.at.claimed, what, step)

    async def _facts(self, month: date) -> EntityFacts:
        before = [month_on(month, -back) for back in range(HISTORY_MONTHS, 0, -1)]
        for each in (*before, month):
            if each not in self._known:
                self._known[each] = await self.at.stores.document_facts.entity_months(
                    self.at.scope, each
                )
        self._known = {each: self._known[each] for each in (*before, month)}
        if self._naming is None:
            now = RulesAt()
            found = await self.at.stores.naming.rules(self.at.scope, [now])
            self._naming = found[now]
        return EntityFacts(
            self._known[month],
            tuple(each for earlier in before for each in self._known[earlier]),
            {month: await self._days(month)},
            self._naming,
        )

    async def _days(self, month: date) -> MonthDays:
        days = month_range(month)
        found = await self.at.stores.calendar.range(self.at.scope, days)
        events = await self.at.stores.calendar_events.range(self.at.scope, days)
        return month_days(found, events, month)


def _made(facts: EntityFacts) -> list[Written]:
    return list(entity_documents(facts))


def _parts(
    tenant_id: TenantId, made: Sequence[Written], standing: Mapping[UUID, Standing]
) -> list[Rewriting]:
    """What differs, cut into transactions; the last counts all that does not."""
    by_id = {each.subject.document_id(tenant_id): each for each in made}
    versions = [
        NewVersion(document_id, document_id not in standing, _fields(each))
        for document_id, each in by_id.items()
        if standing.get(document_id) != _standing(each)
    ]
    gone = [document_id for document_id in standing if document_id not in by_id]
    cuts = range(0, max(len(versions), 1), BATCH)
    parts = [Rewriting(BATCH, versions[cut : cut + BATCH], ()) for cut in cuts]
    last = parts.pop()
    return [*parts, Rewriting(len(by_id) - BATCH * len(parts), last.versions, gone)]


def _standing(written: Written) -> Standing:
    return Standing(written.content_hash, written.quality, written.campaign_id)


def _fields(written: Written) -> Mapping[str, object]:
    period = written.period
    return {
        "kind": written.subject.kind,
        "subject_id": written.subject.id,
        "source": written.source,
        "account_id": written.account_id,
        "entity_id": written.entity_id,
        "campaign_id": written.campaign_id,
        "channel": written.channel,
        "since": period and period.since,
        "until": period and period.until,
        "title": written.title,
        "text": written.text,
        "content_hash": written.content_hash,
        "quality": written.quality,
    }
