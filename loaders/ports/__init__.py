"""What the reading floors ask of the stores: protocols, so that they know no driver.

`stores.wiring.Stores` satisfies `Stores`; so does anything that wraps or stands in for it.
Every method takes the scope first.
"""

from __future__ import annotations

from typing import Protocol

from loaders.ports.analyses import AnalysisStore
from loaders.ports.answers import VersionStore
from loaders.ports.audit import AuditStore, SingleUses
from loaders.ports.causal import CausalStore
from loaders.ports.credentials import (
    AlertStore,
    AuthorizationStore,
    ConnectionTestStore,
    CredentialStore,
)
from loaders.ports.drift import DriftStore
from loaders.ports.exports import ExportRemovalStore, ExportStore, ObjectRemoval
from loaders.ports.facts import (
    AttributionStore,
    CalendarEventStore,
    CalendarStore,
    CampaignStore,
    EntryStore,
    ExchangeStore,
    InsightStore,
    PerformanceStore,
    WrittenEntryStore,
)
from loaders.ports.feature_exports import FeatureExportStore
from loaders.ports.features import FeatureCache, FeatureValueStore, FeatureViewStore
from loaders.ports.health import HealthStore
from loaders.ports.incidents import IncidentStore
from loaders.ports.indexing import SearchStatusStore
from loaders.ports.insight_acts import InsightActStore
from loaders.ports.operations import OperationStore, StageStore
from loaders.ports.quotas import QuotaStore
from loaders.ports.receipts import ReceiptPolicyStore, RestatementStore, ShrinkStore
from loaders.ports.rejections import DeadLetterStore, RejectionStore
from loaders.ports.retention import RetentionStore, SubjectErasureStore
from loaders.ports.rules import BudgetStore, ChannelRuleStore, NamingStore, OwnRateStore
from loaders.ports.search import (
    DocumentStore,
    FigureStore,
    NeighbourStore,
    RankingCache,
    SearchStore,
    WalkStore,
)
from loaders.ports.seasonality import SeasonalityStore
from loaders.ports.webhooks import WebhookStore
from loaders.ports.work import (
    BackfillStore,
    ConnectionStore,
    EventStore,
    LineageStore,
    RunStore,
    ScheduleStore,
    TenantStore,
    Topics,
)


