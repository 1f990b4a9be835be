from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import cast
from uuid import UUID

import pytest
from strawberry.types.base import StrawberryObjectDefinition

from core.scope import Permission, Role
from graph.ids import INCIDENT, RUN
from graph.permissions import Requires
from graph.schema import LiftosSchema
from tests.graph import samples
from tests.graph.samples import NOW
from tests.graph.world import World, error_of

EXPECTED: dict[str, dict[str, Permission | None]] = {
    "Query": {
        **dict.fromkeys(
            ("operation", "operations", "builtInOperations", "operationStages", "explain"),
            Permission.MEMORY_READ,
        ),
        "operationsSeen": Permission.MEMORY_WRITE,
        "viewer": None,
        "node": Permission.MEMORY_READ,
        "nodes": Permission.MEMORY_READ,
        "marketingEntries": Permission.MEMORY_READ,
        "campaigns": Permission.MEMORY_READ,
        "calendar": Permission.MEMORY_READ,
        "calendarSettings": Permission.MEMORY_READ,
        "calendarEvents": Permission.MEMORY_READ,
        "seasonalityPrior": Permission.MEMORY_READ,
        "attributionRows": Permission.CAUSAL_DATA_ACCESS,
        "exchangeRate": Permission.MEMORY_READ,
        "seasonality": Permission.MEMORY_READ,
        "seasonalityEstimation": Permission.MEMORY_READ,
        "namingRules": Permission.MEMORY_READ,
        "namingPreview": Permission.MEMORY_READ,
        "channelRules": Permission.MEMORY_READ,
        "exchangeRates": Permission.MEMORY_READ,
        "budgets": Permission.MEMORY_READ,
        "channelPreview": Permission.MEMORY_READ,
        "dataHealth": Permission.MEMORY_READ,
        "insights": Permission.MEMORY_READ,
        "metrics": Permission.MEMORY_READ,
        "marketingSummary": Permission.MEMORY_READ,
        "surfacingInsights": Permission.MEMORY_READ,
        "performance": Permission.MEMORY_READ,
        "performanceEntries": Permission.MEMORY_READ,
        "insightLedger": Permission.MEMORY_READ,
        "incidents": Permission.MEMORY_READ,
        "incident": Permission.MEMORY_READ,
        "search": Permission.MEMORY_READ,
        "searchIndex": Permission.MEMORY_READ,
        "llmContext": Permission.MEMORY_READ,
        "connections": Permission.MEMORY_READ,
        "authorization": Permission.MEMORY_ADMIN,
        "schedules": Permission.MEMORY_READ,
        "run": Permission.MEMORY_READ,
        "runs": Permission.MEMORY_READ,
        "auditLog": Permission.MEMORY_ADMIN,
        "retention": Permission.MEMORY_ADMIN,
        "erasures": Permission.MEMORY_ADMIN,
        "export": Permission.MEMORY_READ,
        "exports": Permission.MEMORY_READ,
        "featureViews": Permission.MEMORY_READ,
        "featureView": Permission.MEMORY_READ,
        "features": Permission.MEMORY_READ,
        "events": Permission.MEMORY_READ,
        "backfillQuote": Permission.MEMORY_READ,
        "rejectedRecords": Permission.MEMORY_WRITE,
        "rejectedRecordSummary": Permission.MEMORY_WRITE,
        "deadLetters": Permission.MEMORY_READ,
        "schemaChanges": Permission.MEMORY_READ,
        "_entities": Permission.MEMORY_READ,
        "_service": Permission.SCHEMA_INTROSPECT,
    },
    "Mutation": {
        "connectSource": Permission.MEMORY_ADMIN,
        "rotateCredentials": Permission.MEMORY_ADMIN,
        "pauseConnection": Permission.MEMORY_ADMIN,
        "disconnectSource": Permission.MEMORY_ADMIN,
        "testConnection": Permission.MEMORY_WRITE,
        "estimateSeasonality": Permission.MEMORY_WRITE,
        "reindexSearch": Permission.MEMORY_WRITE,
        "startAnalysis": Permission.MEMORY_WRITE,
        "acknowledgeIncident": Permission.MEMORY_WRITE,
        "resolveIncident": Permission.MEMORY_WRITE,
        **dict.fromkeys(
            (
                f"{verb}Insight"
                for verb in ("acknowledge", "explain", "resolve", "reopen", "assign", "rate")
            ),
            Permission.MEMORY_WRITE,
        ),
        "startAuthorization": Permission.MEMORY_ADMIN,
        **dict.fromkeys(
            (f"{name}Schedule" for name in ("create", "change", "pause", "resume", "delete")),
            Permission.MEMORY_WRITE,
        ),
        "confirmAuthorization": Permission.MEMORY_ADMIN,
        "connectAuthorized": Permission.MEMORY_ADMIN,
        "resumeConnection": Permission.MEMORY_ADMIN,
        "setCalendar": Permission.MEMORY_ADMIN,
        **dict.fromkeys(
            (f"{name}CalendarEvent" for name in ("add", "change", "remove")),
            Permission.MEMORY_WRITE,
        ),
        "addNamingRule": Permission.MEMORY_ADMIN,
        "endNamingRule": Permission.MEMORY_ADMIN,
        "deleteNamingRule": Permission.MEMORY_ADMIN,
        "startTransformation": Permission.MEMORY_ADMIN,
        **{f"{name}Budget": Permission.MEMORY_WRITE for name in ("set", "remove")},
        **{f"{name}ExchangeRate": Permission.MEMORY_ADMIN for name in ("set", "end")},
        **{f"{name}ChannelRule": Permission.MEMORY_ADMIN for name in ("add", "end", "delete")},
        "createSchedule": Permission.MEMORY_WRITE,
        "changeSchedule": Permission.MEMORY_WRITE,
        "pauseSchedule": Permission.MEMORY_WRITE,
        "resumeSchedule": Permission.MEMORY_WRITE,
        "deleteSchedule": Permission.MEMORY_WRITE,
        "startIngestion": Permission.MEMORY_WRITE,
        "ingestFile": Permission.MEMORY_WRITE,
        "startBackfill": Permission.MEMORY_WRITE,
        "updateConnection": Permission.MEMORY_ADMIN,
        "cancelRun": Permission.MEMORY_WRITE,
        "acceptShrink": Permission.MEMORY_WRITE,
        "rejectShrink": Permission.MEMORY_WRITE,
        "setReceiptRules": Permission.MEMORY_ADMIN,
        "rotateWebhookSecret": Permission.MEMORY_ADMIN,
        "setWebhookMapping": Permission.MEMORY_ADMIN,
        "testWebhookMapping": Permission.MEMORY_ADMIN,
        "acceptProposedLookBack": Permission.MEMORY_ADMIN,
        "deleteExport": Permission.CAUSAL_DATA_EXPORT,
        "setRetention": Permission.MEMORY_ADMIN,
        "eraseSubject": Permission.MEMORY_ADMIN,
        "createFeatureView": Permission.MEMORY_WRITE,
        "retireFeatureView": Permission.MEMORY_WRITE,
        "exportCausal": Permission.CAUSAL_DATA_EXPORT,
        "exportFeatures": Permission.CAUSAL_DATA_EXPORT,
        "cancelRuns": Permission.MEMORY_WRITE,
        "retryRun": Permission.MEMORY_WRITE,
        "replayRejected": Permission.MEMORY_WRITE,
        "dismissRejected": Permission.MEMORY_WRITE,
        "requeueDeadLetters": Permission.MEMORY_WRITE,
        "dismissDeadLetters": Permission.MEMORY_WRITE,
        "acceptSchemaChanges": Permission.MEMORY_WRITE,
        "setSchemaPolicy": Permission.MEMORY_WRITE,
        "registerOperations": Permission.MEMORY_WRITE,
        "retireOperation": Permission.MEMORY_WRITE,
        "setOperationStage": Permission.MEMORY_ADMIN,
    },
    "Subscription": dict.fromkeys(
        ("ingestionProgress", "events", "runs", "entriesRestated", "insightRaised"),
        Permission.MEMORY_READ,
    ),
}


