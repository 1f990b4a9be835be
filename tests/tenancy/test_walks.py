"""Each tenant's whole schema, walked: everything of its own is in it, and nothing of another's."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from graphql import GraphQLObjectType

from core.records.entries import EntryKey
from core.records.operations import OperationKey
from graph.ids import (
    BUDGET,
    CALENDAR_EVENT,
    CAMPAIGN,
    CHANNEL_RULE,
    CONNECTION,
    ENTRY,
    EXPORT,
    INCIDENT,
    INSIGHT,
    NAMING_RULE,
    OPERATION,
    OWN_RATE,
    RAW_PAGE,
    REJECTED,
    RUN,
    SCHEDULE,
    SCHEMA_CHANGE,
    TENANT,
    IdKind,
)
from persisted import built_in_records
from tests.tenancy.documents import (
    SCHEMA,
    abstract_members,
    all_fields,
    document,
    fields_asked,
    is_paged,
    node_types,
    root_fields,
)
from tests.tenancy.door import leaves
from tests.tenancy.party import Ground, Parties
from tests.tenancy.rows import opened_rows, told
from tests.tenancy.walking import QUESTIONS, Walk

LISTED_OR_TOLD = """
SELECT * FROM run r WHERE kind NOT IN ('INDEX', 'ANALYSIS')
OR EXISTS (SELECT FROM insight i WHERE i.tenant_id = r.tenant_id AND i.run_id = r.id)"""
"""Runs that lists show, and those that insights are of."""
OF_INCIDENTS = "SELECT * FROM insight WHERE incident_id IS NOT NULL"

IDS: Mapping[str, tuple[IdKind[Any], str, str]] = {
    "Tenant": (TENANT, "tenant", "tenant_id"),
    "ConnectedSource": (CONNECTION, "connection", "id"),
    # Those that follow by themselves are not listed.
    "Run": (RUN, f"({LISTED_OR_TOLD}) r", "id"),
    "Export": (EXPORT, "export", "id"),
    "IngestionSchedule": (SCHEDULE, "schedule", "id"),
    "Campaign": (CAMPAIGN, "campaign", "digest"),
    "Insight": (INSIGHT, "insight", "id"),
    "Incident": (INCIDENT, f"({OF_INCIDENTS}) i", "incident_id"),
    "CalendarEvent": (CALENDAR_EVENT, "calendar_event", "id"),
    "NamingRule": (NAMING_RULE, "naming_rule", "id"),
    "Budget": (BUDGET, "budget", "id"),
    "OwnExchangeRate": (OWN_RATE, "exchange_rate", "id"),
    "ChannelRule": (CHANNEL_RULE, "channel_rule", "id"),
    "RejectedRecord": (REJECTED, "rejected_record", "id"),
    "SchemaChange": (SCHEMA_CHANGE, "schema_change", "id"),
}
"""Types of which a walk meets every row, and their rows."""

BUILT_IN = {OPERATION.encode(OperationKey(each.id, each.client)) for each in built_in_records()}
CHECKS = ("CheckTally", "FailedCheck")
NO_NODES = (
    *("Authorization", "ChannelRule", "DataEvent", "NamingRule", "RejectedRecord", "SchemaChange"),
    *CHECKS,
    *("Budget", "CalendarEvent", "Operation", "OwnExchangeRate"),
)
"""Types with an id that are no nodes; a check's is its name, the same for every tenant."""

WRITTEN_ONLY = {
    "Query",
    "Mutation",
    "Subscription",
    "AcceptLookBackPayload",
    "AcceptShrinkPayload",
    "CalendarChange",
    "CalendarEventPayload",
    "CancelRunPayload",
    "DismissDeadLettersPayload",
    "AcceptSchemaChangesPayload",
    "SetSchemaPolicyPayload",
    "DismissRejectedPayload",
    "RequeueDeadLettersPayload",
    "ReplayRejectedPayload",
    "ReindexSearchPayload",
    # Their index is made: every mode answers.
    "DegradedMode",
    "ChangeSchedulePayload",
    "CreateSchedulePayload",
    "DeleteSchedulePayload",
    "DeleteExportPayload",
    "ExportCausalPayload",
    "ExportFeaturesPayload",
    "FeatureViewPayload",
    "CancelRunsPayload",
    "ConflictError",
    "DisconnectSourcePayload",
    "ConnectSourcePayload",
    "ForbiddenError",
    "IngestFilePayload",
    "InvalidInput",
    "NamingRulePayload",
    "ChannelRulePayload",
    "OwnExchangeRatePayload",
    "BudgetPayload",
    *("OperationStagePayload", "RegisterOperationsPayload", "RetireOperationPayload"),
    "ChannelRuleCondition",
    "StartAnalysisPayload",
    *("SetRetentionPayload", "EraseSubjectPayload"),
    *("InsightPayload", "IncidentPayload"),
    "StartTransformationPayload",
    *("TransformationDiff", "RuleChange", "TransformationExample", "FieldCount"),
    "NotFoundError",
    "PauseConnectionPayload",
    "RejectShrinkPayload",
    "ResumeConnectionPayload",
    "RetryRunPayload",
    "EstimateSeasonalityPayload",
    "RotateCredentialsPayload",
    "SetCalendarPayload",
    "SetReceiptRulesPayload",
    "StartIngestionPayload",
    "TestConnectionPayload",
    "StartBackfillPayload",
    "UpdateConnectionPayload",
    "AuthorizationError",
    "ConfirmAuthorizationPayload",
    "ConnectAuthorizedPayload",
    "StartAuthorizationPayload",
    "RotateWebhookSecretPayload",
    "SetWebhookMappingPayload",
    "TestWebhookMappingPayload",
    "WebhookEvent",
    "WebhookReading",
    "WebhookSecret",
    "QuotaExceededError",
}
"""Types that no query answers."""


