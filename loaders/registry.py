"""The loaders of one request, each made when it is first used."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial
from uuid import UUID

from aiodataloader import DataLoader

from core.records.calendar import CalendarDayRecord, DayMoment
from core.records.channels import ChannelRuleRecord
from core.records.connections import ConnectionRecord
from core.records.credentials import AlertRecord, ConnectionTestRecord, CredentialRecord
from core.records.drift import DriftPolicy
from core.records.entries import CampaignRecord, EntryKey, EntryRecord, VintageRecord
from core.records.exchange import KnownRates, OwnRateRecord, RateMoment
from core.records.exports import ExportRecord
from core.records.health import Health
from core.records.insights import InsightRecord
from core.records.lineage import RawPageRecord
from core.records.naming import NamedCampaign, NameMoment, NamingRuleRecord
from core.records.receipts import HeldShrink, ReceiptPolicy
from core.records.restatements import Lesson
from core.records.rules import RulesAt
from core.records.runs import RunRecord
from core.records.schedules import ScheduleRecord
from core.records.tenants import TenantRecord
from core.records.webhooks import WebhookSetup
from core.scope import TenantId, TenantScope
from loaders.batching import keyed
from loaders.health import RecentHealth, recent_health
from loaders.ports import Stores


class Loaders:
    """Batches and remembers reads under one scope. Lives for one operation, never longer."""

    def __init__(self, scope: TenantScope, stores: Stores) -> None:
        self._scope = scope
        self._stores = stores

    @cached_property
    def entries(self) -> DataLoader[EntryKey, EntryRecord | None]:
        """Entries as they stand now, by key."""
        return keyed(partial(self._stores.entries.by_keys, self._scope))

    @cached_property
    def vintages(self) -> DataLoader[EntryKey, tuple[VintageRecord, ...] | None]:
        """Vintages of an entry, oldest first."""
        return keyed(partial(self._stores.entries.vintages, self._scope))

    @cached_property
    def campaigns(self) -> DataLoader[UUID, CampaignRecord | None]:
        """Campaigns by digest."""
        return keyed(partial(self._stores.campaigns.by_digests, self._scope))

    @cached_property
    def calendar(self) -> DataLoader[DayMoment, CalendarDayRecord | None]:
        """Days by date and the moment whose calendar is meant."""
        return keyed(partial(self._stores.calendar.by_dates, self._scope))

    @cached_property
    def connections(self) -> DataLoader[UUID, ConnectionRecord | None]:
        """Connections by id."""
        return keyed(partial(self._stores.connections.by_ids, self._scope))

    @cached_property
    def exports(self) -> DataLoader[UUID, ExportRecord | None]:
        """Exports by id."""
        return keyed(partial(self._stores.exports.by_ids, self._scope))

    @cached_property
    def credentials(self) -> DataLoader[UUID, CredentialRecord | None]:
        """What is known of connections' credentials, by connection."""
        return keyed(partial(self._stores.credentials.by_connections, self._scope))

    @cached_property
    def webhooks(self) -> DataLoader[UUID, WebhookSetup | None]:
        """How WEBHOOK connections are set up, by connection."""
        return keyed(partial(self._stores.webhooks.setups, self._scope))

    @cached_property
    def latest_tests(self) -> DataLoader[UUID, ConnectionTestRecord | None]:
        """The newest test by connection."""
        return keyed(partial(self._stores.connection_tests.latest, self._scope))

    @cached_property
    def alerts(self) -> DataLoader[UUID, tuple[AlertRecord, ...] | None]:
        """Open alerts by connection."""
        return keyed(partial(self._stores.alerts.open_by_connections, self._scope))

    @cached_property
    def schema_policies(self) -> DataLoader[UUID, dict[str, DriftPolicy] | None]:
        """Policies on drift that were set for connections, by stream."""
        return keyed(partial(self._stores.drift.policies, self._scope))

    @cached_property
    def runs(self) -> DataLoader[UUID, RunRecord | None]:
        """Runs by id."""
        return keyed(partial(self._stores.runs.by_ids, self._scope))

    @cached_property
    def schedules(self) -> DataLoader[UUID, ScheduleRecord | None]:
        """Schedules by id."""
        return keyed(partial(self._stores.schedules.by_ids, self._scope))

    @cached_property
    def raw_pages(self) -> DataLoader[UUID, RawPageRecord | None]:
        """Raw pages by id, without their bodies."""
        return keyed(partial(self._stores.lineage.pages_by_ids, self._scope))

    @cached_property
    def insights(self) -> DataLoader[UUID, InsightRecord | None]:
        """Insights by id."""
        return keyed(partial(self._stores.insights.by_ids, self._scope))

    @cached_property
    def rates(self) -> DataLoader[RateMoment, KnownRates | None]:
        """Exchange rates by the moment they are asked for."""
        return keyed(partial(self._stores.exchange.known, self._scope))

    @cached_property
    def own_rates(self) -> DataLoader[RulesAt, tuple[OwnRateRecord, ...] | None]:
        """Own exchange rates by the moment at which they were in force."""
        return keyed(partial(self._stores.own_rates.rules, self._scope))

    @cached_property
    def naming_rules(self) -> DataLoader[RulesAt, tuple[NamingRuleRecord, ...] | None]:
        """Naming rules by the moment at which they were in force."""
        return keyed(partial(self._stores.naming.rules, self._scope))

    @cached_property
    def channel_rules(self) -> DataLoader[RulesAt, tuple[ChannelRuleRecord, ...] | None]:
        """Channel rules by the moment at which they were in force."""
        return keyed(partial(self._stores.channel_rules.rules, self._scope))

    @cached_property
    def names(self) -> DataLoader[NameMoment, NamedCampaign | None]:
        """Campaigns under the names of a moment."""
        return keyed(partial(self._stores.campaigns.names_at, self._scope))

    @cached_property
    def shrinks(self) -> DataLoader[UUID, HeldShrink | None]:
        """What runs held back, by run."""
        return keyed(partial(self._stores.shrinks.by_runs, self._scope))

    @cached_property
    def lessons(self) -> DataLoader[UUID, Lesson | None]:
        """What restatements taught, by connection."""
        return keyed(partial(self._stores.restatements.by_connections, self._scope))

    @cached_property
    def health(self) -> DataLoader[RecentHealth, Health | None]:
        """Present health of connections."""
        return keyed(partial(recent_health, self._stores.health, self._scope))

    @cached_property
    def policies(self) -> DataLoader[UUID, ReceiptPolicy | None]:
        """What receipts are judged by, by connection."""
        return keyed(partial(self._stores.policies.by_connections, self._scope))

    @cached_property
    def tenants(self) -> DataLoader[TenantId, TenantRecord | None]:
        """The scope's own tenant by id; no other can be read."""
        return keyed(self._tenant)

    async def _tenant(self, ids: list[TenantId]) -> Mapping[TenantId, TenantRecord]:
        if self._scope.tenant_id not in ids:
            return {}
        current = await self._stores.tenants.current(self._scope)
        return {current.id: current}
