"""Which role may do what, spelled out: a change of a permission is a change of this table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from strawberry.types.base import has_object_definition

from core.scope import Role
from graph.permissions import Requires
from graph.schema import build_schema
from tests.tenancy.documents import SCHEMA, object_type, root_fields
from tests.tenancy.door import META_TOKENS, Door, Json, bearer, subscribed
from tests.tenancy.party import EVENT, FILE, META, SINCE, UNTIL, Ground, Parties, Party, checksums
from tests.tenancy.walking import CHANNEL_RULE, DAYS, RULE

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
    "Query.exchangeRate": ALL,
    "Query.seasonality": ALL,
    "Query.seasonalityEstimation": ALL,
    "Query.namingRules": ALL,
    "Query.namingPreview": ALL,
    "Query.channelRules": ALL,
    "Query.channelPreview": ALL,
    "Query.dataHealth": ALL,
    "Query.insights": ALL,
    "Query.connections": ALL,
    "Query.run": ALL,
    "Query.runs": ALL,
    "Query.schedules": ALL,
    "Query.events": ALL,
    "Query.export": ALL,
    "Query.exports": ALL,
    "Query.backfillQuote": ALL,
    "Query.rejectedRecords": WRITERS,
    "Query.rejectedRecordSummary": WRITERS,
    "Query.deadLetters": ALL,
    "Query.schemaChanges": ALL,
    "Query._entities": ALL,
    "Query._service": ANYBODY,
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
    **{f"Mutation.{name}ChannelRule": ADMINS for name in ("add", "end", "delete")},
    "Mutation.testConnection": WRITERS,
    "Mutation.estimateSeasonality": WRITERS,
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
    "Mutation.exportCausal": ADMINS,
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
EXPORTING = dict.fromkeys(("Mutation.deleteExport", "Mutation.exportCausal"), "causal:data:export")
"""What administrators do by another permission than the rest."""
ROLES = (*Role, None)
EXPORT: Any = {
    "dates": {"since": "2026-10-01", "until": "2026-10-31"},
    "kpi": {"conversions": {"measure": "COUNT"}},
}


def roles_of(role: Role | None) -> tuple[Role, ...]:
    return () if role is None else (role,)


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
        "Query.exchangeRate": {"base": "USD", "quote": "GBP", "on": SINCE},
        "Query.seasonality": {"metric": "SPEND"},
        "Query.seasonalityEstimation": {},
        "Query.namingRules": {},
        "Query.namingPreview": {"rule": RULE},
        "Query.channelRules": {},
        "Query.channelPreview": {"rule": CHANNEL_RULE, "dates": DAYS},
        "Query.dataHealth": {"dates": DAYS},
        "Query.insights": {"first": 1},
        "Query.connections": {"first": 1},
        "Query.run": {"id": run},
        "Query.runs": {"first": 1},
        "Query.schedules": {"first": 1},
        "Query.events": {"first": 1},
        "Query.export": {"id": party.export},
        "Query.exports": {"first": 1},
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
        "Mutation.startTransformation": {"input": {"preview": True}},
        "Mutation.endChannelRule": {"ruleId": party.channel_rule, "until": UNTIL},
        "Mutation.deleteChannelRule": {"ruleId": party.channel_rule},
        "Mutation.testConnection": {"connectionId": party.connections["meta"]},
        "Mutation.estimateSeasonality": {"waitSeconds": 0},
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
    }


def test_the_table_holds_every_root_field_and_every_guarded_one() -> None:
    guarded = {name for name in declared() if name.split(".")[0] not in {"Query", "Mutation"}}
    assert set(ALLOWED) == {*root_fields(), *guarded}


def test_the_table_says_what_the_fields_declare_and_tell() -> None:
    needed = {name: EXPORTING.get(name, NEEDS[roles]) for name, roles in ALLOWED.items()}
    assert declared() == needed
    for name, roles in ALLOWED.items():
        type_name, field = name.split(".")
        description = object_type(type_name).fields[field].description or ""
        told = re.findall(r"Needs `([a-z:]+)`\.", description)
        assert told == ([needed[name]] if needed[name] else []), name
        assert ("Open to every caller." in description) is (roles == ANYBODY), name


def declared() -> dict[str, str | None]:
    """The permission of every field that declares one, read from the schema in use."""
    schema = build_schema()
    found: dict[str, str | None] = {}
    for name in SCHEMA.type_map:
        type_: Any = schema.get_type_by_name(name)
        for field in getattr(type_, "fields", ()) if is_object(type_) else ():
            for extension in getattr(field, "extensions", ()):
                if isinstance(extension, Requires):
                    spelled = schema.config.name_converter.from_field(field)
                    needed = extension.permission
                    found[f"{name}.{spelled}"] = None if needed is None else str(needed)
    return found


def guarded_below() -> set[str]:
    return {name for name in ALLOWED if name.split(".")[0] not in {"Query", "Mutation"}}


def is_object(type_: Any) -> bool:
    return has_object_definition(getattr(type_, "origin", None))


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_reads_what_the_table_grants_and_nothing_else(
    door: Door, parties: Parties, role: Role | None
) -> None:
    token = door.token(parties.a.id, *roles_of(role))
    for coordinate, given in questions(parties.a).items():
        if not coordinate.startswith("Query."):
            continue
        answer = await door.ask(token, coordinate, given, "Run" if "node" in coordinate else None)
        if role in ALLOWED[coordinate]:
            assert (answer.get("data") or {}).get(coordinate.split(".")[1]), (coordinate, answer)
            denied = {error["path"][-1] for error in answer.get("errors", ())}
            # A guarded field below is null for those who may not see it; all else stands.
            hidden = {name.split(".")[1] for name in guarded_below() if role not in ALLOWED[name]}
            assert denied <= hidden
            continue
        codes = {error["extensions"]["code"] for error in answer["errors"]}
        assert codes == {"FORBIDDEN"}, coordinate
        assert not any((answer.get("data") or {}).values()), coordinate


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_sees_a_guarded_field_only_if_granted(
    door: Door, parties: Parties, role: Role | None
) -> None:
    page = "{ marketingEntries(first: 1) { nodes { lineage { rawPage { id request } } } } }"
    answer = await door.say(door.token(parties.a.id, *roles_of(role)), page)
    if role is None:
        assert answer["data"] is None
        return
    (node,) = answer["data"]["marketingEntries"]["nodes"]
    may = role in ALLOWED["RawPage.request"]
    assert (node["lineage"]["rawPage"]["request"] is not None) is may
    codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
    assert codes == ([] if may else ["FORBIDDEN"])


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_that_may_not_write_changes_nothing(
    ground: Ground, parties: Parties, role: Role | None
) -> None:
    before = await checksums(ground, parties.a, parties.b)
    token = ground.door.token(parties.a.id, *roles_of(role))
    for coordinate, given in questions(parties.a).items():
        if coordinate.startswith("Mutation.") and role not in ALLOWED[coordinate]:
            answer = await ground.door.ask(token, coordinate, given)
            found = answer["data"][coordinate.split(".")[1]]
            assert (found["__typename"], found["code"]) == ("ForbiddenError", "FORBIDDEN")
    kept = await ground.door.upload(bearer(token), FILE) if role not in WRITERS else None
    assert kept is None or (kept.status_code, kept.json()["code"]) == (403, "FORBIDDEN")
    assert await checksums(ground, parties.a, parties.b) == before


@pytest.mark.parametrize("role", sorted(WRITERS))
async def test_a_role_that_may_write_is_not_refused_for_its_role(
    ground: Ground, parties: Parties, role: Role
) -> None:
    # With something that cannot be done, so that the tenants stay as the other tests know them.
    token = ground.door.token(parties.a.id, role)
    run = parties.a.runs["file"]
    impossible: Mapping[str, tuple[Json, str]] = {
        "Mutation.connectSource": (
            {"input": META | {"name": "x", "lookBackDays": -1, "credentials": OPENED[0]}},
            "InvalidInput" if role in ADMINS else "ForbiddenError",
        ),
        "Mutation.rotateCredentials": (
            {"input": {"connectionId": parties.a.connections["file"], "credentials": OPENED[0]}},
            "InvalidInput" if role in ADMINS else "ForbiddenError",
        ),
        **dict.fromkeys(
            (
                "Mutation.pauseConnection",
                "Mutation.resumeConnection",
                "Mutation.disconnectSource",
            ),
            ({"connectionId": run}, "InvalidInput" if role in ADMINS else "ForbiddenError"),
        ),
        "Mutation.setCalendar": (
            {"settings": {"countries": ["XX"]}},
            "InvalidInput" if role in ADMINS else "ForbiddenError",
        ),
        "Mutation.addCalendarEvent": ({"event": EVENT | {"countries": ["XX"]}}, "InvalidInput"),
        "Mutation.changeCalendarEvent": ({"eventId": run, "event": EVENT}, "InvalidInput"),
        "Mutation.removeCalendarEvent": ({"eventId": run}, "InvalidInput"),
        "Mutation.addNamingRule": (
            {"rule": RULE | {"pattern": "{"}},
            "InvalidInput" if role in ADMINS else "ForbiddenError",
        ),
        "Mutation.endNamingRule": (
            {"ruleId": run, "until": UNTIL},
            "InvalidInput" if role in ADMINS else "ForbiddenError",
        ),
        "Mutation.deleteNamingRule": (
            {"ruleId": run},
            "InvalidInput" if role in ADMINS else "ForbiddenError",
        ),
        "Mutation.startTransformation": (
            {"input": {"connections": [run]}},
            "InvalidInput" if role in ADMINS else "ForbiddenError",
        ),
        "Mutation.addChannelRule": (
            {"rule": CHANNEL_RULE | {"campaign": "("}},
            "InvalidInput" if role in ADMINS else "ForbiddenError",
        ),
        "Mutation.endChannelRule": (
            {"ruleId": run, "until": UNTIL},
            "InvalidInput" if role in ADMINS else "ForbiddenError",
        ),
        "Mutation.deleteChannelRule": (
            {"ruleId": run},
            "InvalidInput" if role in ADMINS else "ForbiddenError",
        ),
        "Mutation.testConnection": ({"connectionId": run}, "InvalidInput"),
        "Mutation.startAuthorization": (
            {"source": "KLAVIYO"},
            "InvalidInput" if role in ADMINS else "ForbiddenError",
        ),
        "Mutation.confirmAuthorization": (
            {"authorizationId": run, "ticket": "unknown"},
            "InvalidInput" if role in ADMINS else "ForbiddenError",
        ),
        "Mutation.connectAuthorized": (
            {"input": {"authorizationId": run, "accountId": "1001"}},
            "InvalidInput" if role in ADMINS else "ForbiddenError",
        ),
        "Mutation.startIngestion": (
            {"input": {"connectionId": parties.a.connections["file"]}},
            "InvalidInput",
        ),
        "Mutation.ingestFile": (
            {
                "input": {
                    "connectionId": parties.a.connections["meta"],
                    "uploadId": parties.a.upload,
                }
            },
            "InvalidInput",
        ),
        **dict.fromkeys(
            ("Mutation.acceptShrink", "Mutation.rejectShrink"), ({"runId": run}, "ConflictError")
        ),
        "Mutation.acceptProposedLookBack": (
            {"connectionId": parties.a.connections["file"]},
            "ConflictError" if role in ADMINS else "ForbiddenError",
        ),
        "Mutation.setReceiptRules": (
            {"input": {"connectionId": parties.a.connections["meta"], "tolerance": "2"}},
            "InvalidInput" if role in ADMINS else "ForbiddenError",
        ),
        **{
            f"Mutation.{name}": (
                {"input": {"connectionId": run} | more},
                "InvalidInput" if role in ADMINS else "ForbiddenError",
            )
            for name, more in WEBHOOK_MUTATIONS.items()
        },
        "Mutation.createSchedule": (
            {"connectionId": parties.a.connections["meta"], "schedule": {"cron": "x"}},
            "InvalidInput",
        ),
        "Mutation.changeSchedule": (
            {"scheduleId": parties.a.schedules["daily"], "schedule": {}},
            "InvalidInput",
        ),
        **{
            f"Mutation.{name}Schedule": ({"scheduleId": run}, "InvalidInput")
            for name in ("pause", "resume", "delete")
        },
        "Mutation.startBackfill": (
            {
                "input": {
                    "connectionId": parties.a.connections["meta"],
                    "dates": {"since": SINCE, "until": UNTIL},
                    "maxCalls": 0,
                    "includeSettled": True,
                }
            },
            "ConflictError",
        ),
        "Mutation.updateConnection": (
            {"input": {"connectionId": parties.a.connections["meta"], "lookBackDays": -1}},
            "InvalidInput" if role in ADMINS else "ForbiddenError",
        ),
        "Mutation.cancelRun": ({"runId": parties.a.runs["broken"]}, "ConflictError"),
        "Mutation.cancelRuns": ({"connectionId": run}, "InvalidInput"),
        "Mutation.estimateSeasonality": ({"waitSeconds": 61}, "InvalidInput"),
        "Mutation.exportCausal": (
            {"input": EXPORT | {"minQuality": 2}},
            "InvalidInput" if role in ADMINS else "ForbiddenError",
        ),
        "Mutation.deleteExport": (
            {"exportId": run},
            "InvalidInput" if role in ADMINS else "ForbiddenError",
        ),
        "Mutation.retryRun": ({"runId": parties.a.runs["queued"]}, "ConflictError"),
        "Mutation.replayRejected": ({"input": {"filter": {}, "maximum": 0}}, "InvalidInput"),
        "Mutation.requeueDeadLetters": ({"input": {"filter": {}, "maximum": 0}}, "InvalidInput"),
        "Mutation.dismissDeadLetters": ({"input": {"filter": {}}, "why": " "}, "InvalidInput"),
        "Mutation.acceptSchemaChanges": ({"ids": []}, "InvalidInput"),
        "Mutation.setSchemaPolicy": (
            {"connectionId": parties.a.connections["file"], "policy": "FREEZE"},
            "InvalidInput",
        ),
        "Mutation.dismissRejected": ({"input": {"filter": {}, "why": " "}}, "InvalidInput"),
    }
    assert set(impossible) == {name for name in root_fields() if name.startswith("Mutation.")}
    for coordinate, (given, kind) in impossible.items():
        answer = await ground.door.ask(token, coordinate, given)
        assert answer["data"][coordinate.split(".")[1]]["__typename"] == kind, coordinate


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_follows_what_happens_only_if_granted(
    door: Door, parties: Parties, role: Role | None
) -> None:
    token = door.token(parties.a.id, *roles_of(role))
    for coordinate, given in questions(parties.a).items():
        if not coordinate.startswith("Subscription."):
            continue
        (heard,) = await subscribed(door, token, given, coordinate=coordinate)
        assert heard["type"] == ("error" if role is None else "next")
        if role is None:
            assert heard["payload"][0]["extensions"]["code"] == "FORBIDDEN"