def declared(schema: LiftosSchema, root: str) -> dict[str, Permission | None]:
    definition = cast("StrawberryObjectDefinition", schema.get_type_by_name(root))
    found: dict[str, Permission | None] = {}
    for field in definition.fields:
        name = schema.config.name_converter.get_graphql_name(field)
        [guard] = [each for each in field.extensions if isinstance(each, Requires)]
        found[name] = guard.permission
    return found


@pytest.mark.parametrize("root", EXPECTED)
def test_every_root_field_declares_what_it_needs(schema: LiftosSchema, root: str) -> None:
    assert declared(schema, root) == EXPECTED[root]


def test_every_root_field_says_what_it_needs(schema: LiftosSchema) -> None:
    for root, fields in EXPECTED.items():
        for name, permission in fields.items():
            described = schema.get_field_for_type(name, root)
            assert described is not None
            description = described.description or ""
            note = f"Needs `{permission}`." if permission else "Open to every caller."
            assert description.count(note) == 1


DATES = '{since: "2026-11-01", until: "2026-11-30"}'
RUN_ID = RUN.encode(samples.RUN)
READS = {
    'node(id: "x") { id }': ("node", None),
    'nodes(ids: ["x"]) { id }': ("nodes", ...),
    "marketingEntries { totalCount }": ("marketingEntries", ...),
    "campaigns { nodes { id } }": ("campaigns", ...),
    f"calendar(dates: {DATES}) {{ id }}": ("calendar", ...),
    "calendarSettings { isInForce }": ("calendarSettings", ...),
    "calendarEvents { id }": ("calendarEvents", ...),
    "seasonalityPrior { source }": ("seasonalityPrior", ...),
    'exchangeRate(base: "EUR", quote: "USD", on: "2026-11-01") { value }': ("exchangeRate", None),
    "seasonality(metric: SPEND) { channel }": ("seasonality", ...),
    "seasonalityEstimation { isWaiting }": ("seasonalityEstimation", None),
    "namingRules { id }": ("namingRules", ...),
    'namingPreview(rule: {name: "x", pattern: "{x}"}) { matched }': ("namingPreview", ...),
    "channelRules { id }": ("channelRules", ...),
    "exchangeRates { id }": ("exchangeRates", ...),
    "budgets { id }": ("budgets", ...),
    (
        'channelPreview(rule: {name: "x", channel: "y", campaign: "z", since: "2026-12-01"}, '
        'dates: {since: "2026-11-01", until: "2026-11-02"}) { moved }'
    ): ("channelPreview", ...),
    f"dataHealth(dates: {DATES}) {{ asOf }}": ("dataHealth", ...),
    "insights { nodes { id } }": ("insights", ...),
    "metrics { metric }": ("metrics", ...),
    f"marketingSummary(dates: {DATES}) {{ asOf }}": ("marketingSummary", ...),
    "surfacingInsights { insightText }": ("surfacingInsights", ...),
    f"performance(dates: {DATES}) {{ nodes {{ dates {{ since }} }} }}": ("performance", ...),
    'performanceEntries(trace: "x") { nodes { id } }': ("performanceEntries", ...),
    "insightLedger { kind }": ("insightLedger", ...),
    "incidents { nodes { id } }": ("incidents", ...),
    f'incident(id: "{INCIDENT.encode(UUID(int=1))}") {{ id }}': ("incident", None),
    'search(text: "spend") { nodes { title } }': ("search", ...),
    "searchIndex { isCurrent }": ("searchIndex", ...),
    'llmContext(question: "x") { text }': ("llmContext", ...),
    f'backfillQuote(connectionId: "x", dates: {DATES}) {{ calls }}': ("backfillQuote", ...),
    "connections { nodes { id } }": ("connections", ...),
    f'run(id: "{RUN_ID}") {{ id }}': ("run", None),
    'authorization(id: "x") { id }': ("authorization", ...),
    "schedules { nodes { id } }": ("schedules", ...),
    "runs { nodes { id } }": ("runs", ...),
    "events { id }": ("events", ...),
    "auditLog { nodes { number } }": ("auditLog", None),
    "retention { logDays }": ("retention", ...),
    "erasures { nodes { isPreview } }": ("erasures", None),
    'export(id: "x") { id }': ("export", None),
    "exports { nodes { id } }": ("exports", ...),
    "featureViews { nodes { name } }": ("featureViews", ...),
    'featureView(name: "x") { name }': ("featureView", None),
    'features(view: "x", entities: ["x"]) { at }': ("features", ...),
    "_entities(representations: [{}]) { __typename }": ("_entities", ...),
    f"attributionRows(dates: {DATES}) {{ nodes {{ date }} }}": ("attributionRows", None),
    f'rejectedRecords(runId: "{RUN_ID}") {{ nodes {{ id }} }}': ("rejectedRecords", None),
    "rejectedRecordSummary { records }": ("rejectedRecordSummary", None),
    "deadLetters { nodes { why } }": ("deadLetters", ...),
    "schemaChanges { nodes { id } }": ("schemaChanges", ...),
    f'operation(id: "{"0" * 64}") {{ id }}': ("operation", None),
    f'explain(operationId: "{"0" * 64}") {{ cost }}': ("explain", ...),
    "operations { nodes { id } }": ("operations", ...),
    "builtInOperations { id }": ("builtInOperations", ...),
    "operationStages { stage }": ("operationStages", ...),
    "operationsSeen { nodes { times } }": ("operationsSeen", None),
    "_service { sdl }": ("_service", ...),
}