def test_every_root_field_of_query_is_walked() -> None:
    assert {name for name in root_fields() if name.startswith("Query.")} == set(QUESTIONS)


def test_every_field_of_every_type_is_asked_for() -> None:
    documents = [
        document(coordinate, (), on)
        for coordinate in root_fields()
        for on in abstract_members(coordinate)
    ]
    assert all_fields() - fields_asked(documents) == frozenset()


async def test_a_walk_meets_every_type_and_every_row_of_its_tenant(
    ground: Ground, parties: Parties, walk_a: Walk, walk_b: Walk
) -> None:
    every = {
        type_.name
        for type_ in SCHEMA.type_map.values()
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__")
    }
    async with opened_rows(ground.services) as rows:
        for party, walk in ((parties.a, walk_a), (parties.b, walk_b)):
            assert every - walk.types == WRITTEN_ONLY
            assert set(walk.ids) == {*node_types(), *NO_NODES}
            for name, (kind, table, column) in IDS.items():
                found = await rows.column(table, column, party.id)
                assert walk.ids[name] == {kind.encode(value) for value in found}, name
            operations = await rows.column("operation", "(client, id)", party.id)
            own = {OPERATION.encode(OperationKey(id_, client)) for client, id_ in operations}
            assert walk.ids["Operation"] == own | BUILT_IN
            events = await rows.column("data_event", "id", party.id)
            assert walk.ids["DataEvent"] <= {str(id_) for id_ in events}
            pages = await rows.column("raw_page", "id", party.id)
            assert walk.ids["RawPage"] <= {RAW_PAGE.encode(id_) for id_ in pages}
            entries = await rows.column("marketing_entry", "(date, digest, is_present)", party.id)
            keys = {ENTRY.encode(EntryKey(date, digest)): here for date, digest, here in entries}
            assert set(walk.entries) == {id_ for id_, is_present in keys.items() if is_present}
            assert set(walk.entries) < walk.ids["MarketingEntry"] <= set(keys)


async def test_a_walk_meets_nothing_of_the_other_tenant(
    ground: Ground, parties: Parties, walk_a: Walk, walk_b: Walk, marks: frozenset[str]
) -> None:
    async with opened_rows(ground.services) as rows:
        reverse = await rows.marks(parties.b.id, parties.a.id)
    for walk, foreign, own in ((walk_a, marks, reverse), (walk_b, reverse, marks)):
        met = told({text for _, answer in walk.answers for text in leaves(answer)})
        assert met & foreign == set()
        assert len(met & own) > 20


async def test_questions_at_the_same_time_are_answered_as_alone(
    ground: Ground, parties: Parties, walk_a: Walk, walk_b: Walk, marks: frozenset[str]
) -> None:
    """Every loader and every cache has the questions of both tenants in hand at once."""
    async with opened_rows(ground.services) as rows:
        reverse = await rows.marks(parties.b.id, parties.a.id)
    sides = ((parties.a, walk_a, marks), (parties.b, walk_b, reverse)) * 2
    for coordinate, questions in QUESTIONS.items():
        few = {"first": 10} if is_paged(coordinate) else {}
        asked = [next(questions(walk.ids)) for _, walk, _ in sides]
        answers = await asyncio.gather(
            *(
                ground.door.ask(party.token, coordinate, given | few, on)
                for (party, _, _), (given, on) in zip(sides, asked, strict=True)
            )
        )
        for (_, _, foreign), answer in zip(sides, answers, strict=True):
            assert told(leaves(answer)) & foreign == set(), coordinate


async def test_the_two_tenants_share_ids_that_say_different_things(
    walk_a: Walk, walk_b: Walk
) -> None:
    # What the other tests stand on: were all ids apart, a missing fence could go unseen.
    shared = set(walk_a.entries) & set(walk_b.entries)
    told_apart = {
        id_
        for id_ in shared
        if walk_a.entries[id_]["conversions"] != walk_b.entries[id_]["conversions"]
    }
    assert (len(shared) > 50, len(told_apart) > 10) == (True, True)
    assert len(walk_b.ids["MarketingEntry"] - walk_a.ids["MarketingEntry"]) > 20
    assert len(walk_b.ids["Campaign"] & walk_a.ids["Campaign"]) > 2
    assert walk_b.ids["CalendarDimension"] == walk_a.ids["CalendarDimension"]
