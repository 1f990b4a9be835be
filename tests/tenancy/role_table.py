"""Which role may do what, spelled out: a change of a permission is a change of this table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.scope import Role
from tests.tenancy.door import META_TOKENS, Json
from tests.tenancy.given import BUDGET, EVENT, META, OWN_RATE, SINCE, UNTIL, VIEW
from tests.tenancy.party import Party
from tests.tenancy.walking import CHANNEL_RULE, DAYS, RULE, a_trace

OPENED = [{"metaAds": {"accessToken": token}} for token in META_TOKENS]
ALL = frozenset(Role)
ANYBODY = frozenset({*ALL, None})
ANALYSTS = frozenset({Role.ANALYST, Role.DEVELOPER, Role.ADMIN})
WRITERS = frozenset({Role.DEVELOPER, Role.ADMIN})
ADMINS = frozenset({Role.ADMIN})
WEBHOOK_MUTATIONS: Mapping[str, Json] = {
    "rotateWebhookSecret": {},
    "setWebhookMapping": {"mapping": {}},
    "testWebhookMapping": {"sample": {}},
}

ACTING: Mapping[str, Json] = {
    "reopen": {},
    "acknowledge": {"note": "seen"},
    "explain": {"note": "a sale"},
    "resolve": {"note": "over"},
    "assign": {"owner": "ada"},
    "rate": {"rating": "NOT_USEFUL"},
}
"""What is done to an insight, each after the one before."""
SCHEDULING = ("create", "change", "pause", "resume", "delete")

ALLOWED: Mapping[str, frozenset[Role | None]] = {
    "Query.viewer": ANYBODY,
    "Query.node": ALL,
    "Query.nodes": ALL,
    "Query.marketingEntries": ALL,
    "Query.campaigns": ALL,
    "Query.calendar": ALL,
    "Query.calendarSettings": ALL,
    "Query.calendarEvents": ALL,
    "Query.seasonalityPrior": ALL,
    "Query.attributionRows": ANALYSTS,
    "Query.marketingSummary": ALL,
    **dict.fromkeys(("Query.metrics", "Query.performance", "Query.performanceEntries"), ALL),
    "Query.exchangeRate": ALL,
    "Query.seasonality": ALL,
    "Query.seasonalityEstimation": ALL,
    "Query.namingRules": ALL,
    "Query.namingPreview": ALL,
    "Query.channelRules": ALL,
    "Query.exchangeRates": ALL,
    "Query.channelPreview": ALL,
    "Query.dataHealth": ALL,
    "Query.insights": ALL,
    "Query.insightLedger": ALL,
    "Query.surfacingInsights": ALL,
    **dict.fromkeys(("Query.incidents", "Query.incident"), ALL),
    "Query.search": ALL,
    "Query.searchIndex": ALL,
    "Query.llmContext": ALL,
    "Query.connections": ALL,
    "Query.run": ALL,
    "Query.runs": ALL,
    "Query.schedules": ALL,
    "Query.events": ALL,
    "Query.auditLog": ADMINS,
    **dict.fromkeys(("Query.retention", "Query.erasures"), ADMINS),
    **dict.fromkeys(("Mutation.setRetention", "Mutation.eraseSubject"), ADMINS),
    "Query.export": ALL,
    "Query.exports": ALL,
    **dict.fromkeys(("Query.featureViews", "Query.featureView", "Query.features"), ALL),
    **{f"Mutation.{name}FeatureView": WRITERS for name in ("create", "retire")},
    **dict.fromkeys(("Query.operation", "Query.operations", "Query.builtInOperations"), ALL),
    "Query.operationStages": ALL,
    "Query.explain": ALL,
    "Query.operationsSeen": WRITERS,
    "Mutation.registerOperations": WRITERS,
    "Mutation.retireOperation": WRITERS,
    "Mutation.setOperationStage": ADMINS,
    "Query.backfillQuote": ALL,
    "Query.rejectedRecords": WRITERS,
    "Query.rejectedRecordSummary": WRITERS,
    "Query.deadLetters": ALL,
    "Query.schemaChanges": ALL,
    "Query._entities": ALL,
    "Query._service": ANALYSTS,
    "Mutation.connectSource": ADMINS,
    "Mutation.rotateCredentials": ADMINS,
    "Mutation.pauseConnection": ADMINS,
    "Mutation.resumeConnection": ADMINS,
    "Mutation.disconnectSource": ADMINS,
    "Mutation.setCalendar": ADMINS,
    **{f"Mutation.{name}CalendarEvent": WRITERS for name in ("add", "change", "remove")},
    "Mutation.addNamingRule": ADMINS,
    "Mutation.endNamingRule": ADMINS,
    "Mutation.deleteNamingRule": ADMINS,
    "Mutation.startTransformation": ADMINS,
    "Query.budgets": ALL,
    **{f"Mutation.{name}Budget": WRITERS for name in ("set", "remove")},
    **{f"Mutation.{name}ExchangeRate": ADMINS for name in ("set", "end")},
    **{f"Mutation.{name}ChannelRule": ADMINS for name in ("add", "end", "delete")},
    "Mutation.testConnection": WRITERS,
    "Mutation.estimateSeasonality": WRITERS,
    "Mutation.reindexSearch": WRITERS,
    "Mutation.startAnalysis": WRITERS,
    **{f"Mutation.{verb}Insight": WRITERS for verb in ACTING},
    **{f"Mutation.{verb}Incident": WRITERS for verb in ("acknowledge", "resolve")},
    "Query.authorization": ADMINS,
    "Mutation.startAuthorization": ADMINS,
    "Mutation.confirmAuthorization": ADMINS,
    "Mutation.connectAuthorized": ADMINS,
    "Mutation.startIngestion": WRITERS,
    "Mutation.ingestFile": WRITERS,
    "Mutation.acceptShrink": WRITERS,
    "Mutation.rejectShrink": WRITERS,
    "Mutation.setReceiptRules": ADMINS,
    "Mutation.rotateWebhookSecret": ADMINS,
    "Mutation.setWebhookMapping": ADMINS,
    "Mutation.testWebhookMapping": ADMINS,
    "Mutation.acceptProposedLookBack": ADMINS,
    "Mutation.startBackfill": WRITERS,
    "Mutation.updateConnection": ADMINS,
    "Mutation.cancelRun": WRITERS,
    "Mutation.cancelRuns": WRITERS,
    "Mutation.deleteExport": ADMINS,
    **dict.fromkeys(("Mutation.exportCausal", "Mutation.exportFeatures"), ADMINS),
    "Mutation.retryRun": WRITERS,
    "Mutation.replayRejected": WRITERS,
    "Mutation.dismissRejected": WRITERS,
    "Mutation.requeueDeadLetters": WRITERS,
    "Mutation.dismissDeadLetters": WRITERS,
    "Mutation.acceptSchemaChanges": WRITERS,
    "Mutation.setSchemaPolicy": WRITERS,
    **{f"Mutation.{name}Schedule": WRITERS for name in SCHEDULING},
    "Subscription.ingestionProgress": ALL,
    "Subscription.events": ALL,
    "Subscription.runs": ALL,
    "Subscription.entriesRestated": ALL,
    "Subscription.insightRaised": ALL,
    "RawPage.request": WRITERS,
    **{f"Export.{name}": ANALYSTS for name in ("files", "checks", "manifest")},
}
"""Who may use each guarded field; None is a caller with a token and no role."""

NEEDS = {
    ANYBODY: None,
    ALL: "memory:read",
    ANALYSTS: "causal:data:access",
    WRITERS: "memory:write",
    ADMINS: "memory:admin",
}
APART = {
    **{
        f"Mutation.{name}": "causal:data:export"
        for name in ("deleteExport", "exportCausal", "exportFeatures")
    },
    "Query._service": "schema:introspect",
}
"""What its roles do by another permission than the rest of what they may."""
ROLES = (*Role, None)
EXPORT: Any = {
    "dates": {"since": "2026-10-01", "until": "2026-10-31"},
    "kpi": {"conversions": {"measure": "COUNT"}},
}

PULSES: Any = {"view": "pulse", "since": "2026-10-02T00:00:00Z", "until": "2026-10-31T00:00:00Z"}


def questions(party: Party) -> Mapping[str, Json]:
    """What each root field is asked: something that is there, and that would be done."""
    run = party.runs["file"]
    dates = {"since": SINCE, "until": UNTIL}
    return {
        "Query.viewer": {},
        "Query.node": {"id": run},
        "Query.nodes": {"ids": [run]},
        "Query.marketingEntries": {"first": 1},
        "Query.campaigns": {"first": 1},
        "Query.calendar": {"dates": DAYS},
        "Query.calendarSettings": {},
        "Query.calendarEvents": {},
        "Query.seasonalityPrior": {},
        "Query.attributionRows": {"dates": DAYS, "first": 1},
        "Query.marketingSummary": {"dates": DAYS},
        "Query.surfacingInsights": {"windowDays": 400, "until": "2026-12-31", "minConfidence": 0},
        "Query.metrics": {},
        "Query.performance": {"dates": DAYS, "first": 1},
        "Query.performanceEntries": {"trace": a_trace(), "first": 1},
        "Query.exchangeRate": {"base": "USD", "quote": "GBP", "on": SINCE},
        "Query.seasonality": {"metric": "SPEND"},
        "Query.seasonalityEstimation": {},
        "Query.searchIndex": {},
        "Query.namingRules": {},
        "Query.namingPreview": {"rule": RULE},
        "Query.channelRules": {},
        "Query.exchangeRates": {},
        "Query.channelPreview": {"rule": CHANNEL_RULE, "dates": DAYS},
        "Query.dataHealth": {"dates": DAYS},
        "Query.insights": {"first": 1},
        "Query.insightLedger": {},
        "Query.incidents": {"first": 1},
        "Query.incident": {"id": party.incident},
        "Query.search": {"text": "spend", "first": 1},
        "Query.llmContext": {"question": "spend", "limit": 1},
        "Query.connections": {"first": 1},
        "Query.run": {"id": run},
        "Query.runs": {"first": 1},
        "Query.schedules": {"first": 1},
        "Query.events": {"first": 1},
        "Query.auditLog": {"first": 1},
        "Query.retention": {},
        "Query.erasures": {"first": 1},
        "Mutation.setRetention": {"input": {"logDays": 3650}},
        "Mutation.eraseSubject": {"identifiers": ["jane@example.com"], "preview": True},
        "Query.export": {"id": party.export},
        "Query.exports": {"first": 1},
        "Query.featureViews": {"first": 1},
        "Query.featureView": {"name": party.view},
        "Query.features": {"view": "pulse", "entities": [party.connections["meta"]]},
        "Mutation.createFeatureView": {"view": VIEW | {"name": "tried"}},
        "Mutation.retireFeatureView": {"name": party.view, "version": 1},
        "Query.operation": {"id": party.operation},
        "Query.operations": {"first": 1},
        "Query.builtInOperations": {},
        "Query.operationStages": {},
        "Query.explain": {"operationId": party.operation},
        "Query.operationsSeen": {"first": 1},
        "Mutation.registerOperations": {
            "input": {"client": "tried", "operations": [{"document": "query Tried { __typename }"}]}
        },
        "Mutation.retireOperation": {"operationId": party.operation},
        "Mutation.setOperationStage": {"client": "tried", "stage": "LOG"},
        "Query.backfillQuote": {"connectionId": party.connections["meta"], "dates": dates},
        "Query.rejectedRecords": {"runId": run, "first": 1},
        "Query.rejectedRecordSummary": {"filter": {"runs": [run]}},
        "Query.deadLetters": {"first": 1},
        "Query.schemaChanges": {"first": 1},
        "Query._entities": {"representations": [{"__typename": "Run", "id": run}]},
        "Query._service": {},
        "Mutation.connectSource": {
            "input": META | {"accountId": "act_8", "name": "new", "credentials": OPENED[0]}
        },
        "Mutation.rotateCredentials": {
            "input": {"connectionId": party.connections["meta"], "credentials": OPENED[1]}
        },
        "Mutation.pauseConnection": {"connectionId": party.connections["meta"]},
        "Mutation.resumeConnection": {"connectionId": party.connections["meta"]},
        "Mutation.disconnectSource": {"connectionId": party.connections["meta"]},
        "Mutation.setCalendar": {"settings": {"countries": ["FR"]}},
        "Mutation.addCalendarEvent": {"event": EVENT},
        "Mutation.changeCalendarEvent": {"eventId": party.calendar_event, "event": EVENT},
        "Mutation.removeCalendarEvent": {"eventId": party.calendar_event},
        "Mutation.addNamingRule": {"rule": RULE},
        "Mutation.endNamingRule": {"ruleId": party.naming_rule, "until": UNTIL},
        "Mutation.deleteNamingRule": {"ruleId": party.naming_rule},
        "Mutation.addChannelRule": {"rule": CHANNEL_RULE},
        "Query.budgets": {},
        "Mutation.setBudget": {"budget": BUDGET | {"name": "tried"}},
        "Mutation.removeBudget": {"budgetId": party.budget},
        "Mutation.setExchangeRate": {"rate": OWN_RATE | {"name": "tried"}},
        "Mutation.endExchangeRate": {"rateId": party.own_rate, "until": UNTIL},
        "Mutation.startTransformation": {"input": {"preview": True}},
        "Mutation.endChannelRule": {"ruleId": party.channel_rule, "until": UNTIL},
        "Mutation.deleteChannelRule": {"ruleId": party.channel_rule},
        "Mutation.testConnection": {"connectionId": party.connections["meta"]},
        "Mutation.estimateSeasonality": {"waitSeconds": 0},
        "Mutation.reindexSearch": {},
        "Mutation.startAnalysis": {},
        **{
            f"Mutation.{verb}Insight": {"input": {"insightId": party.insight} | more}
            for verb, more in ACTING.items()
        },
        **{
            f"Mutation.{verb}Incident": {"input": {"incidentId": party.incident}}
            for verb in ("acknowledge", "resolve")
        },
        "Query.authorization": {"id": party.authorization},
        "Mutation.startAuthorization": {"source": "META_ADS"},
        "Mutation.confirmAuthorization": {
            "authorizationId": party.authorization,
            "ticket": "unknown",
        },
        "Mutation.connectAuthorized": {
            "input": {"authorizationId": party.authorization, "accountId": "1001"}
        },
        "Mutation.startIngestion": {
            "input": {"connectionId": party.connections["meta"], "dates": dates}
        },
        "Mutation.ingestFile": {
            "input": {"connectionId": party.connections["file"], "uploadId": party.upload}
        },
        "Mutation.acceptShrink": {"runId": party.runs["held"]},
        "Mutation.rejectShrink": {"runId": party.runs["held"]},
        **{
            f"Mutation.{name}": {"input": {"connectionId": party.connections["webhook"]} | more}
            for name, more in WEBHOOK_MUTATIONS.items()
        },
        "Mutation.acceptProposedLookBack": {"connectionId": party.connections["meta"]},
        "Mutation.setReceiptRules": {
            "input": {"connectionId": party.connections["meta"], "tolerance": "0.01"}
        },
        "Mutation.startBackfill": {
            "input": {
                "connectionId": party.connections["meta"],
                "dates": dates,
                "maxCalls": 1000,
                "includeSettled": True,
            }
        },
        "Mutation.updateConnection": {
            "input": {"connectionId": party.connections["meta"], "lookBackDays": 3}
        },
        "Mutation.cancelRun": {"runId": party.runs["queued"]},
        "Mutation.deleteExport": {"exportId": party.export},
        "Mutation.exportCausal": {"input": EXPORT},
        "Mutation.exportFeatures": {"input": PULSES},
        "Mutation.cancelRuns": {"connectionId": party.connections["meta"]},
        "Mutation.retryRun": {"runId": party.runs["broken"]},
        "Mutation.replayRejected": {"input": {"filter": {"runs": [run]}}},
        "Mutation.requeueDeadLetters": {"input": {"filter": {}}},
        "Mutation.dismissDeadLetters": {"input": {"filter": {}}, "why": "x"},
        "Mutation.acceptSchemaChanges": {"ids": party.changes},
        "Mutation.setSchemaPolicy": {
            "connectionId": party.connections["meta"],
            "policy": "FREEZE",
        },
        "Mutation.dismissRejected": {"input": {"filter": {"runs": [run]}, "why": "x"}},
        "Mutation.createSchedule": {
            "connectionId": party.connections["meta"],
            "schedule": {"intervalMinutes": 60},
        },
        "Mutation.changeSchedule": {
            "scheduleId": party.schedules["daily"],
            "schedule": {"intervalMinutes": 60},
        },
        **{
            f"Mutation.{name}Schedule": {"scheduleId": party.schedules["daily"]}
            for name in ("pause", "resume", "delete")
        },
        "Subscription.ingestionProgress": {"runId": run},
        "Subscription.events": {"after": 0},
        "Subscription.runs": {"after": 0},
        "Subscription.entriesRestated": {"after": 0},
        "Subscription.insightRaised": {"after": 0},
    }