def test_every_query_that_needs_a_permission_is_tried() -> None:
    guarded = {name for name, needs in EXPECTED["Query"].items() if needs}
    assert {name for name, _ in READS.values()} == guarded


@pytest.mark.parametrize("field", READS)
async def test_without_the_permission_nothing_is_read(world: World, field: str) -> None:
    name, nullable = READS[field]
    permission = EXPECTED["Query"][name]
    without = replace(world.north, permissions=frozenset(Permission) - {permission})
    answer = await world.ask(f"{{ {field} }}", without)
    assert answer["data"] == (None if nullable is ... else {name: None})
    assert error_of(answer) == {
        "message": f"this needs the permission {permission}",
        "code": "FORBIDDEN",
        "mend": "ask an administrator of your tenant for a role that has it",
    }
    assert world.calls == ["audit.note"]


async def test_what_one_may_not_see_leaves_the_rest_of_the_answer(world: World) -> None:
    answer = await world.ask(
        f"{{ viewer {{ roles }} attributionRows(dates: {DATES}) {{ nodes {{ date }} }} "
        "marketingEntries(first: 1) { nodes { lineage { rawPage { number request } } } } }",
        world.as_role(Role.VIEWER),
    )
    assert answer["data"] == {
        "viewer": {"roles": ["VIEWER"]},
        "attributionRows": None,
        "marketingEntries": {"nodes": [{"lineage": {"rawPage": {"number": 1, "request": None}}}]},
    }
    assert [(error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [
        (["attributionRows"], "FORBIDDEN"),
        (["marketingEntries", "nodes", 0, "lineage", "rawPage", "request"], "FORBIDDEN"),
    ]


async def test_expired_credentials_open_nothing_not_even_the_viewer(world: World) -> None:
    expired = replace(world.north, expires_at=NOW - timedelta(seconds=1))
    for query in ("{ viewer { actor } }", "{ campaigns { nodes { id } } }"):
        answer = await world.ask(query, expired)
        assert answer["data"] is None
        assert error_of(answer)["code"] == "UNAUTHENTICATED"
    assert world.calls == []


async def test_the_viewer_is_shown_what_they_may_do(world: World) -> None:
    scope = replace(world.as_role(Role.USER), expires_at=NOW + timedelta(hours=1))
    answer = await world.ask(
        """{ viewer { actor roles permissions expiresAt tenant {
          slug name countries fiscalStartMonth fiscalYearNamedByEnd reportingCurrency tier createdAt
        } } }""",
        scope,
    )
    assert answer["data"]["viewer"] == {
        "actor": "user:ada",
        "roles": ["USER"],
        "permissions": ["causal:read", "memory:read"],
        "expiresAt": "2026-11-22T13:00:00Z",
        "tenant": {
            "slug": "north",
            "name": "North",
            "countries": ["DE", "US"],
            "fiscalStartMonth": 2,
            "fiscalYearNamedByEnd": True,
            "reportingCurrency": "EUR",
            "tier": "PRO",
            "createdAt": "2026-11-20T06:30:00Z",
        },
    }
