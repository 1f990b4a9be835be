"""Incidents, made of the insights that are of them, now or as they were known at a moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from core.errors import Conflict
from core.missing import no_incident
from core.records.audit import Act
from core.records.incidents import (
    MAX_MEMBERS,
    IncidentFilter,
    IncidentMoment,
    IncidentRecord,
)
from core.records.insight_acts import InsightWish, may_become
from core.records.insights import InsightRecord, InsightSeverity, InsightState
from core.records.pages import Page, PageRequest
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.audit import record_act
from stores.postgres.clock import advance_clock
from stores.postgres.conditions import Conditions
from stores.postgres.database import Connection, Database
from stores.postgres.entries import settle
from stores.postgres.insight_acts import bring
from stores.postgres.insight_records import insight_record
from stores.postgres.insights import insights_as_of
from stores.postgres.paging import Ordering, page_of

_NEWEST_FIRST = Ordering(("raised_at", "id"), (datetime.fromisoformat, UUID), is_descending=True)
_ALL: Final = IncidentFilter()


class IncidentStore:
    """Reads incidents, and acts on all insights of one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_ids(
        self, scope: TenantScope, ids: Sequence[UUID], as_of: datetime | None = None
    ) -> dict[UUID, IncidentRecord]:
        """The incidents of these ids that there are."""
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            return await _by_ids(connection, scope, ids, as_of)

    async def page(
        self,
        scope: TenantScope,
        request: PageRequest,
        asked: IncidentFilter = _ALL,
        as_of: datetime | None = None,
    ) -> Page[IncidentRecord]:
        """One page, the newest first. The cursor is when it was raised, and the id."""
        where = Conditions(scope.tenant_id)
        together = _together(where, as_of)
        _restrict(where, asked)
        _NEWEST_FIRST.seek(where, request)
        sql = f"{together} SELECT * FROM incident WHERE {where} {_NEWEST_FIRST.clause(request)}"
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            rows = await connection.fetch(sql, *where.values)
            page = page_of(rows, request, lambda row: row)
            found = await _with_headlines(connection, scope, page.items, as_of)
        return Page(tuple(found), has_next=page.has_next, has_previous=page.has_previous)

    async def members(
        self, scope: TenantScope, moments: Sequence[IncidentMoment]
    ) -> dict[IncidentMoment, tuple[InsightRecord, ...]]:
        """The first of the insights of each incident that there is, the headline before all."""
        found: dict[IncidentMoment, tuple[InsightRecord, ...]] = {}
        for as_of in dict.fromkeys(each.as_of for each in moments):
            ids = [each.id for each in moments if each.as_of == as_of]
            async with self._database.read(scope) as connection:
                await settle(connection, scope, as_of)
                records = await _members(connection, scope, ids, as_of)
            for record in records:
                if record.incident_id is not None:
                    moment = IncidentMoment(record.incident_id, as_of)
                    found[moment] = (*found.get(moment, ()), record)
        return found

    async def act(self, scope: TenantScope, incident_id: UUID, wish: InsightWish) -> IncidentRecord:
        """Bring those of its insights into a state that a way leads from, in the caller's name.

        NotFound where there is none, Conflict where no way leads from any. Where all are as far
        already nothing changes.
        """
        async with self._database.write(scope) as connection:
            moment = await advance_clock(connection, scope)
            rows = await connection.fetch(_MEMBERS, scope.tenant_id, incident_id)
            ids = _to_bring([(row["id"], InsightState(row["state"])) for row in rows], wish.state)
            if ids:
                await bring(connection, scope, ids, moment, wish)
                subject, told = f"incident:{incident_id}", {"insights": len(ids)}
                act = Act.INSIGHT_STATE_SET
                await record_act(connection, scope, act, subject, state=wish.state, **told)
            found = await _by_ids(connection, scope, [incident_id], None)
        return found[incident_id]


def _to_bring(members: Sequence[tuple[UUID, InsightState]], wished: InsightState) -> list[UUID]:
    """Those that are to be brought into a state; NotFound where there are none at all."""
    if not members:
        raise no_incident()
    states = {state for _, state in members}
    if not any(state.is_live for state in states) and wished not in states:
        raise Conflict("the incident is over", field="incidentId", mend="reopen its insights first")
    return [id_ for id_, state in members if state is not wished and may_become(state, wished)]


async def _by_ids(
    connection: Connection, scope: TenantScope, ids: Sequence[UUID], as_of: datetime | None
) -> dict[UUID, IncidentRecord]:
    where = Conditions(scope.tenant_id)
    together = _together(where, as_of, ids)
    rows = await connection.fetch(f"{together} SELECT * FROM incident", *where.values)
    found = await _with_headlines(connection, scope, rows, as_of)
    return {each.id: each for each in found}


async def _members(
    connection: Connection, scope: TenantScope, ids: Sequence[UUID], as_of: datetime | None
) -> list[InsightRecord]:
    where = Conditions(scope.tenant_id)
    together = _together(where, as_of, ids)
    most = where.parameter(MAX_MEMBERS)
    sql = f"{together} SELECT * FROM member WHERE place <= {most} ORDER BY incident_id, place"
    return [insight_record(row) for row in await connection.fetch(sql, *where.values)]


