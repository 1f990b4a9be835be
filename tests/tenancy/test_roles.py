"""A role may do what the table says, and nothing else."""

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
from tests.tenancy.door import Door, Json, bearer, subscribed
from tests.tenancy.given import BUDGET, EVENT, FILE, META, OWN_RATE, SINCE, UNTIL, VIEW
from tests.tenancy.party import AUDIT, Ground, Parties, checksums
from tests.tenancy.role_table import (
    ACTING,
    ADMINS,
    ALLOWED,
    ANYBODY,
    APART,
    EXPORT,
    NEEDS,
    OPENED,
    PULSES,
    ROLES,
    WEBHOOK_MUTATIONS,
    WRITERS,
    questions,
)
from tests.tenancy.walking import CHANNEL_RULE, RULE


def roles_of(role: Role | None) -> tuple[Role, ...]:
    return () if role is None else (role,)


def test_the_table_holds_every_root_field_and_every_guarded_one() -> None:
    guarded = {name for name in declared() if name.split(".")[0] not in {"Query", "Mutation"}}
    assert set(ALLOWED) == {*root_fields(), *guarded}


def test_the_table_says_what_the_fields_declare_and_tell() -> None:
    needed = {name: APART.get(name, NEEDS[roles]) for name, roles in ALLOWED.items()}
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
    before = await checksums(ground, parties.a, parties.b, but=AUDIT)
    token = ground.door.token(parties.a.id, *roles_of(role))
    for coordinate, given in questions(parties.a).items():
        if coordinate.startswith("Mutation.") and role not in ALLOWED[coordinate]:
            answer = await ground.door.ask(token, coordinate, given)
            found = answer["data"][coordinate.split(".")[1]]
            assert (found["__typename"], found["code"]) == ("ForbiddenError", "FORBIDDEN")
    kept = await ground.door.upload(bearer(token), FILE) if role not in WRITERS else None
    assert kept is None or (kept.status_code, kept.json()["code"]) == (403, "FORBIDDEN")
    assert await checksums(ground, parties.a, parties.b, but=AUDIT) == before


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
        "Mutation.registerOperations": (
            {"input": {"client": "/", "operations": [{"document": "{"}]}},
            "InvalidInput",
        ),
        "Mutation.createFeatureView": ({"view": VIEW | {"name": "?"}}, "InvalidInput"),
        "Mutation.retireFeatureView": ({"name": run, "version": 1}, "NotFoundError"),
        "Mutation.retireOperation": ({"operationId": run}, "InvalidInput"),
        "Mutation.setRetention": (
            {"input": {"logDays": 0}},
            "InvalidInput" if role in ADMINS else "ForbiddenError",
        ),
        "Mutation.eraseSubject": (
            {"identifiers": ["x"]},
            "InvalidInput" if role in ADMINS else "ForbiddenError",
        ),
        "Mutation.setOperationStage": (
            {},
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
        "Mutation.setBudget": ({"budget": BUDGET | {"name": "x", "amount": "0"}}, "InvalidInput"),
        "Mutation.removeBudget": ({"budgetId": run}, "InvalidInput"),
        "Mutation.setExchangeRate": (
            {"rate": OWN_RATE | {"name": "x", "value": "0"}},
            "InvalidInput" if role in ADMINS else "ForbiddenError",
        ),
        "Mutation.endExchangeRate": (
            {"rateId": run},
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
        # Nothing is wrong to ask for: it is answered.
        "Mutation.reindexSearch": ({}, "ReindexSearchPayload"),
        "Mutation.startAnalysis": ({}, "StartAnalysisPayload"),
        **{
            f"Mutation.{verb}Insight": ({"input": {"insightId": run} | more}, "InvalidInput")
            for verb, more in ACTING.items()
        },
        **{
            f"Mutation.{verb}Incident": ({"input": {"incidentId": run}}, "InvalidInput")
            for verb in ("acknowledge", "resolve")
        },
        "Mutation.exportCausal": (
            {"input": EXPORT | {"minQuality": 2}},
            "InvalidInput" if role in ADMINS else "ForbiddenError",
        ),
        "Mutation.exportFeatures": (
            {"input": PULSES | {"everyHours": 0}},
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
