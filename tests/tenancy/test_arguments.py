"""Every argument that can name a thing of B, in A's hands; a new one must be placed here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.sources import MANIFESTS
from graph.ids import CONNECTION
from graph.inputs.credentials import input_name
from tests.tenancy.documents import all_inputs, root
from tests.tenancy.door import Door, Json, code_of, leaves
from tests.tenancy.party import Parties, Party
from tests.tenancy.rows import told
from tests.tenancy.walking import Walk

Given = tuple[str, Json]

PAGING = ("first", "after", "last", "before")
LISTS = ("marketingEntries", "campaigns", "attributionRows", "insights", "connections", "runs")
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
    *(f"Subscription.{name}(after)" for name in ("runs", "entriesRestated")),
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
    *(f"Query.exports({part})" for part in (*PAGING, "states")),
    "ExportFile.url(expiresIn)",
    "Query.insights(dates)",
    "Query.insights(kinds)",
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
    "Mutation.exportCausal(input)",
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
    "Mutation.deleteExport(exportId)",
    "CausalExportInput.connections",
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


def _refused(name: str) -> Callable[[str], Given]:
    return lambda value: ("Query.rejectedRecords", {"filter": {name: [value]}})


NAMING: dict[str, Callable[[str], Given]] = {
    "Query.authorization(id)": lambda value: ("Query.authorization", {"id": value}),
    "Query.node(id)": lambda value: ("Query.node", {"id": value}),
    "Query.nodes(ids)": lambda value: ("Query.nodes", {"ids": [value]}),
    "Query.export(id)": lambda value: ("Query.export", {"id": value}),
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
    "AttributionRowFilter.accounts": _summed("accounts"),
    "AttributionRowFilter.campaigns": _summed("campaigns"),
    "AttributionRowFilter.connections": _summed("connections"),
}
"""How a value is put where it names a thing to a query."""


def test_every_argument_has_its_place() -> None:
    inputs = all_inputs()
    assert set(inputs) == HARMLESS | WRITING | set(NAMING)
    named = {name for name, kind in inputs.items() if kind in {"ID", "_Any"}}
    assert named == (WRITING | set(NAMING)) - {
        "MarketingEntryFilter.accounts",
        "AttributionRowFilter.accounts",
    }


def moments(coordinate: str, party: Party) -> Iterator[Json]:
    yield {}
    if "asOf" in root(coordinate).args:
        yield {"asOf": party.as_of}


@pytest.mark.parametrize("argument", sorted(NAMING))
async def test_no_id_of_b_brings_anything_of_b(
    argument: str, door: Door, parties: Parties, walk_b: Walk, marks: frozenset[str]
) -> None:
    values = [sorted(ids)[len(ids) // 2] for ids in walk_b.ids.values()]
    values += [*parties.b.runs.values(), *parties.b.connections.values()]
    values += [parties.b.upload, str(parties.b.id), parties.b.record.slug, "act_1002", "1002"]
    for value in values:
        coordinate, given = NAMING[argument](value)
        for moment in moments(coordinate, parties.b):
            answer = await door.ask(parties.a.token, coordinate, given | moment)
            assert code_of(answer) in {None, "BAD_USER_INPUT", "NOT_FOUND"}, answer
            assert told(leaves(answer)) & (marks - told([value])) == set()


async def test_lists_by_a_thing_of_b_are_empty(
    door: Door, parties: Parties, walk_a: Walk, walk_b: Walk
) -> None:
    foreign = [entry for id_, entry in walk_b.entries.items() if entry["accountId"] == "1002"]
    assert len(foreign) > 20
    filters: list[Json] = [
        {"connections": list(parties.b.connections.values())},
        {"accounts": ["1002"]},
        {"campaigns": sorted(walk_b.ids["Campaign"] - walk_a.ids["Campaign"])},
    ]
    for where in filters:
        for moment in moments("Query.marketingEntries", parties.b):
            found: list[Any] = []
            for token in (parties.a.token, parties.b.token):
                answer = await door.ask(
                    token, "Query.marketingEntries", {"filter": where, "first": 20} | moment
                )
                found.append(answer["data"]["marketingEntries"])
            mine, theirs = found
            assert (mine["totalCount"], mine["nodes"], mine["edges"]) == (0, [], [])
            assert theirs["totalCount"] > 0, where


async def test_the_entries_of_a_campaign_of_both_are_the_askers(
    door: Door, parties: Parties, walk_a: Walk, walk_b: Walk
) -> None:
    query = """query($id: ID!, $connections: [ID!], $asOf: DateTime) { node(id: $id) {
      ... on Campaign { entries(first: 100, asOf: $asOf, filter: {connections: $connections}) {
        totalCount nodes { id connection { id } } } } } }"""
    for campaign in sorted(walk_a.ids["Campaign"] & walk_b.ids["Campaign"]):
        for moment in ({}, {"asOf": parties.a.as_of}):
            given = {"id": campaign, "connections": list(parties.b.connections.values())}
            answer = await door.say(parties.a.token, query, given | moment)
            assert answer["data"]["node"]["entries"] == {"totalCount": 0, "nodes": []}
            answer = await door.say(parties.a.token, query, {"id": campaign} | moment)
            entries = answer["data"]["node"]["entries"]
            assert entries["totalCount"] == len(entries["nodes"])
            owners = {node["connection"]["id"] for node in entries["nodes"]}
            assert owners <= set(parties.a.connections.values())


async def test_runs_of_b_are_none_to_a(door: Door, parties: Parties) -> None:
    a, b = parties.a, parties.b
    listed = await door.ask(a.token, "Query.runs", {"connections": list(b.connections.values())})
    assert listed["data"]["runs"]["edges"] == []
    for run_id in b.runs.values():
        answer = await door.ask(a.token, "Query.run", {"id": run_id})
        assert answer == {"data": {"run": None}}
        refused = await door.ask(a.token, "Query.rejectedRecords", {"runId": run_id})
        assert (refused["data"], code_of(refused)) == ({"rejectedRecords": None}, "NOT_FOUND")


async def test_an_id_that_b_has_is_answered_as_one_that_nobody_has(
    door: Door, parties: Parties
) -> None:
    unknown = CONNECTION.encode(parties.b.id)
    answers = [
        await door.ask(
            parties.a.token,
            "Mutation.startIngestion",
            {"input": {"connectionId": id_}},
        )
        for id_ in (unknown, parties.b.connections["meta"])
    ]
    assert answers[0] == answers[1]