async def _with_headlines(
    connection: Connection,
    scope: TenantScope,
    rows: Sequence[asyncpg.Record],
    as_of: datetime | None,
) -> Iterable[IncidentRecord]:
    where = Conditions(scope.tenant_id)
    relation = insights_as_of(where, as_of)
    where.add("tenant_id = $1 AND id = ANY({})", [row["headline"] for row in rows])
    found = await connection.fetch(f"SELECT * FROM {relation} WHERE {where}", *where.values)
    headlines = {row["id"]: insight_record(row) for row in found}
    return [_record(row, headlines[row["headline"]], as_of) for row in rows]


def _record(row: asyncpg.Record, headline: InsightRecord, as_of: datetime | None) -> IncidentRecord:
    severity = row["severity"]
    return IncidentRecord(
        id=row["id"],
        currency=row["currency"],
        window=DateRange(row["since"], row["until"]),
        raised_at=row["raised_at"],
        learned_at=row["learned_at"],
        state=InsightState(row["state"]),
        severity=None if severity is None else InsightSeverity(severity),
        at_stake=row["at_stake"],
        insights=row["insights"],
        subjects=row["subjects"],
        headline=headline,
        as_of=as_of,
    )


def _restrict(where: Conditions, asked: IncidentFilter) -> None:
    if asked.dates is not None:
        where.add("since <= {} AND until >= {}", asked.dates.until, asked.dates.since)
    where.among("state", asked.states)
    where.among("severity", asked.severities)
    if asked.connections:
        where.add("connections && {}", list(asked.connections))
    if asked.campaigns:
        where.add("campaigns && {}", [str(each) for each in asked.campaigns])


def _together(where: Conditions, as_of: datetime | None, ids: Sequence[UUID] | None = None) -> str:
    """The CTEs up to `incident`: a row for each incident, or for each of `ids` that there is."""
    relation = insights_as_of(where, as_of)
    of = "" if ids is None else f" AND incident_id = ANY({where.parameter(list(ids))})"
    return _TOGETHER.format(relation=relation, of=of)


_MEMBERS = "SELECT id, state FROM insight WHERE tenant_id = $1 AND incident_id = $2 ORDER BY id"
# `speaks`: what analysis found, or what is exact where it found nothing: nobody else closes that.
# `counts`: what of it is not closed, or all where all is. A subject's money counts once, however
# much is said of it, and what it is a part of is another level.
_TOGETHER = """
WITH known AS (
    SELECT *, state NOT IN ('RESOLVED', 'EXPIRED') AS is_live, abs(at_stake) AS money,
           fingerprint IS NOT NULL
               OR NOT bool_or(fingerprint IS NOT NULL) OVER (PARTITION BY incident_id) AS speaks,
           coalesce(nullif(subject_key, ''), connection_id::text, '') AS about,
           array_position(ARRAY['TENANT', 'CONNECTION', 'CHANNEL', 'CAMPAIGN'], subject_level)
               AS depth,
           array_position(ARRAY['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'], severity) AS weight,
           array_position(
               ARRAY['OPEN', 'ACKNOWLEDGED', 'EXPLAINED', 'RESOLVED', 'EXPIRED'], state) AS stage
    FROM {relation} WHERE tenant_id = $1 AND incident_id IS NOT NULL{of}
), counted AS (
    SELECT *, speaks AND (
        is_live OR NOT bool_or(is_live) FILTER (WHERE speaks) OVER (PARTITION BY incident_id)
    ) AS counts FROM known
), member AS (
    SELECT *, row_number() OVER (
        PARTITION BY incident_id ORDER BY counts DESC, depth, money DESC NULLS LAST, id
    ) AS place FROM counted
), stake AS (
    SELECT incident_id, max(of_level) AS at_stake FROM (
        SELECT incident_id, depth, sum(of_subject) AS of_level FROM (
            SELECT incident_id, depth, about, max(money) AS of_subject
            FROM member WHERE counts GROUP BY incident_id, depth, about
        ) s GROUP BY incident_id, depth
    ) l GROUP BY incident_id
), incident AS (
    SELECT m.incident_id AS id, max(m.currency) AS currency, min(m.since) AS since,
           max(m.until) AS until, min(m.detected_at) AS raised_at, max(m.learned_at) AS learned_at,
           (array_agg(m.state ORDER BY m.stage) FILTER (WHERE m.speaks))[1] AS state,
           (array_agg(m.severity ORDER BY m.weight) FILTER (WHERE m.counts))[1] AS severity,
           (array_agg(m.id) FILTER (WHERE m.place = 1))[1] AS headline,
           count(*)::int AS insights, count(DISTINCT (m.depth, m.about))::int AS subjects,
           array_agg(m.connection_id) AS connections,
           array_agg(m.subject_key) FILTER (WHERE m.subject_level = 'CAMPAIGN') AS campaigns,
           min(s.at_stake) AS at_stake
    FROM member m LEFT JOIN stake s USING (incident_id) GROUP BY m.incident_id
)"""
