"""Builds every store over its drivers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from redis.asyncio import Redis

from core.vectors import Embedder, VectorStore
from stores.cache.answers import AnswerCache
from stores.cache.buckets import Buckets
from stores.cache.erasure import TenantKeys
from stores.cache.features import FeatureCache
from stores.cache.persisted_queries import PersistedQueries
from stores.cache.rankings import RankingCache
from stores.cache.single_uses import SingleUses
from stores.cache.streams import EventStreams
from stores.cache.topics import RunTopics
from stores.embedders import EmbedderPlace, WordsPlace, open_embedders
from stores.neighbours import Neighbours
from stores.objects import ObjectPlace, ObjectStore, open_objects
from stores.postgres.alerts import AlertStore
from stores.postgres.analysis_work import AnalysisWorkStore
from stores.postgres.attribution import AttributionStore
from stores.postgres.attribution_days import AttributionDayStore
from stores.postgres.audit import AuditStore
from stores.postgres.authorizations import AuthorizationStore
from stores.postgres.backfills import BackfillStore
from stores.postgres.budgets import BudgetStore
from stores.postgres.calendar import CalendarStore
from stores.postgres.calendar_events import CalendarEventStore
from stores.postgres.campaigns import CampaignStore
from stores.postgres.causal import CausalStore
from stores.postgres.channel_rules import ChannelRuleStore
from stores.postgres.connection_tests import ConnectionTestStore
from stores.postgres.connections import ConnectionStore
from stores.postgres.credentials import CredentialStore
from stores.postgres.data_keys import DataKeyStore
from stores.postgres.data_versions import VersionStore
from stores.postgres.database import Database, open_database
from stores.postgres.dead_letters import DeadLetterStore
from stores.postgres.document_facts import DocumentFactStore
from stores.postgres.documents import DocumentStore
from stores.postgres.drift import DriftStore
from stores.postgres.entries import EntryStore
from stores.postgres.erasure import ErasureStore
from stores.postgres.errands import ErrandStore
from stores.postgres.events import EventStore
from stores.postgres.exchange import ExchangeStore, OwnRateStore
from stores.postgres.export_removal import ExportRemovalStore
from stores.postgres.exports import ExportStore
from stores.postgres.feature_exports import FeatureExportStore
from stores.postgres.feature_values import FeatureValueStore
from stores.postgres.features import FeatureViewStore
from stores.postgres.health import HealthStore
from stores.postgres.incidents import IncidentStore
from stores.postgres.insight_acts import InsightActStore
from stores.postgres.insights import InsightStore
from stores.postgres.keys import KeyStore
from stores.postgres.lineage import LineageStore
from stores.postgres.logins import Logins
from stores.postgres.naming import NamingStore
from stores.postgres.operation_stages import StageStore
from stores.postgres.operations import OperationStore
from stores.postgres.panel_days import PanelDayStore
from stores.postgres.performance import PerformanceStore
from stores.postgres.quality_days import QualityDayStore
from stores.postgres.queue import QueueStore
from stores.postgres.quotas import QuotaStore
from stores.postgres.receipt_policy import ReceiptPolicyStore
from stores.postgres.rejections import RejectionStore
from stores.postgres.restatements import RestatementStore
from stores.postgres.retention import RetentionStore
from stores.postgres.runs import RunStore
from stores.postgres.schedule_firing import ScheduleFiringStore
from stores.postgres.schedules import ScheduleStore
from stores.postgres.search import SearchStore
from stores.postgres.search_figures import FigureStore
from stores.postgres.search_status import SearchStatusStore
from stores.postgres.search_steps import SearchStepStore
from stores.postgres.search_walks import WalkStore
from stores.postgres.seasonal_days import SeasonalDayStore
from stores.postgres.seasonality import SeasonalityStore
from stores.postgres.shrink_decisions import ShrinkStore
from stores.postgres.statistics import StatisticsStore
from stores.postgres.subject_erasures import SubjectErasureStore
from stores.postgres.tenants import TenantStore
from stores.postgres.uploads import UploadStore
from stores.postgres.webhooks import WebhookStore
from stores.postgres.written_entries import WrittenEntryStore
from stores.vault import Masters, Vault
from stores.vectors import PostgresPlace, VectorPlace, open_vectors


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
    audit: AuditStore
    runs: RunStore
    backfills: BackfillStore
    queue: QueueStore
    uploads: UploadStore
    lineage: LineageStore
    rejections: RejectionStore
    dead_letters: DeadLetterStore
    drift: DriftStore
    entries: EntryStore
    written_entries: WrittenEntryStore
    campaigns: CampaignStore
    calendar: CalendarStore
    calendar_events: CalendarEventStore
    attribution: AttributionStore
    attribution_days: AttributionDayStore
    performance: PerformanceStore
    insights: InsightStore
    incidents: IncidentStore
    insight_acts: InsightActStore
    documents: DocumentStore
    document_facts: DocumentFactStore
    schedules: ScheduleStore
    firing: ScheduleFiringStore
    events: EventStore
    webhooks: WebhookStore
    exchange: ExchangeStore
    own_rates: OwnRateStore
    budgets: BudgetStore
    operations: OperationStore
    operation_stages: StageStore
    persisted_queries: PersistedQueries
    exports: ExportStore
    causal: CausalStore
    export_removals: ExportRemovalStore
    features: FeatureViewStore
    feature_values: FeatureValueStore
    feature_cache: FeatureCache
    feature_exports: FeatureExportStore
    naming: NamingStore
    channel_rules: ChannelRuleStore
    health: HealthStore
    shrinks: ShrinkStore
    restatements: RestatementStore
    seasonality: SeasonalityStore
    seasonal_days: SeasonalDayStore
    panel_days: PanelDayStore
    quality_days: QualityDayStore
    analyses: AnalysisWorkStore
    policies: ReceiptPolicyStore
    statistics: StatisticsStore
    topics: RunTopics
    single_uses: SingleUses
    streams: EventStreams
    buckets: Buckets
    versions: VersionStore
    answers: AnswerCache
    quotas: QuotaStore
    objects: ObjectStore
    erasures: ErasureStore
    retention: RetentionStore
    subject_erasures: SubjectErasureStore
    tenant_keys: TenantKeys
    embedder: Embedder
    vectors: VectorStore
    neighbours: Neighbours
    search: SearchStore
    search_walks: WalkStore
    search_figures: FigureStore
    search_steps: SearchStepStore
    search_status: SearchStatusStore
    rankings: RankingCache


@asynccontextmanager
async def open_stores(
    logins: Logins,
    redis_url: str,
    masters: Masters | bytes,
    *,
    objects: ObjectPlace | None = None,
    embedder: EmbedderPlace | None = None,
    former_embedder: EmbedderPlace | None = None,
    vectors: VectorPlace | None = None,
    pool_size: int = 16,
    statement_seconds: float | None = None,
    statements_kept: int = 100,
) -> AsyncIterator[Stores]:
    """Stores over one Postgres and one Redis; connections are opened when first needed.

    Secrets are sealed under `masters`, which are closed at the end; 32 bytes are one master key.
    `statement_seconds` bound each SQL statement that is made for a tenant. Each connection keeps
    `statements_kept` prepared statements; 0 behind a pooler that loses them.
    Objects are kept at `objects`; without it, in a folder that goes with the stores.
    Texts are embedded at `embedder`, and questions at `former_embedder` for as long as an index
    answers that was made there, by the offline one without it, and their vectors kept at
    `vectors`, in Postgres without it.
    """
    vault = Vault(Masters.of(masters) if isinstance(masters, bytes) else masters)
    redis = Redis.from_url(redis_url, health_check_interval=15)
    topics, buckets = RunTopics(redis), Buckets(redis)
    opening = open_database(
        logins,
        size=pool_size,
        statement_seconds=statement_seconds,
        statements_kept=statements_kept,
    )
    async with (
        opening as database,
        _kept(objects) as kept,
        open_embedders(embedder or WordsPlace(), former_embedder, database) as embedders,
        open_vectors(vectors or PostgresPlace(), database) as vector_store,
    ):
        attribution = AttributionStore(database)
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
                audit=AuditStore(database),
                runs=RunStore(database),
                backfills=BackfillStore(database),
                queue=QueueStore(database),
                uploads=UploadStore(database),
                lineage=LineageStore(database),
                rejections=RejectionStore(database),
                dead_letters=DeadLetterStore(database),
                drift=DriftStore(database),
                entries=EntryStore(database),
                written_entries=WrittenEntryStore(database),
                campaigns=CampaignStore(database),
                calendar=CalendarStore(database),
                calendar_events=CalendarEventStore(database),
                attribution=attribution,
                attribution_days=AttributionDayStore(database),
                performance=PerformanceStore(database, attribution.sums),
                insights=InsightStore(database),
                incidents=IncidentStore(database),
                insight_acts=InsightActStore(database),
                documents=DocumentStore(database),
                document_facts=DocumentFactStore(database),
                schedules=ScheduleStore(database),
                firing=ScheduleFiringStore(database),
                events=EventStore(database),
                webhooks=WebhookStore(database, vault),
                exchange=ExchangeStore(database),
                own_rates=OwnRateStore(database),
                budgets=BudgetStore(database),
                operations=OperationStore(database),
                operation_stages=StageStore(database),
                persisted_queries=PersistedQueries(redis),
                exports=ExportStore(database),
                causal=CausalStore(database),
                export_removals=ExportRemovalStore(database),
                features=FeatureViewStore(database),
                feature_values=FeatureValueStore(database),
                feature_cache=FeatureCache(redis),
                feature_exports=FeatureExportStore(database),
                naming=NamingStore(database),
                channel_rules=ChannelRuleStore(database),
                health=HealthStore(database),
                shrinks=ShrinkStore(database),
                restatements=RestatementStore(database),
                seasonality=SeasonalityStore(database),
                seasonal_days=SeasonalDayStore(database),
                panel_days=PanelDayStore(database),
                quality_days=QualityDayStore(database),
                analyses=AnalysisWorkStore(database),
                policies=ReceiptPolicyStore(database),
                statistics=StatisticsStore(database),
                topics=topics,
                single_uses=SingleUses(redis),
                streams=EventStreams(redis),
                buckets=buckets,
                versions=VersionStore(database, logins),
                answers=AnswerCache(redis),
                quotas=QuotaStore(database),
                objects=kept,
                erasures=ErasureStore(database),
                retention=RetentionStore(database),
                subject_erasures=SubjectErasureStore(database, vault),
                tenant_keys=TenantKeys(redis),
                embedder=embedders.current,
                vectors=vector_store,
                neighbours=Neighbours(database, embedders, vector_store),
                search=SearchStore(database),
                search_walks=WalkStore(database),
                search_figures=FigureStore(database),
                search_steps=SearchStepStore(database),
                search_status=SearchStatusStore(database),
                rankings=RankingCache(redis),
            )
        finally:
            await vault.aclose()
            await topics.aclose()
            await buckets.aclose()
            await redis.aclose()


@asynccontextmanager
async def _kept(place: ObjectPlace | None) -> AsyncIterator[ObjectStore]:
    if place is not None:
        yield open_objects(place)
        return
    with TemporaryDirectory(prefix="liftos-objects-") as folder:
        yield open_objects(Path(folder))
