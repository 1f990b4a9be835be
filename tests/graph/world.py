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
from tests.graph import (
    connecting,
    facts,
    health,
    indexing,
    refused,
    samples,
    searching,
    seasons,
    work,
)
from tests.graph.audit import Audit, SingleUses
from tests.graph.budgeting import Budgets
from tests.graph.exports import Causal, Exports, FeatureExports, Objects, Removals
from tests.graph.features import NoCache, NoVersions, Values, Views
from tests.graph.insighting import Analyses, Incidents, InsightActs, Insights
from tests.graph.memory import Memory
from tests.graph.operations import Operations, Stages
from tests.graph.retention import Retentions, SubjectErasures

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
    written_entries: facts.WrittenEntries
    campaigns: facts.Campaigns
    calendar: facts.Calendar
    calendar_events: facts.CalendarEvents
    attribution: facts.Attribution
    performance: facts.Performance
    insights: Insights
    insight_acts: InsightActs
    incidents: Incidents
    analyses: Analyses
    health: health.Healths
    exchange: facts.Exchange
    own_rates: facts.OwnRates
    budgets: Budgets
    naming: facts.Naming
    features: Views
    feature_values: Values
    feature_cache: NoCache
    feature_exports: FeatureExports
    versions: NoVersions
    channel_rules: facts.ChannelRules
    seasonality: seasons.Seasons
    search_status: indexing.Status
    exports: Exports
    causal: Causal
    export_removals: Removals
    objects: Objects
    connections: connecting.Connections
    credentials: connecting.KnownCredentials
    authorizations: connecting.Authorizations
    connection_tests: connecting.ConnectionTests
    alerts: connecting.Alerts
    runs: work.Runs
    backfills: work.Backfills
    lineage: work.Lineage
    shrinks: work.Shrinks
    restatements: work.Restatements
    policies: work.Policies
    rejections: refused.Rejections
    dead_letters: refused.DeadLetters
    drift: refused.Drifts
    quotas: work.Quotas
    retention: Retentions
    subject_erasures: SubjectErasures
    tenants: work.Tenants
    audit: Audit
    single_uses: SingleUses
    operations: Operations
    operation_stages: Stages
    schedules: work.Schedules
    events: work.Events
    webhooks: connecting.Webhooks
    topics: work.Topics
    documents: searching.Documents
    search: searching.Searches
    search_walks: searching.Walks
    search_figures: searching.Figures
    rankings: searching.Rankings
    neighbours: searching.NoNeighbours

    @classmethod
    def over(cls, memory: Memory) -> StandIns:
        return cls(
            memory,
            facts.Entries(memory),
            facts.WrittenEntries(),
            facts.Campaigns(memory),
            facts.Calendar(memory),
            facts.CalendarEvents(memory),
            facts.Attribution(memory),
            facts.Performance(),
            Insights(memory),
            InsightActs(memory),
            Incidents(memory),
            Analyses(memory),
            health.Healths(memory),
            facts.Exchange(memory),
            facts.OwnRates(),
            Budgets(),
            facts.Naming(memory),
            Views(),
            Values(),
            NoCache(),
            FeatureExports(memory),
            NoVersions(),
            facts.ChannelRules(),
            seasons.Seasons(memory),
            indexing.Status(),
            Exports(memory),
            Causal(memory),
            Removals(memory),
            Objects(),
            connecting.Connections(memory),
            connecting.KnownCredentials(memory),
            connecting.Authorizations(),
            connecting.ConnectionTests(memory),
            connecting.Alerts(memory),
            work.Runs(memory),
            work.Backfills(),
            work.Lineage(memory),
            work.Shrinks(memory),
            work.Restatements(memory),
            work.Policies(memory),
            refused.Rejections(memory),
            refused.DeadLetters(memory),
            refused.Drifts(memory),
            work.Quotas(),
            Retentions(),
            SubjectErasures(),
            work.Tenants(memory),
            Audit(memory),
            SingleUses(),
            Operations(memory),
            Stages(memory),
            work.Schedules(memory),
            work.Events(memory),
            connecting.Webhooks(memory),
            work.Topics(memory),
            searching.Documents(memory),
            searching.Searches(memory),
            searching.Walks(),
            searching.Figures(),
            searching.Rankings(),
            searching.NoNeighbours(),
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
        session = Session.open(scope or self.north, self.stores, lambda: samples.NOW, links=LINKS)
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
    shelf.documents = {UUID(int=n): searching.document(n) for n in range(1, 4)}
    found = [samples.insight(number) for number in range(1, 4)]
    shelf.insights = {insight.id: insight for insight in found}


def error_of(answer: dict[str, Any]) -> dict[str, Any]:
    """The one error of an answer, without where it stands."""
    [error] = answer["errors"]
    return {"message": error["message"], **error["extensions"]}
