"""Where each argument and input field of the schema has its place; a new one must find its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from core.records.attribution import AttributionDefinition
from core.records.performance import Trace
from core.sources import MANIFESTS
from core.traces import written
from core.units import DateRange
from graph.inputs.credentials import input_name
from tests.tenancy.door import Json

Given = tuple[str, Json]

PAGING = ("first", "after", "last", "before")
LISTS = ("marketingEntries", "campaigns", "attributionRows", "insights", "connections", "runs")
INSIGHT_VERBS = ("acknowledge", "explain", "resolve", "reopen", "assign", "rate")
INSIGHT_INPUTS = (
    "InsightActInput",
    *(f"{name}InsightInput" for name in ("Explain", "Assign", "Rate")),
)
HARMLESS = {
    *(f"Query.{name}({part})" for name in (*LISTS, "rejectedRecords") for part in PAGING),
    *(f"Campaign.entries({part})" for part in (*PAGING, "orderBy", "asOf", "filter")),
    *(f"Query.{name}(asOf)" for name in ("marketingEntries", "attributionRows", "calendar")),
    *(f"ConnectSourceInput.{name}" for name in ("source", "accountId", "name", "currency")),
    *(f"ConnectSourceInput.{name}" for name in ("timeZone", "level", "lookBackDays", "breakdown")),
    *(f"DateRangeInput.{name}" for name in ("since", "until")),
    *(f"FileColumnInput.{name}" for name in ("field", "header")),
    *(f"IngestFileInput.{name}" for name in ("columns", "dateFormat", "decimalSeparator")),
    *(f"IngestFileInput.{name}" for name in ("delimiter", "encoding", "sheet", "reading")),
    "IngestFileInput.saveMapping",
    *(f"IngestFileInput.{name}" for name in ("series", "period")),
    *(f"SeriesColumnInput.{name}" for name in ("header", "role", "channel")),
    *(f"MarketingEntryFilter.{name}" for name in ("dates", "sources", "levels", "isMature")),
    *(f"Mutation.{name}(input)" for name in ("connectSource", "startIngestion", "ingestFile")),
    "Mutation.rotateCredentials(input)",
    "RotateCredentialsInput.credentials",
    "ConnectSourceInput.credentials",
    *(
        f"CredentialsInput.{manifest.outside}"
        for manifest in MANIFESTS.values()
        if manifest.credentials
    ),
    *(
        f"{input_name(manifest)}.{part.outside}"
        for manifest in MANIFESTS.values()
        for part in manifest.credentials
    ),
    "Mutation.setReceiptRules(input)",
    *(f"ReceiptRulesInput.{name}" for name in ("tolerance", "shrinkShare", "shrinkEntries")),
    *(f"Mutation.{name}(input)" for name in ("replayRejected", "dismissRejected")),
    *(f"{name}.maximum" for name in ("ReplayRejectedInput", "DismissRejectedInput")),
    *(f"{name}.filter" for name in ("ReplayRejectedInput", "DismissRejectedInput")),
    *(f"RejectedRecordFilter.{name}" for name in ("sources", "fields", "states", "text")),
    *(f"RejectedRecordFilter.{name}" for name in ("since", "until", "checks")),
    *(f"Query.dataHealth({name})" for name in ("dates", "sources", "threshold", "asOf")),
    "MarketingEntryFilter.minQuality",
    *(f"DeadLetterFilter.{name}" for name in ("kinds", "codes", "isDismissed")),
    *(f"DeadLetterChoiceInput.{name}" for name in ("filter", "maximum")),
    *(f"Mutation.{name}DeadLetters(input)" for name in ("requeue", "dismiss")),
    "Mutation.dismissDeadLetters(why)",
    "Query.schemaChanges(states)",
    *(f"Query.schemaChanges({part})" for part in PAGING),
    *(f"Mutation.setSchemaPolicy({name})" for name in ("policy", "stream")),
    "Query.deadLetters(filter)",
    *(f"Query.deadLetters({part})" for part in PAGING),
    *(f"Query.{name}(filter)" for name in ("rejectedRecords", "rejectedRecordSummary")),
    "Query.rejectedRecordSummary(first)",
    "ReplayRejectedInput.patch",
    "DismissRejectedInput.why",
    "MarketingEntryFilter.channels",
    *(f"MarketingEntryFilter.{name}" for name in ("countries", "geos", "devices", "seriesRoles")),
    *(f"Query.schedules({part})" for part in PAGING),
    *(f"ScheduleInput.{name}" for name in ("cron", "intervalMinutes", "jitterSeconds")),
    "ScheduleInput.lookBackDays",
    *(f"Mutation.{name}Schedule(schedule)" for name in ("create", "change")),
    "IngestionSchedule.upcoming(first)",
    *(f"Query.events({name})" for name in ("after", "first", "kinds")),
    *(f"Subscription.events({name})" for name in ("after", "kinds")),
    *(f"Subscription.{name}(after)" for name in ("runs", "entriesRestated", "insightRaised")),
    *(f"Subscription.insightRaised({name})" for name in ("kinds", "filter")),
    "MarketingEntryFilter.naming",
    *(f"NamingConditionInput.{name}" for name in ("field", "values")),
    *(f"NamingRuleInput.{name}" for name in ("name", "syntax", "pattern", "source")),
    *(f"NamingRuleInput.{name}" for name in ("accountId", "since", "until", "position")),
    "Campaign.naming(on)",
    *(f"{name}.converted(to)" for name in ("MarketingEntry", "AttributionRow")),
    *(f"Query.exchangeRate({name})" for name in ("base", "quote", "on", "asOf")),
    *(f"Query.namingPreview({name})" for name in ("rule", "first")),
    *(f"Query.{name}(asOf)" for name in ("namingRules", "channelRules", "exchangeRates")),
    *(f"OwnExchangeRateInput.{name}" for name in ("name", "base", "quote", "value")),
    *(f"OwnExchangeRateInput.{name}" for name in ("since", "until")),
    *(f"BudgetInput.{name}" for name in ("name", "channel", "dates", "amount", "currency")),
    *("BudgetInput.weekdays", "Budget.planned(until)", "Mutation.setBudget(budget)"),
    *(f"BudgetFilter.{name}" for name in ("levels", "channels", "dates")),
    *(f"Query.budgets({name})" for name in ("filter", "asOf")),
    "Mutation.setExchangeRate(rate)",
    "Mutation.endExchangeRate(until)",
    *(f"Query.channelPreview({name})" for name in ("rule", "dates", "first")),
    *(f"ChannelRuleInput.{name}" for name in ("name", "channel", "source", "accountId")),
    *(f"ChannelRuleInput.{name}" for name in ("labelled", "platformChannel", "medium")),
    *(f"ChannelRuleInput.{name}" for name in ("campaign", "entity", "naming")),
    *(f"ChannelRuleInput.{name}" for name in ("since", "until", "position")),
    "Mutation.addChannelRule(rule)",
    "Mutation.startTransformation(input)",
    *(f"StartTransformationInput.{name}" for name in ("dates", "apply", "names", "preview")),
    "Mutation.endChannelRule(until)",
    "Mutation.addNamingRule(rule)",
    "Mutation.endNamingRule(until)",
    "Mutation.testConnection(waitSeconds)",
    *(f"Mutation.startAuthorization({name})" for name in ("source", "redirectTo")),
    "Mutation.confirmAuthorization(ticket)",
    "Mutation.connectAuthorized(input)",
    *(f"ConnectAuthorizedInput.{name}" for name in ("accountId", "name", "level", "lookBackDays")),
    "ConnectAuthorizedInput.breakdown",
    *(f"Query.attributionRows({name})" for name in ("dates", "grain", "weekStart", "by", "facts")),
    *(f"Query.attributionRows({name})" for name in ("sources", "channels", "filter", "currency")),
    *(f"Query.attributionRows({name})" for name in ("minQuality", "includeCalendar")),
    *(f"Query.performance({name})" for name in (*PAGING, "asOf", "dates", "groupBy", "metrics")),
    *(f"Query.performance({name})" for name in ("grain", "weekStart", "facts", "sources")),
    *(f"Query.performance({name})" for name in ("channels", "filter", "minQuality", "currency")),
    *(f"Query.performance({name})" for name in ("compareTo", "orderBy")),
    *(f"Query.marketingSummary({name})" for name in ("dates", "sources", "currency", "compareTo")),
    "Query.marketingSummary(asOf)",
    *(f"Query.surfacingInsights({name})" for name in ("kind", "windowDays", "until", "first")),
    *(f"Query.surfacingInsights({name})" for name in ("minConfidence", "asOf")),
    *(f"MarketingSummary.{name}" for name in ("topCampaigns(first)", "performanceTrends(grain)")),
    *(f"Query.performanceEntries({name})" for name in (*PAGING, "orderBy")),
    *(f"ComparisonInput.{name}" for name in ("period", "dates", "asOf")),
    *(f"PerformanceOrderInput.{name}" for name in ("metric", "part", "direction")),
    *(f"AttributionRowFilter.{name}" for name in ("levels", "dateBases", "countries", "geos")),
    *(f"AttributionRowFilter.{name}" for name in ("devices", "seriesRoles", "series")),
    *(f"Mutation.{name}WebhookMapping(input)" for name in ("set", "test")),
    "Mutation.rotateWebhookSecret(input)",
    "RotateWebhookSecretInput.overlapHours",
    "SetWebhookMappingInput.mapping",
    *(f"TestWebhookMappingInput.{name}" for name in ("sample", "mapping")),
    *(f"WebhookMappingInput.{name}" for name in ("paths", "types")),
    *(f"WebhookPathInput.{name}" for name in ("field", "path")),
    *(f"WebhookTypeInput.{name}" for name in ("type", "means")),
    "Query.calendar(dates)",
    *(f"Query.calendarEvents({name})" for name in ("dates", "asOf")),
    "Query.seasonalityPrior(industry)",
    *(f"Mutation.setCalendar({name})" for name in ("settings", "preview")),
    *(f"CalendarSettingsInput.{name}" for name in ("countries", "subdivisions", "industry")),
    *(f"CalendarSettingsInput.fiscal{name}" for name in ("StartMonth", "YearNamedByEnd")),
    *(f"CalendarSettingsInput.{name}" for name in ("weekStart", "retailPattern")),
    *(f"CalendarEventInput.{name}" for name in ("name", "kind", "since", "until", "countries")),
    *(f"CalendarEventInput.{name}" for name in ("geos", "effectDirection", "effectSize", "note")),
    *(f"Mutation.{name}CalendarEvent(event)" for name in ("add", "change")),
    "CalendarDimension.holidays(kinds)",
    *(f"Query.seasonality({name})" for name in ("metric", "channels", "series", "asOf")),
    "Mutation.estimateSeasonality(waitSeconds)",
    "Mutation.reindexSearch(everything)",
    *(f"Query.auditLog({part})" for part in (*PAGING, "filter")),
    *(f"Query.erasures({part})" for part in PAGING),
    *(f"Mutation.setRetention({part})" for part in ("input", "preview")),
    *(f"RetentionInput.{part}" for part in ("verbatimDays", "versionDays", "logDays")),
    *(f"Mutation.eraseSubject({part})" for part in ("identifiers", "preview")),
    *(f"AuditFilter.{name}" for name in ("acts", "actor", "since", "until")),
    *(f"Query.exports({part})" for part in (*PAGING, "states")),
    *(f"Query.featureViews({part})" for part in (*PAGING, "entities", "includeRetired")),
    *(f"Query.{name}(version)" for name in ("featureView", "features")),
    "Query.features(at)",
    "FeatureView.usage(days)",
    "Mutation.createFeatureView(view)",
    "Mutation.retireFeatureView(version)",
    *(f"FeatureViewInput.{name}" for name in ("name", "entity", "features", "owner")),
    *(f"FeatureViewInput.{name}" for name in ("description", "currency", "ttlDays")),
    *(f"FeatureInput.{name}" for name in ("name", "metric", "aggregate")),
    *(f"FeatureInput.{name}" for name in ("windowDays", "lagDays")),
    "ExportFile.url(expiresIn)",
    *(f"Query.operations({part})" for part in (*PAGING, "clients", "includeRetired")),
    *(f"Query.operationsSeen({part})" for part in (*PAGING, "clients")),
    "Mutation.registerOperations(input)",
    *(f"RegisterOperationsInput.{name}" for name in ("client", "operations", "owner")),
    *(f"OperationInput.{name}" for name in ("document", "description")),
    "Query.explain(variables)",
    *(f"Mutation.setOperationStage({name})" for name in ("stage", "client", "preview")),
    *(f"Query.search({name})" for name in (*PAGING, "text", "mode", "filter")),
    *(f"Query.llmContext({name})" for name in ("question", "limit", "tokenBudget", "filter")),
    *(f"SearchHit.entries({part})" for part in PAGING),
    *(f"SearchFilter.{name}" for name in ("kinds", "sources", "channels")),
    *(f"SearchFilter.{name}" for name in ("dates", "minQuality")),
    *(f"Query.insights({name})" for name in ("dates", "kinds", "filter", "asOf")),
    "Query.insightLedger(asOf)",
    *(f"InsightFilter.{name}" for name in ("states", "severities", "levels", "metrics")),
    *(f"InsightFilter.{name}" for name in ("channels", "owners")),
    *(f"Mutation.{verb}Insight(input)" for verb in INSIGHT_VERBS),
    *(f"Query.incidents({name})" for name in (*PAGING, "dates", "filter", "asOf")),
    *("Query.incident(asOf)", "IncidentFilter.states", "IncidentFilter.severities"),
    *(f"Mutation.{verb}Incident(input)" for verb in ("acknowledge", "resolve")),
    "IncidentActInput.note",
    *(f"{name}InsightInput.learnedAt" for name in ("Explain", "Assign", "Rate")),
    *(f"InsightActInput.{name}" for name in ("note", "learnedAt")),
    *(f"ExplainInsightInput.{name}" for name in ("note", "cause")),
    *("AssignInsightInput.owner", "RateInsightInput.rating", "RateInsightInput.note"),
    "Query.marketingEntries(filter)",
    "Query.marketingEntries(orderBy)",
    "Query.runs(statuses)",
    *(f"Run.pages({part})" for part in ("first", "after")),
    "Run.events(after)",
    "Run.events(first)",
    *(f"Mutation.{name}(input)" for name in ("startBackfill", "updateConnection")),
    *(f"Query.backfillQuote({name})" for name in ("dates", "includeSettled")),
    *(f"StartBackfillInput.{name}" for name in ("dates", "maxCalls", "includeSettled")),
    *(f"UpdateConnectionInput.{name}" for name in ("name", "lookBackDays")),
    "StartIngestionInput.dates",
    *(f"Mutation.{name}(input)" for name in ("exportCausal", "exportFeatures")),
    *(f"FeatureExportInput.{name}" for name in ("version", "since", "until", "everyHours")),
    *(f"FeatureExportInput.{name}" for name in ("formats", "asOf")),
    *(f"CausalExportInput.{name}" for name in ("dates", "kpi", "grain", "weekStart", "geo")),
    *(f"CausalExportInput.{name}" for name in ("mediaBy", "sources", "channels", "currency")),
    *(f"CausalExportInput.{name}" for name in ("controls", "organic", "treatments", "asOf")),
    *(f"CausalExportInput.{name}" for name in ("includeEvents", "calendarColumns", "formats")),
    *(f"CausalExportInput.{name}" for name in ("cutImmature", "minQuality")),
    *(f"CausalKpiInput.{name}" for name in ("orders", "conversions", "series")),
    *(f"{name}KpiInput.measure" for name in ("Orders", "Conversions", "Series")),
    "ConversionsKpiInput.sources",
    "SeriesKpiInput.name",
    "Subscription.ingestionProgress(after)",
}
"""What names no thing: values, days, moments, orders, and places, which have tests of their own."""

WRITING = {
    "Mutation.acceptProposedLookBack(connectionId)",
    "Mutation.acceptShrink(runId)",
    "Mutation.rejectShrink(runId)",
    "ReceiptRulesInput.connectionId",
    "DismissRejectedInput.ids",
    "DeadLetterChoiceInput.ids",
    "Mutation.acceptSchemaChanges(ids)",
    "Mutation.setSchemaPolicy(connectionId)",
    "ReplayRejectedInput.ids",
    "IngestFileInput.connectionId",
    "IngestFileInput.uploadId",
    "Mutation.cancelRun(runId)",
    *(f"{name}.insightId" for name in INSIGHT_INPUTS),
    *("ExplainInsightInput.calendarEventId", "IncidentActInput.incidentId"),
    "Mutation.deleteExport(exportId)",
    "Mutation.retireFeatureView(name)",
    "CausalExportInput.connections",
    *(f"FeatureExportInput.{name}" for name in ("view", "entities")),
    *(f"{name}KpiInput.connections" for name in ("Orders", "Conversions")),
    "SeriesKpiInput.connectionId",
    "Mutation.cancelRuns(connectionId)",
    "Mutation.disconnectSource(connectionId)",
    "Mutation.testConnection(connectionId)",
    "ConnectAuthorizedInput.authorizationId",
    "Mutation.confirmAuthorization(authorizationId)",
    "Mutation.startAuthorization(connectionId)",
    "Mutation.pauseConnection(connectionId)",
    "Mutation.resumeConnection(connectionId)",
    "Mutation.retryRun(runId)",
    *(f"Mutation.{name}CalendarEvent(eventId)" for name in ("change", "remove")),
    "Mutation.endNamingRule(ruleId)",
    "Mutation.deleteNamingRule(ruleId)",
    "Mutation.endChannelRule(ruleId)",
    "Mutation.deleteChannelRule(ruleId)",
    "Mutation.endExchangeRate(rateId)",
    "Mutation.removeBudget(budgetId)",
    *("BudgetInput.connectionId", "BudgetInput.campaignId"),
    "Mutation.retireOperation(operationId)",
    "StartTransformationInput.connections",
    "RotateCredentialsInput.connectionId",
    "StartBackfillInput.connectionId",
    "StartIngestionInput.connectionId",
    "RotateWebhookSecretInput.connectionId",
    "SetWebhookMappingInput.connectionId",
    "TestWebhookMappingInput.connectionId",
    "Mutation.createSchedule(connectionId)",
    *(f"Mutation.{name}Schedule(scheduleId)" for name in ("change", "pause", "resume", "delete")),
    "UpdateConnectionInput.connectionId",
    "Subscription.ingestionProgress(runId)",
}
"""What names a thing to a mutation or a subscription: test_writes.py, test_subscriptions.py."""


def _filtered(name: str) -> Callable[[str], Given]:
    return lambda value: ("Query.marketingEntries", {"filter": {name: [value]}})


def _summed(name: str) -> Callable[[str], Given]:
    dates = {"since": "2026-10-01", "until": "2026-10-31"}
    return lambda value: ("Query.attributionRows", {"dates": dates, "filter": {name: [value]}})


def _traced(value: str) -> Given:
    october = DateRange(date(2026, 10, 1), date(2026, 10, 31))
    facts = AttributionDefinition(october, accounts=(value,))
    return "Query.performanceEntries", {
        "trace": written(Trace(facts, datetime.now(UTC) - timedelta(seconds=1)))
    }


def _searched(name: str) -> Callable[[str], Given]:
    asked = {"text": "spend", "first": 5}
    return lambda value: ("Query.search", asked | {"filter": {name: [value]}})


def _found(name: str) -> Callable[[str], Given]:
    return lambda value: ("Query.insights", {"filter": {name: [value]}})


def _happened(name: str) -> Callable[[str], Given]:
    return lambda value: ("Query.incidents", {"filter": {name: [value]}})


def _budgeted(name: str) -> Callable[[str], Given]:
    return lambda value: ("Query.budgets", {"filter": {name: [value]}})


def _refused(name: str) -> Callable[[str], Given]:
    return lambda value: ("Query.rejectedRecords", {"filter": {name: [value]}})


def _audited(value: str) -> Given:
    return "Query.auditLog", {"filter": {"subject": value}}


NAMING: dict[str, Callable[[str], Given]] = {
    "Query.authorization(id)": lambda value: ("Query.authorization", {"id": value}),
    "Query.node(id)": lambda value: ("Query.node", {"id": value}),
    "Query.nodes(ids)": lambda value: ("Query.nodes", {"ids": [value]}),
    "Query.performanceEntries(trace)": _traced,
    "Query.explain(operationId)": lambda value: ("Query.explain", {"operationId": value}),
    "Query.operation(id)": lambda value: ("Query.operation", {"id": value}),
    "AuditFilter.subject": _audited,
    "Query.export(id)": lambda value: ("Query.export", {"id": value}),
    "Query.featureView(name)": lambda value: ("Query.featureView", {"name": value}),
    "Query.features(view)": lambda value: ("Query.features", {"view": value, "entities": [value]}),
    "Query.features(entities)": lambda value: (
        "Query.features",
        {"view": "pulse", "entities": [value]},
    ),
    "Query.run(id)": lambda value: ("Query.run", {"id": value}),
    "Query.runs(connections)": lambda value: ("Query.runs", {"connections": [value]}),
    "Query.schedules(connections)": lambda value: ("Query.schedules", {"connections": [value]}),
    "Query.rejectedRecords(runId)": lambda value: ("Query.rejectedRecords", {"runId": value}),
    "RejectedRecordFilter.connections": _refused("connections"),
    "Query.schemaChanges(connections)": lambda value: (
        "Query.schemaChanges",
        {"connections": [value]},
    ),
    "DeadLetterFilter.connections": lambda value: (
        "Query.deadLetters",
        {"filter": {"connections": [value]}},
    ),
    "RejectedRecordFilter.runs": _refused("runs"),
    "Query.dataHealth(connections)": lambda value: (
        "Query.dataHealth",
        {"connections": [value], "dates": {"since": "2026-10-01", "until": "2026-10-31"}},
    ),
    "Query.backfillQuote(connectionId)": lambda value: (
        "Query.backfillQuote",
        {"connectionId": value, "dates": {"since": "2026-10-01", "until": "2026-10-02"}},
    ),
    "Query._entities(representations)": lambda value: (
        "Query._entities",
        {"representations": [{"__typename": "Run", "id": value}]},
    ),
    "MarketingEntryFilter.accounts": _filtered("accounts"),
    "MarketingEntryFilter.campaigns": _filtered("campaigns"),
    "MarketingEntryFilter.connections": _filtered("connections"),
    "InsightFilter.campaigns": _found("campaigns"),
    "InsightFilter.connections": _found("connections"),
    "InsightFilter.incidents": _found("incidents"),
    "Query.incident(id)": lambda value: ("Query.incident", {"id": value}),
    **{f"IncidentFilter.{name}": _happened(name) for name in ("campaigns", "connections")},
    "BudgetFilter.campaigns": _budgeted("campaigns"),
    "BudgetFilter.connections": _budgeted("connections"),
    "SearchFilter.accounts": _searched("accounts"),
    "SearchFilter.campaigns": _searched("campaigns"),
    "AttributionRowFilter.accounts": _summed("accounts"),
    "AttributionRowFilter.campaigns": _summed("campaigns"),
    "AttributionRowFilter.connections": _summed("connections"),
}
"""How a value is put where it names a thing to a query."""
