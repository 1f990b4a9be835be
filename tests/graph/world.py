"""Two tenants' callers over any stores, and a way to ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from core.export_links import ExportLinks, LinkSigner
from core.records.connections import Source
from core.scope import Role, TenantId, TenantScope, permissions_of
from graph.context import Context
from graph.schema import LiftosSchema
from loaders.ports import Stores
from resolvers.session import Session
from tests.graph import facts, health, refused, samples, seasons, work
from tests.graph.exports import Causal, Exports, Objects, Removals
from tests.graph.memory import Memory

NORTH = TenantId(UUID(int=1))
SOUTH = TenantId(UUID(int=2))


def scope_of(tenant: TenantId, role: Role = Role.ADMIN) -> TenantScope:
    roles = frozenset({role})
    return TenantScope(tenant, "user:ada", roles, permissions_of(roles))


@dataclass(frozen=True)
class StandIns:
    """Stand-in stores over one memory."""

    memory: Memory
    entries: facts.Entries
    campaigns: facts.Campaigns
    calendar: facts.Calendar
    calendar_events: facts.CalendarEvents
    attribution: facts.Attribution
    insights: facts.Insights
    health: health.Healths
    exchange: facts.Exchange
    own_rates: facts.OwnRates
    naming: facts.Naming
    channel_rules: facts.ChannelRules
    seasonality: seasons.Seasons
    exports: Exports
    causal: Causal
    export_removals: Removals
    objects: Objects
    connections: work.Connections
    credentials: work.KnownCredentials
    authorizations: work.Authorizations
    connection_tests: work.ConnectionTests
    alerts: work.Alerts
    runs: work.Runs
    backfills: work.Backfills
    lineage: work.Lineage
    shrinks: work.Shrinks
    restatements: work.Restatements
    policies: work.Policies
    rejections: refused.Rejections
    dead_letters: refused.DeadLetters
    drift: refused.Drifts
    tenants: work.Tenants
    schedules: work.Schedules
    events: work.Events
    webhooks: work.Webhooks
    topics: work.Topics

    @classmethod
    def over(cls, memory: Memory) -> StandIns:
        return cls(
            memory,
            facts.Entries(memory),
            facts.Campaigns(memory),
            facts.Calendar(memory),
            facts.CalendarEvents(memory),
            facts.Attribution(memory),
            facts.Insights(memory),
            health.Healths(memory),
            facts.Exchange(memory),
            facts.OwnRates(),
            facts.Naming(memory),
            facts.ChannelRules(),
            seasons.Seasons(memory),
            Exports(memory),
            Causal(memory),
            Removals(memory),
            Objects(),
            work.Connections(memory),
            work.KnownCredentials(memory),
            work.Authorizations(),
            work.ConnectionTests(memory),
            work.Alerts(memory),
            work.Runs(memory),
            work.Backfills(),
            work.Lineage(memory),
            work.Shrinks(memory),
            work.Restatements(memory),
            work.Policies(memory),
            refused.Rejections(memory),
            refused.DeadLetters(memory),
            refused.Drifts(memory),
            work.Tenants(memory),
            work.Schedules(memory),
            work.Events(memory),
            work.Webhooks(memory),
            work.Topics(memory),
        )


LINKS = ExportLinks("https://api.test", LinkSigner.of([b"tests"]))


@dataclass
class World:
    """The stores, the calls made on them, and two callers' scopes."""

    schema: LiftosSchema
    stand_ins: StandIns
    stores: Stores
    calls: list[str]
    north: TenantScope = field(default_factory=lambda: scope_of(NORTH))
    south: TenantScope = field(default_factory=lambda: scope_of(SOUTH))

    @property
    def memory(self) -> Memory:
        return self.stand_ins.memory

    def context(self, scope: TenantScope | None = None) -> Context:
        session = Session.open(scope or self.north, self.stores, lambda: work.NOW, links=LINKS)
        return Context(session, "request-1")

    def as_role(self, role: Role) -> TenantScope:
        return scope_of(NORTH, role)

    async def ask(
        self, query: str, scope: TenantScope | None = None, **variables: Any
    ) -> dict[str, Any]:
        """The answer as it goes over the wire: `data`, and `errors` when there are any."""
        result = await self.schema.execute(query, variables, self.context(scope))
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = [error.formatted for error in result.errors]
        return answer


def fill(memory: Memory, scope: TenantScope, slug: str) -> None:
    shelf = memory.of(scope)
    shelf.tenant = samples.tenant(scope.tenant_id, slug)
    for number in range(1, 26):
        entry = samples.entry(number)
        shelf.entries[entry.key] = entry
        shelf.vintages[entry.key] = samples.history(entry)
    shelf.campaigns = {UUID(int=number): samples.campaign(number) for number in range(1, 4)}
    for offset in range(12):
        on = samples.FIRST_DAY + timedelta(days=offset)
        shelf.days[on] = samples.day(on)
    meta = samples.connection()
    files = samples.connection(id=samples.FILES, source=Source.FILE, account_id="files")
    shelf.connections = {meta.id: meta, files.id: files}
    shelf.schedules = {samples.SCHEDULE: samples.schedule()}
    shelf.runs = {samples.RUN: samples.run()}
    shelf.exports = {samples.EXPORT: samples.export()}
    shelf.raw_pages = {samples.RAW_PAGE: samples.raw_page()}
    shelf.rejected = {record.id: record for record in map(samples.rejected, range(3))}
    shelf.rows = [samples.row(samples.FIRST_DAY + timedelta(days=n)) for n in range(5)]
    found = [samples.insight(number) for number in range(1, 4)]
    shelf.insights = {insight.id: insight for insight in found}


def error_of(answer: dict[str, Any]) -> dict[str, Any]:
    """The one error of an answer, without where it stands."""
    [error] = answer["errors"]
    return {"message": error["message"], **error["extensions"]}
