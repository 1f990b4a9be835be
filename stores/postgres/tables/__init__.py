"""What the tables are: metadata of every table that the migrations make, and nothing else.

The SQL under `migrations/versions` stays the source: it also holds what metadata has no word
for (row-level security, grants, functions, triggers, storage). `tests/tenancy/test_tables.py`
holds both to each other, and the stores' column lists to the tables. The tables of PgQueuer
are PgQueuer's own and not described here.

Imported by tests only, never by a store: SQLModel, SQLAlchemy's ORM below it and these classes
take 0.9 s of processor time to import, about as much as all of `stores.wiring`, which every
process pays at its start; and stores speak to asyncpg alone. So the stores spell their column
lists, and the test compares.
"""

from __future__ import annotations

from stores.postgres.tables.answers import DataChangeRow, DataEpochRow, DataVersionRow
from stores.postgres.tables.attribution import AttributionDayRow, AttributionSumRow
from stores.postgres.tables.audit import AuditHeadRow, AuditLogRow
from stores.postgres.tables.budgets import BudgetRow
from stores.postgres.tables.calendar import CalendarDayRow, CalendarEventRow, CalendarVersionRow
from stores.postgres.tables.columns import METADATA, Table
from stores.postgres.tables.connections import ConnectionRow, UploadChunkRow, UploadRow
from stores.postgres.tables.credentials import (
    ConnectionAlertRow,
    ConnectionCredentialRow,
    ConnectionTestRow,
    SourceAuthorizationRow,
)
from stores.postgres.tables.documents import (
    DocumentIndexRow,
    DocumentRow,
    DocumentVectorRow,
    EmbeddingRow,
    EmbeddingUsageRow,
    IndexStepRow,
    SearchIndexRow,
)
from stores.postgres.tables.drift import SchemaChangeRow, SchemaPolicyRow
from stores.postgres.tables.entries import (
    CampaignRow,
    DayReadingRow,
    MarketingEntryRow,
    MarketingEntryVintageRow,
)
from stores.postgres.tables.erasures import ErasureRow, SubjectErasureRow
from stores.postgres.tables.events import DataEventRow, EventClockRow
from stores.postgres.tables.exchange import ExchangePublicationRow, ExchangeRateRow
from stores.postgres.tables.exports import ExportRow
from stores.postgres.tables.features import FeatureUsageRow, FeatureViewRow
from stores.postgres.tables.insights import (
    AnalysisRow,
    InsightActRow,
    InsightRow,
    InsightVerdictRow,
    InsightVersionRow,
)
from stores.postgres.tables.lineage import RawPageRow, RejectedRecordRow
from stores.postgres.tables.naming import NamingRuleRow
from stores.postgres.tables.operations import OperationRow, OperationSeenRow, OperationStageRow
from stores.postgres.tables.quality import DayReconciliationRow, FreshnessGoalRow
from stores.postgres.tables.receipts import (
    AccountTotalRow,
    FormerLookBackRow,
    HeldEntryRow,
    HeldShrinkRow,
    OpenGapRow,
    ReceiptPolicyRow,
    RestatementLessonRow,
    TotalQuestionRow,
)
from stores.postgres.tables.runs import RunDismissalRow, RunEventRow, RunRow
from stores.postgres.tables.schedules import ScheduleRow
from stores.postgres.tables.search import (
    ConceptScoreRow,
    EdgeRow,
    GraphNodeRow,
    GraphWordRow,
    SearchWordRow,
)
from stores.postgres.tables.seasonality import SeasonalityEstimationRow, SeasonalityRow
from stores.postgres.tables.tenants import (
    ApiKeyRow,
    DataClockRow,
    DataKeyRow,
    RetentionRow,
    TenantQuotaRow,
    TenantRow,
    TenantShareRow,
)
from stores.postgres.tables.webhooks import (
    OrderEventRow,
    WebhookInboxRow,
    WebhookMessageRow,
    WebhookRow,
)

__all__ = [
    "METADATA",
    "AccountTotalRow",
    "AnalysisRow",
    "ApiKeyRow",
    "AttributionDayRow",
    "AttributionSumRow",
    "AuditHeadRow",
    "AuditLogRow",
    "BudgetRow",
    "CalendarDayRow",
    "CalendarEventRow",
    "CalendarVersionRow",
    "CampaignRow",
    "ConceptScoreRow",
    "ConnectionAlertRow",
    "ConnectionCredentialRow",
    "ConnectionRow",
    "ConnectionTestRow",
    "DataChangeRow",
    "DataClockRow",
    "DataEpochRow",
    "DataEventRow",
    "DataKeyRow",
    "DataVersionRow",
    "DayReadingRow",
    "DayReconciliationRow",
    "DocumentIndexRow",
    "DocumentRow",
    "DocumentVectorRow",
    "EdgeRow",
    "EmbeddingRow",
    "EmbeddingUsageRow",
    "ErasureRow",
    "EventClockRow",
    "ExchangePublicationRow",
    "ExchangeRateRow",
    "ExportRow",
    "FeatureUsageRow",
    "FeatureViewRow",
    "FormerLookBackRow",
    "FreshnessGoalRow",
    "GraphNodeRow",
    "GraphWordRow",
    "HeldEntryRow",
    "HeldShrinkRow",
    "IndexStepRow",
    "InsightActRow",
    "InsightRow",
    "InsightVerdictRow",
    "InsightVersionRow",
    "MarketingEntryRow",
    "MarketingEntryVintageRow",
    "NamingRuleRow",
    "OpenGapRow",
    "OperationRow",
    "OperationSeenRow",
    "OperationStageRow",
    "OrderEventRow",
    "RawPageRow",
    "ReceiptPolicyRow",
    "RejectedRecordRow",
    "RestatementLessonRow",
    "RetentionRow",
    "RunDismissalRow",
    "RunEventRow",
    "RunRow",
    "ScheduleRow",
    "SchemaChangeRow",
    "SchemaPolicyRow",
    "SearchIndexRow",
    "SearchWordRow",
    "SeasonalityEstimationRow",
    "SeasonalityRow",
    "SourceAuthorizationRow",
    "SubjectErasureRow",
    "Table",
    "TenantQuotaRow",
    "TenantRow",
    "TenantShareRow",
    "TotalQuestionRow",
    "UploadChunkRow",
    "UploadRow",
    "WebhookInboxRow",
    "WebhookMessageRow",
    "WebhookRow",
]
