"""Query: the root fields of every slice."""

from __future__ import annotations

import strawberry

from graph.queries.attribution import AttributionQueries
from graph.queries.audit import AuditQueries
from graph.queries.authorizations import AuthorizationQueries
from graph.queries.backfills import BackfillQueries
from graph.queries.budgets import BudgetQueries
from graph.queries.calendar import CalendarQueries
from graph.queries.campaigns import CampaignQueries
from graph.queries.channel_rules import ChannelRuleQueries
from graph.queries.connections import ConnectionQueries
from graph.queries.dead_letters import DeadLetterQueries
from graph.queries.drift import DriftQueries
from graph.queries.entries import EntryQueries
from graph.queries.events import EventQueries
from graph.queries.exchange import ExchangeQueries
from graph.queries.exports import ExportQueries
from graph.queries.features import FeatureQueries
from graph.queries.federation import FederationQueries
from graph.queries.health import HealthQueries
from graph.queries.incidents import IncidentQueries
from graph.queries.indexing import IndexingQueries
from graph.queries.insights import InsightQueries
from graph.queries.llm_context import LlmContextQueries
from graph.queries.marketing_summary import MarketingSummaryQueries
from graph.queries.naming import NamingQueries
from graph.queries.node import NodeQueries
from graph.queries.operations import OperationQueries
from graph.queries.performance import PerformanceQueries
from graph.queries.rejections import RejectionQueries
from graph.queries.retention import RetentionQueries
from graph.queries.runs import RunQueries
from graph.queries.schedules import ScheduleQueries
from graph.queries.search import SearchQueries
from graph.queries.seasonality import SeasonalityQueries
from graph.queries.surfacing import SurfacingQueries
from graph.queries.viewer import ViewerQueries


@strawberry.type(description="What can be read. Everything is of your own tenant.")
class Query(
    ViewerQueries,
    NodeQueries,
    EntryQueries,
    CampaignQueries,
    CalendarQueries,
    BudgetQueries,
    AttributionQueries,
    PerformanceQueries,
    MarketingSummaryQueries,
    SeasonalityQueries,
    ExportQueries,
    FeatureQueries,
    ExchangeQueries,
    OperationQueries,
    NamingQueries,
    ChannelRuleQueries,
    HealthQueries,
    InsightQueries,
    SurfacingQueries,
    IncidentQueries,
    SearchQueries,
    IndexingQueries,
    LlmContextQueries,
    ConnectionQueries,
    AuthorizationQueries,
    RunQueries,
    BackfillQueries,
    ScheduleQueries,
    RejectionQueries,
    DeadLetterQueries,
    DriftQueries,
    EventQueries,
    AuditQueries,
    RetentionQueries,
    FederationQueries,
):
    """The bases in the order of the schema."""
