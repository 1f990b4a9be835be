"""Builds every store over its drivers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from redis.asyncio import Redis

from stores.cache.streams import EventStreams
from stores.cache.topics import RunTopics
from stores.objects import ObjectPlace, ObjectStore, open_objects
from stores.postgres.alerts import AlertStore
from stores.postgres.attribution import AttributionStore
from stores.postgres.authorizations import AuthorizationStore
from stores.postgres.backfills import BackfillStore
from stores.postgres.calendar import CalendarStore
from stores.postgres.calendar_events import CalendarEventStore
from stores.postgres.campaigns import CampaignStore
from stores.postgres.causal import CausalStore
from stores.postgres.channel_rules import ChannelRuleStore
from stores.postgres.connection_tests import ConnectionTestStore
from stores.postgres.connections import ConnectionStore
from stores.postgres.credentials import CredentialStore
from stores.postgres.data_keys import DataKeyStore
from stores.postgres.database import Database, open_database
from stores.postgres.dead_letters import DeadLetterStore
from stores.postgres.drift import DriftStore
from stores.postgres.entries import EntryStore
from stores.postgres.errands import ErrandStore
from stores.postgres.events import EventStore
from stores.postgres.exchange import ExchangeStore, OwnRateStore
from stores.postgres.export_removal import ExportRemovalStore
from stores.postgres.exports import ExportStore
from stores.postgres.health import HealthStore
from stores.postgres.insights import InsightStore
from stores.postgres.keys import KeyStore
from stores.postgres.lineage import LineageStore
from stores.postgres.logins import Logins
from stores.postgres.naming import NamingStore
from stores.postgres.queue import QueueStore
from stores.postgres.receipt_policy import ReceiptPolicyStore
from stores.postgres.rejections import RejectionStore
from stores.postgres.restatements import RestatementStore
from stores.postgres.runs import RunStore
from stores.postgres.schedule_firing import ScheduleFiringStore
from stores.postgres.schedules import ScheduleStore
from stores.postgres.seasonal_days import SeasonalDayStore
from stores.postgres.seasonality import SeasonalityStore
from stores.postgres.shrink_decisions import ShrinkStore
from stores.postgres.tenants import TenantStore
from stores.postgres.uploads import UploadStore
from stores.postgres.webhooks import WebhookStore
from stores.vault import Masters, Vault


@dataclass(frozen=True, slots=True)
class Stores:
    """Every store of one process."""

    database: Database
    tenants: TenantStore
    keys: KeyStore
    connections: ConnectionStore
    credentials: CredentialStore
    alerts: AlertStore
    authorizations: AuthorizationStore
    connection_tests: ConnectionTestStore
    errands: ErrandStore
    data_keys: DataKeyStore
    runs: RunStore
    backfills: BackfillStore
    queue: QueueStore
    uploads: UploadStore
    lineage: LineageStore
    rejections: RejectionStore
    dead_letters: DeadLetterStore
    drift: DriftStore
    entries: EntryStore
    campaigns: CampaignStore
    calendar: CalendarStore
    calendar_events: CalendarEventStore
    attribution: AttributionStore
    insights: InsightStore
    schedules: ScheduleStore
    firing: ScheduleFiringStore
    events: EventStore
    webhooks: WebhookStore
    exchange: ExchangeStore
    own_rates: OwnRateStore
    exports: ExportStore
    causal: CausalStore
    export_removals: ExportRemovalStore
    naming: NamingStore
    channel_rules: ChannelRuleStore
    health: HealthStore
    shrinks: ShrinkStore
    restatements: RestatementStore
    seasonality: SeasonalityStore
    seasonal_days: SeasonalDayStore
    policies: ReceiptPolicyStore
    topics: RunTopics
    streams: EventStreams
    objects: ObjectStore


@asynccontextmanager
async def open_stores(
    logins: Logins,
    redis_url: str,
    masters: Masters | bytes,
    *,
    objects: ObjectPlace | None = None,
    pool_size: int = 16,
) -> AsyncIterator[Stores]:
    """Stores over one Postgres and one Redis; connections are opened when first needed.

    Secrets are sealed under `masters`, which are closed at the end; 32 bytes are one master key.
    Objects are kept at `objects`; without it, in a folder that goes with the stores.
    """
    vault = Vault(Masters.of(masters) if isinstance(masters, bytes) else masters)
    redis = Redis.from_url(redis_url, health_check_interval=15)
    topics = RunTopics(redis)
    async with open_database(logins, size=pool_size) as database, _kept(objects) as kept:
        try:
            yield Stores(
                database=database,
                tenants=TenantStore(database),
                keys=KeyStore(database),
                connections=ConnectionStore(database, vault),
                credentials=CredentialStore(database),
                alerts=AlertStore(database),
                authorizations=AuthorizationStore(database, vault),
                connection_tests=ConnectionTestStore(database),
                errands=ErrandStore(database),
                data_keys=DataKeyStore(database, vault),
                runs=RunStore(database),
                backfills=BackfillStore(database),
                queue=QueueStore(database),
                uploads=UploadStore(database),
                lineage=LineageStore(database),
                rejections=RejectionStore(database),
                dead_letters=DeadLetterStore(database),
                drift=DriftStore(database),
                entries=EntryStore(database),
                campaigns=CampaignStore(database),
                calendar=CalendarStore(database),
                calendar_events=CalendarEventStore(database),
                attribution=AttributionStore(database),
                insights=InsightStore(database),
                schedules=ScheduleStore(database),
                firing=ScheduleFiringStore(database),
                events=EventStore(database),
                webhooks=WebhookStore(database, vault),
                exchange=ExchangeStore(database),
                own_rates=OwnRateStore(database),
                exports=ExportStore(database),
                causal=CausalStore(database),
                export_removals=ExportRemovalStore(database),
                naming=NamingStore(database),
                channel_rules=ChannelRuleStore(database),
                health=HealthStore(database),
                shrinks=ShrinkStore(database),
                restatements=RestatementStore(database),
                seasonality=SeasonalityStore(database),
                seasonal_days=SeasonalDayStore(database),
                policies=ReceiptPolicyStore(database),
                topics=topics,
                streams=EventStreams(redis),
                objects=kept,
            )
        finally:
            await vault.aclose()
            await topics.aclose()
            await redis.aclose()


@asynccontextmanager
async def _kept(place: ObjectPlace | None) -> AsyncIterator[ObjectStore]:
    if place is not None:
        yield open_objects(place)
        return
    with TemporaryDirectory(prefix="liftos-objects-") as folder:
        yield open_objects(Path(folder))
