"""Mutation: the root fields of every slice that writes."""

from __future__ import annotations

import strawberry

from graph.mutations.analysing import AnalysingMutations
from graph.mutations.authorizations import AuthorizationMutations
from graph.mutations.backfills import BackfillMutations
from graph.mutations.budgets import BudgetMutations
from graph.mutations.calendar import CalendarMutations
from graph.mutations.causal import CausalMutations
from graph.mutations.channel_rules import ChannelRuleMutations
from graph.mutations.connection_tests import ConnectionTestMutations
from graph.mutations.connections import ConnectionMutations
from graph.mutations.dead_letters import DeadLetterMutations
from graph.mutations.drift import DriftMutations
from graph.mutations.exchange import ExchangeMutations
from graph.mutations.export_removal import ExportRemovalMutations
from graph.mutations.feature_exports import FeatureExportMutations
from graph.mutations.features import FeatureMutations
from graph.mutations.incidents import IncidentMutations
from graph.mutations.indexing import IndexingMutations
from graph.mutations.ingestion import IngestionMutations
from graph.mutations.insights import InsightMutations
from graph.mutations.naming import NamingMutations
from graph.mutations.operations import OperationMutations
from graph.mutations.receipts import ReceiptMutations
from graph.mutations.rejections import RejectionMutations
from graph.mutations.retention import RetentionMutations
from graph.mutations.runs import RunMutations
from graph.mutations.schedules import ScheduleMutations
from graph.mutations.seasonality import SeasonalityMutations
from graph.mutations.transformations import TransformationMutations
from graph.mutations.webhooks import WebhookMutations


@strawberry.type(
    description=(
        "What can be written. Each answers a union: its payload, or an error that says which "
        "input is at fault and what mends it. Work runs in the background; follow its run."
    )
)
class Mutation(
    ConnectionMutations,
    ConnectionTestMutations,
    AuthorizationMutations,
    IngestionMutations,
    BackfillMutations,
    RunMutations,
    RejectionMutations,
    DeadLetterMutations,
    DriftMutations,
    CalendarMutations,
    BudgetMutations,
    NamingMutations,
    ChannelRuleMutations,
    ExchangeMutations,
    TransformationMutations,
    ReceiptMutations,
    CausalMutations,
    ExportRemovalMutations,
    FeatureMutations,
    FeatureExportMutations,
    OperationMutations,
    ScheduleMutations,
    SeasonalityMutations,
    IndexingMutations,
    AnalysingMutations,
    InsightMutations,
    IncidentMutations,
    WebhookMutations,
    RetentionMutations,
):
    """The bases in the order of the schema."""