class Stores(Protocol):
    """Every store that the reading floors use."""

    @property
    def audit(self) -> AuditStore:
        """Who did what."""
        ...

    @property
    def single_uses(self) -> SingleUses:
        """Proofs that let somebody write but once."""
        ...

    @property
    def entries(self) -> EntryStore:
        """Marketing entries and their vintages."""
        ...

    @property
    def written_entries(self) -> WrittenEntryStore:
        """Marketing entries as JSON text."""
        ...

    @property
    def campaigns(self) -> CampaignStore:
        """Campaigns."""
        ...

    @property
    def calendar(self) -> CalendarStore:
        """Days of the tenant's calendar."""
        ...

    @property
    def calendar_events(self) -> CalendarEventStore:
        """Events of the tenant's own."""
        ...

    @property
    def connections(self) -> ConnectionStore:
        """Connections."""
        ...

    @property
    def credentials(self) -> CredentialStore:
        """What is known of credentials."""
        ...

    @property
    def authorizations(self) -> AuthorizationStore:
        """Authorisations at sources."""
        ...

    @property
    def connection_tests(self) -> ConnectionTestStore:
        """Tests of connections."""
        ...

    @property
    def alerts(self) -> AlertStore:
        """Alerts on connections."""
        ...

    @property
    def runs(self) -> RunStore:
        """Runs and their events."""
        ...

    @property
    def backfills(self) -> BackfillStore:
        """What a quote for a backfill rests on."""
        ...

    @property
    def lineage(self) -> LineageStore:
        """Raw pages."""
        ...

    @property
    def rejections(self) -> RejectionStore:
        """Refused records."""
        ...

    @property
    def drift(self) -> DriftStore:
        """Changes of streams."""
        ...

    @property
    def dead_letters(self) -> DeadLetterStore:
        """Runs that ended badly."""
        ...

    @property
    def attribution(self) -> AttributionStore:
        """Attribution rows."""
        ...

    @property
    def performance(self) -> PerformanceStore:
        """Figures of groups."""
        ...

    @property
    def insights(self) -> InsightStore:
        """Insights."""
        ...

    @property
    def incidents(self) -> IncidentStore:
        """Incidents."""
        ...

    @property
    def insight_acts(self) -> InsightActStore:
        """What became of insights."""
        ...

    @property
    def analyses(self) -> AnalysisStore:
        """Analyses that are asked for."""
        ...

    @property
    def documents(self) -> DocumentStore:
        """What there is, in words."""
        ...

    @property
    def search(self) -> SearchStore:
        """Words of documents, and their places in the marketing space."""
        ...

    @property
    def search_walks(self) -> WalkStore:
        """The graph of what there is."""
        ...

    @property
    def search_figures(self) -> FigureStore:
        """Figures of documents, as they stand."""
        ...

    @property
    def rankings(self) -> RankingCache:
        """Answers to questions, kept for later pages."""
        ...

    @property
    def neighbours(self) -> NeighbourStore:
        """Documents that are near to a text."""
        ...

    @property
    def exchange(self) -> ExchangeStore:
        """Exchange rates as they hold on a day."""
        ...

    @property
    def own_rates(self) -> OwnRateStore:
        """A tenant's own exchange rates."""
        ...

    @property
    def budgets(self) -> BudgetStore:
        """What a tenant means to spend."""
        ...

    @property
    def export_removals(self) -> ExportRemovalStore:
        """The end of exports."""
        ...

    @property
    def objects(self) -> ObjectRemoval:
        """Files outside the database."""
        ...

    @property
    def causal(self) -> CausalStore:
        """What exports are made of."""
        ...

    @property
    def exports(self) -> ExportStore:
        """Exports."""
        ...

    @property
    def features(self) -> FeatureViewStore:
        """Feature views."""
        ...

    @property
    def feature_values(self) -> FeatureValueStore:
        """Values of features."""
        ...

    @property
    def feature_cache(self) -> FeatureCache:
        """Values of features that are kept."""
        ...

    @property
    def feature_exports(self) -> FeatureExportStore:
        """Exports of features."""
        ...

    @property
    def versions(self) -> VersionStore:
        """Tokens of what answers are made of."""
        ...

    @property
    def naming(self) -> NamingStore:
        """Rules by which campaign names are read."""
        ...

    @property
    def channel_rules(self) -> ChannelRuleStore:
        """Rules by which rows are counted to channels."""
        ...

    @property
    def operations(self) -> OperationStore:
        """Registered operations."""
        ...

    @property
    def operation_stages(self) -> StageStore:
        """What a tenant lets pass."""
        ...

    @property
    def health(self) -> HealthStore:
        """What health follows from."""
        ...

    @property
    def shrinks(self) -> ShrinkStore:
        """Shrinks that were held."""
        ...

    @property
    def restatements(self) -> RestatementStore:
        """What restatements taught."""
        ...

    @property
    def search_status(self) -> SearchStatusStore:
        """How the index of documents stands."""
        ...

    @property
    def seasonality(self) -> SeasonalityStore:
        """Seasons of the tenant's own history."""
        ...

    @property
    def policies(self) -> ReceiptPolicyStore:
        """What receipts are judged by."""
        ...

    @property
    def quotas(self) -> QuotaStore:
        """What the tenant has used."""
        ...

    @property
    def retention(self) -> RetentionStore:
        """What the tenant wants kept."""
        ...

    @property
    def subject_erasures(self) -> SubjectErasureStore:
        """Persons who are forgotten."""
        ...

    @property
    def tenants(self) -> TenantStore:
        """The tenant itself."""
        ...

    @property
    def schedules(self) -> ScheduleStore:
        """When connections are read by themselves."""
        ...

    @property
    def events(self) -> EventStore:
        """What happened to the tenant's data."""
        ...

    @property
    def webhooks(self) -> WebhookStore:
        """How WEBHOOK connections are signed and read."""
        ...

    @property
    def topics(self) -> Topics:
        """Wake-ups of runs."""
        ...
