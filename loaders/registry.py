"""The loaders of one request, each made when it is first used."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property, partial
from uuid import UUID

from aiodataloader import DataLoader

from core.records.audit import Act
from core.records.calendar import CalendarDayRecord, CalendarEventRecord, DayMoment
from core.records.channels import ChannelRuleRecord
from core.records.connections import ConnectionRecord
from core.records.credentials import AlertRecord, ConnectionTestRecord, CredentialRecord
from core.records.drift import DriftPolicy
from core.records.entries import CampaignRecord, EntryKey, EntryRecord, VintageRecord
from core.records.exchange import KnownRates, OwnRateRecord, RateMoment
from core.records.exports import ExportRecord
from core.records.features import (
    FeaturePoint,
    FeatureSource,
    FeatureUse,
    FeatureVector,
    FeatureViewRecord,
    UsageSpan,
    ViewKey,
)
from core.records.health import Health
from core.records.incidents import IncidentMoment, IncidentRecord
from core.records.insights import InsightAct, InsightJudgement, InsightRecord
from core.records.lineage import RawPageRecord
from core.records.naming import NamedCampaign, NameMoment, NamingRuleRecord
from core.records.pages import Page, RunSlice
from core.records.performance import PerformancePage
from core.records.receipts import HeldShrink, ReceiptPolicy
from core.records.restatements import Lesson
from core.records.rules import RulesAt
from core.records.runs import RunEventRecord, RunRecord
from core.records.schedules import ScheduleRecord
from core.records.search import Coordinate, DocumentFigures
from core.records.shapes import WrittenPage
from core.records.tenants import TenantRecord
from core.records.webhooks import WebhookSetup
from core.scope import TenantId, TenantScope
from loaders.batching import Batches, K, Loader, V, keyed
from loaders.entries import (
    EntriesOfCampaign,
    WrittenOfCampaign,
    pages_of_campaigns,
    written_of_campaigns,
)
from loaders.features import vectors
from loaders.health import RecentHealth, recent_health
from loaders.performance import FiguresAsked, figures
from loaders.ports import Stores
from loaders.sharing import SharedReads


class Loaders:
    """Batches and remembers reads under one scope. Lives for one operation, never longer.

    With `shared`, what others of the tenant read at the same moment is read once.
    """

    def __init__(
        self,
        scope: TenantScope,
        stores: Stores,
        batches: Batches | None = None,
        shared: SharedReads | None = None,
    ) -> None:
        self._scope = scope
        self._stores = stores
        self._batches = batches or Batches()
        self._shared = shared

    def renewed(self, shared: SharedReads | None = None) -> Loaders:
        """Loaders that remember nothing, and end with these."""
        return Loaders(self._scope, self._stores, self._batches, shared)

    def close(self) -> None:
        """Cancel every store call that is still under way; nothing is loaded any more."""
        self._batches.close()

    @cached_property
    def entries(self) -> DataLoader[EntryKey, EntryRecord | None]:
        """Entries as they stand now, by key."""
        return self._keyed(partial(self._stores.entries.by_keys, self._scope))

    @cached_property
    def campaign_entries(self) -> DataLoader[EntriesOfCampaign, Page[EntryRecord] | None]:
        """Pages of the entries of campaigns."""
        return self._keyed(partial(pages_of_campaigns, self._stores.entries, self._scope))

    @cached_property
    def written_campaign_entries(self) -> DataLoader[WrittenOfCampaign, WrittenPage | None]:
        """The same as JSON text, in the shapes that are asked for."""
        stores = self._stores
        return self._keyed(partial(written_of_campaigns, stores.written_entries, self._scope))

    @cached_property
    def vintages(self) -> DataLoader[EntryKey, tuple[VintageRecord, ...] | None]:
        """Vintages of an entry, oldest first."""
        return self._keyed(partial(self._stores.entries.vintages, self._scope))

    @cached_property
    def campaigns(self) -> DataLoader[UUID, CampaignRecord | None]:
        """Campaigns by digest."""
        return self._keyed(partial(self._stores.campaigns.by_digests, self._scope))

    @cached_property
    def calendar(self) -> DataLoader[DayMoment, CalendarDayRecord | None]:
        """Days by date and the moment whose calendar is meant."""
        return self._keyed(partial(self._stores.calendar.by_dates, self._scope))

    @cached_property
    def connections(self) -> DataLoader[UUID, ConnectionRecord | None]:
        """Connections by id."""
        return self._keyed(partial(self._stores.connections.by_ids, self._scope))

    @cached_property
    def exports(self) -> DataLoader[UUID, ExportRecord | None]:
        """Exports by id."""
        return self._keyed(partial(self._stores.exports.by_ids, self._scope))

    @cached_property
    def feature_views(self) -> DataLoader[ViewKey, FeatureViewRecord | None]:
        """Versions of feature views."""
        return self._keyed(partial(self._stores.features.by_keys, self._scope))

    @cached_property
    def newest_feature_views(self) -> DataLoader[str, FeatureViewRecord | None]:
        """The newest versions of feature views in force, by name."""
        return self._keyed(partial(self._stores.features.newest, self._scope))

    @cached_property
    def features(self) -> DataLoader[FeaturePoint, FeatureVector | None]:
        """Features of entities."""
        return self._keyed(partial(vectors, self._stores, self._scope))

    @cached_property
    def feature_sources(self) -> DataLoader[TenantId, tuple[FeatureSource, ...] | None]:
        """How new the data of the scope's own tenant is, by tenant."""
        return self._keyed(self._sources)

    @cached_property
    def feature_usage(self) -> DataLoader[UsageSpan, tuple[FeatureUse, ...] | None]:
        """Who read feature views."""
        return self._keyed(partial(self._stores.features.usage, self._scope))

    @cached_property
    def linked_exports(self) -> DataLoader[UUID, bool | None]:
        """Notes, once an operation, that links to files of these exports are handed out."""
        return self._keyed(self._linked)

    @cached_property
    def credentials(self) -> DataLoader[UUID, CredentialRecord | None]:
        """What is known of connections' credentials, by connection."""
        return self._keyed(partial(self._stores.credentials.by_connections, self._scope))

    @cached_property
    def webhooks(self) -> DataLoader[UUID, WebhookSetup | None]:
        """How WEBHOOK connections are set up, by connection."""
        return self._keyed(partial(self._stores.webhooks.setups, self._scope))

    @cached_property
    def latest_tests(self) -> DataLoader[UUID, ConnectionTestRecord | None]:
        """The newest test by connection."""
        return self._keyed(partial(self._stores.connection_tests.latest, self._scope))

    @cached_property
    def alerts(self) -> DataLoader[UUID, tuple[AlertRecord, ...] | None]:
        """Open alerts by connection."""
        return self._keyed(partial(self._stores.alerts.open_by_connections, self._scope))

    @cached_property
    def schema_policies(self) -> DataLoader[UUID, dict[str, DriftPolicy] | None]:
        """Policies on drift that were set for connections, by stream."""
        return self._keyed(partial(self._stores.drift.policies, self._scope))

    @cached_property
    def runs(self) -> DataLoader[UUID, RunRecord | None]:
        """Runs by id."""
        return self._keyed(partial(self._stores.runs.by_ids, self._scope))

    @cached_property
    def run_events(self) -> DataLoader[RunSlice, tuple[RunEventRecord, ...] | None]:
        """Steps of runs, in order; None of a slice without any."""
        return self._keyed(partial(self._stores.runs.events_of, self._scope))

    @cached_property
    def run_pages(self) -> DataLoader[RunSlice, tuple[RawPageRecord, ...] | None]:
        """Pages of runs, in order; None of a slice without any."""
        return self._keyed(partial(self._stores.lineage.of_runs, self._scope))

    @cached_property
    def schedules(self) -> DataLoader[UUID, ScheduleRecord | None]:
        """Schedules by id."""
        return self._keyed(partial(self._stores.schedules.by_ids, self._scope))

    @cached_property
    def raw_pages(self) -> DataLoader[UUID, RawPageRecord | None]:
        """Raw pages by id, without their bodies."""
        return self._keyed(partial(self._stores.lineage.pages_by_ids, self._scope))

    @cached_property
    def calendar_events(self) -> DataLoader[UUID, CalendarEventRecord | None]:
        """Events of the tenant's own by id, those that are gone too."""
        return self._keyed(partial(self._stores.calendar_events.by_ids, self._scope))

    @cached_property
    def figures(self) -> DataLoader[FiguresAsked, PerformancePage | None]:
        """Groups of figures, by question."""
        return self._keyed(partial(figures, self._stores.performance, self._scope))

    @cached_property
    def insights(self) -> DataLoader[UUID, InsightRecord | None]:
        """Insights by id."""
        return self._keyed(partial(self._stores.insights.by_ids, self._scope))

    @cached_property
    def incidents(self) -> DataLoader[UUID, IncidentRecord | None]:
        """Incidents by id."""
        return self._keyed(partial(self._stores.incidents.by_ids, self._scope))

    @cached_property
    def incident_members(
        self,
    ) -> DataLoader[IncidentMoment, tuple[InsightRecord, ...] | None]:
        """Insights of incidents as of moments; None where there are none."""
        return self._keyed(partial(self._stores.incidents.members, self._scope))

    @cached_property
    def insight_acts(self) -> DataLoader[UUID, tuple[InsightAct, ...] | None]:
        """Changes of the state of insights, by insight; None of one without any."""
        return self._keyed(partial(self._stores.insight_acts.acts, self._scope))

    @cached_property
    def insight_judgements(self) -> DataLoader[UUID, tuple[InsightJudgement, ...] | None]:
        """Verdicts on insights, by insight; None of one without any."""
        return self._keyed(partial(self._stores.insight_acts.judgements, self._scope))

    @cached_property
    def document_figures(self) -> DataLoader[UUID, DocumentFigures | None]:
        """Figures of documents, by document."""
        return self._keyed(partial(self._stores.search_figures.by_documents, self._scope))

    @cached_property
    def coordinates(self) -> DataLoader[UUID, tuple[Coordinate, ...] | None]:
        """Places of documents in the marketing space, by document."""
        return self._keyed(partial(self._stores.search.coordinates, self._scope))

    @cached_property
    def rates(self) -> DataLoader[RateMoment, KnownRates | None]:
        """Exchange rates by the moment they are asked for."""
        return self._keyed(partial(self._stores.exchange.known, self._scope))

    @cached_property
    def own_rates(self) -> DataLoader[RulesAt, tuple[OwnRateRecord, ...] | None]:
        """Own exchange rates by the moment at which they were in force."""
        return self._keyed(partial(self._stores.own_rates.rules, self._scope))

    @cached_property
    def naming_rules(self) -> DataLoader[RulesAt, tuple[NamingRuleRecord, ...] | None]:
        """Naming rules by the moment at which they were in force."""
        return self._keyed(partial(self._stores.naming.rules, self._scope))

    @cached_property
    def channel_rules(self) -> DataLoader[RulesAt, tuple[ChannelRuleRecord, ...] | None]:
        """Channel rules by the moment at which they were in force."""
        return self._keyed(partial(self._stores.channel_rules.rules, self._scope))

    @cached_property
    def names(self) -> DataLoader[NameMoment, NamedCampaign | None]:
        """Campaigns under the names of a moment."""
        return self._keyed(partial(self._stores.campaigns.names_at, self._scope))

    @cached_property
    def shrinks(self) -> DataLoader[UUID, HeldShrink | None]:
        """What runs held back, by run."""
        return self._keyed(partial(self._stores.shrinks.by_runs, self._scope))

    @cached_property
    def lessons(self) -> DataLoader[UUID, Lesson | None]:
        """What restatements taught, by connection."""
        return self._keyed(partial(self._stores.restatements.by_connections, self._scope))

    @cached_property
    def health(self) -> DataLoader[RecentHealth, Health | None]:
        """Present health of connections."""
        return self._keyed(partial(recent_health, self._stores.health, self._scope))

    @cached_property
    def policies(self) -> DataLoader[UUID, ReceiptPolicy | None]:
        """What receipts are judged by, by connection."""
        return self._keyed(partial(self._stores.policies.by_connections, self._scope))

    @cached_property
    def tenants(self) -> DataLoader[TenantId, TenantRecord | None]:
        """The scope's own tenant by id; no other can be read."""
        return self._keyed(self._tenant)

    async def _linked(self, ids: list[UUID]) -> Mapping[UUID, bool]:
        subjects = [f"export:{export_id}" for export_id in ids]
        await self._stores.audit.note_all(self._scope, Act.EXPORT_LINKED, subjects)
        return dict.fromkeys(ids, True)

    async def _sources(self, ids: list[TenantId]) -> Mapping[TenantId, tuple[FeatureSource, ...]]:
        if self._scope.tenant_id not in ids:
            return {}
        found = await self._stores.feature_values.sources(self._scope)
        return {self._scope.tenant_id: found}

    async def _tenant(self, ids: list[TenantId]) -> Mapping[TenantId, TenantRecord]:
        if self._scope.tenant_id not in ids:
            return {}
        current = await self._stores.tenants.current(self._scope)
        return {current.id: current}

    def _keyed(self, fetch: Callable[[list[K]], Awaitable[Mapping[K, V]]]) -> Loader[K, V | None]:
        if self._shared is not None and isinstance(fetch, partial):
            return keyed(partial(self._read, self._shared, fetch), self._batches)
        return keyed(fetch, self._batches)

    async def _read(
        self, shared: SharedReads, fetch: partial[Awaitable[Mapping[K, V]]], keys: list[K]
    ) -> Mapping[K, V]:
        """Read from a store, for every follower of the tenant who wants the same now."""
        asked = tuple(each for each in fetch.args if each is not self._scope)
        key = (self._scope.tenant_id, fetch.func, asked, tuple(keys))
        return await shared.read(key, partial(fetch, keys))
