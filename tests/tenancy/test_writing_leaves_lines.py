"""Every mutation leaves one line in the audit log; a new one is placed here.

Behind the other files of the folder: what is done here is done for good.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from core.records.audit import Act
from core.scope import Role, SystemScope
from graph.ids import CONNECTION
from tests.tenancy.documents import root_fields
from tests.tenancy.door import Door, Json, bearer
from tests.tenancy.given import FILE
from tests.tenancy.party import Ground, Parties, Party
from tests.tenancy.role_table import questions

ACTS: Mapping[str, Act] = {
    "setReceiptRules": Act.RECEIPT_RULES_SET,
    "acceptShrink": Act.SHRINK_ACCEPTED,
    "acceptProposedLookBack": Act.LOOK_BACK_ACCEPTED,
    "acceptSchemaChanges": Act.SCHEMA_CHANGES_ACCEPTED,
    "setSchemaPolicy": Act.SCHEMA_POLICY_SET,
    "rotateCredentials": Act.CREDENTIALS_ROTATED,
    "pauseConnection": Act.CONNECTION_PAUSED,
    "resumeConnection": Act.CONNECTION_RESUMED,
    "updateConnection": Act.CONNECTION_CHANGED,
    "connectSource": Act.SOURCE_CONNECTED,
    "testConnection": Act.CONNECTION_TESTED,
    "startAuthorization": Act.AUTHORIZATION_STARTED,
    "rotateWebhookSecret": Act.WEBHOOK_SECRET_ROTATED,
    "setWebhookMapping": Act.WEBHOOK_MAPPING_SET,
    "setCalendar": Act.CALENDAR_SET,
    "addCalendarEvent": Act.CALENDAR_EVENT_ADDED,
    "changeCalendarEvent": Act.CALENDAR_EVENT_CHANGED,
    "removeCalendarEvent": Act.CALENDAR_EVENT_REMOVED,
    "addNamingRule": Act.RULE_ADDED,
    "endNamingRule": Act.RULE_ENDED,
    "deleteNamingRule": Act.RULE_DELETED,
    "addChannelRule": Act.RULE_ADDED,
    "endChannelRule": Act.RULE_ENDED,
    "deleteChannelRule": Act.RULE_DELETED,
    "setExchangeRate": Act.RULE_SET,
    "endExchangeRate": Act.RULE_ENDED,
    "setBudget": Act.RULE_SET,
    "removeBudget": Act.RULE_DELETED,
    "createSchedule": Act.SCHEDULE_CREATED,
    "changeSchedule": Act.SCHEDULE_CHANGED,
    "pauseSchedule": Act.SCHEDULE_PAUSED,
    "resumeSchedule": Act.SCHEDULE_RESUMED,
    "deleteSchedule": Act.SCHEDULE_DELETED,
    "estimateSeasonality": Act.SEASONALITY_REQUESTED,
    "reindexSearch": Act.RUN_REQUESTED,
    "startAnalysis": Act.RUN_REQUESTED,
    **dict.fromkeys(
        (
            *("reopenInsight", "acknowledgeIncident", "acknowledgeInsight", "explainInsight"),
            *("resolveIncident", "resolveInsight"),
        ),
        Act.INSIGHT_STATE_SET,
    ),
    "assignInsight": Act.INSIGHT_ASSIGNED,
    "rateInsight": Act.INSIGHT_JUDGED,
    "startTransformation": Act.RUN_REQUESTED,
    "setRetention": Act.RETENTION_SET,
    "eraseSubject": Act.RUN_REQUESTED,
    "startIngestion": Act.RUN_REQUESTED,
    "startBackfill": Act.RUN_REQUESTED,
    "ingestFile": Act.RUN_REQUESTED,
    "cancelRun": Act.RUNS_CANCELLED,
    "retryRun": Act.RUN_RETRIED,
    "cancelRuns": Act.RUNS_CANCELLED,
    "requeueDeadLetters": Act.DEAD_LETTERS_REQUEUED,
    "replayRejected": Act.REJECTED_REPLAYED,
    "registerOperations": Act.OPERATIONS_REGISTERED,
    "setOperationStage": Act.OPERATION_STAGE_SET,
    "retireOperation": Act.OPERATION_RETIRED,
    "createFeatureView": Act.FEATURE_VIEW_CREATED,
    "retireFeatureView": Act.FEATURE_VIEW_RETIRED,
    "exportCausal": Act.EXPORT_REQUESTED,
    "exportFeatures": Act.EXPORT_REQUESTED,
    "deleteExport": Act.EXPORT_DELETED,
    "disconnectSource": Act.SOURCE_DISCONNECTED,
}
"""In an order in which each finds what it needs."""

INSTEAD: Mapping[str, Act] = {
    "rejectShrink": Act.SHRINK_REJECTED,
    "dismissRejected": Act.REJECTED_DISMISSED,
    "dismissDeadLetters": Act.DEAD_LETTERS_DISMISSED,
}
"""What leaves nothing for one above: done for the other tenant."""

ELSEWHERE = {
    "confirmAuthorization": "needs a user who was at the source: test_consents_leave_lines",
    "connectAuthorized": "as the one above",
}
NOT_AUDITED = {"testWebhookMapping": "writes nothing: it shows how a sample would be read"}


def test_every_mutation_has_its_place() -> None:
    mutations = {name.split(".")[1] for name in root_fields() if name.startswith("Mutation.")}
    assert mutations == {*ACTS, *INSTEAD, *ELSEWHERE, *NOT_AUDITED}


async def newest(door: Door, party: Party, first: int = 100) -> list[Any]:
    answer = await door.ask(party.token, "Query.auditLog", {"first": first})
    return list(answer["data"]["auditLog"]["nodes"])


async def done(door: Door, party: Party, name: str) -> list[Any]:
    """The lines that a mutation left, which was answered with its payload."""
    (before, *_) = await newest(door, party, 1)
    given = questions(party)[f"Mutation.{name}"]
    if name == "retryRun":
        given = {"runId": party.runs["queued"]}  # which cancelRun has ended
    answer = await door.ask(party.token, f"Mutation.{name}", given)
    kind = answer["data"][name]["__typename"]
    assert kind.endswith("Payload"), (name, answer)
    return [line for line in await newest(door, party) if line["number"] > before["number"]]


async def test_every_mutation_leaves_one_line_of_its_act(ground: Ground, parties: Parties) -> None:
    for party, acts in ((parties.a, ACTS), (parties.b, INSTEAD)):
        for name, act in acts.items():
            lines = await done(ground.door, party, name)
            assert [line["act"] for line in lines] == [act], name
            assert (lines[0]["actor"], lines[0]["door"]) == ("user:ada", "TOKEN")
            assert lines[0]["requestId"], name
        for name in NOT_AUDITED:
            assert await done(ground.door, party, name) == []


async def test_an_upload_leaves_a_line(ground: Ground, parties: Parties) -> None:
    kept = await ground.door.upload({"X-API-Key": parties.b.keys["good"]}, FILE, "kept.csv")
    (line,) = await newest(ground.door, parties.b, 1)
    assert (line["act"], line["subject"]) == ("FILE_UPLOADED", f"upload:{kept.json()['id']}")
    assert (line["door"], line["client"]) == ("KEY", "causal")
    assert line["requestId"] == kept.headers["x-request-id"]
    details = {each["name"]: each["value"] for each in line["details"]}
    assert details == {
        "filename": "kept.csv",
        "bytes": str(len(FILE)),
        "sha256": kept.json()["sha256"],
    }


async def test_a_refusal_leaves_a_line_and_its_repeats_one_a_minute(
    ground: Ground, parties: Parties
) -> None:
    (before, *_) = await newest(ground.door, parties.b, 1)
    token = ground.door.token(parties.b.id, Role.VIEWER, subject="eve")
    given = questions(parties.b)["Mutation.pauseConnection"]
    for _ in range(3):
        await ground.door.ask(token, "Mutation.pauseConnection", given)
    assert (await ground.door.upload(bearer(token), FILE)).status_code == 403
    found = [
        line for line in await newest(ground.door, parties.b) if line["number"] > before["number"]
    ]
    assert [(line["act"], line["actor"], line["subject"]) for line in found] == [
        ("ACCESS_REFUSED", "user:eve", "route:/uploads"),
        ("ACCESS_REFUSED", "user:eve", "field:Mutation.pauseConnection"),
    ]
    assert found[1]["details"] == [
        {"__typename": "AuditDetail", "name": "permission", "value": "memory:admin"}
    ]


async def test_acts_at_the_same_time_wait_for_each_other_and_none_is_lost(
    ground: Ground, parties: Parties
) -> None:
    """Fifty of every kind: those that find what they need leave a line, and none is locked out."""
    (before, *_) = await newest(ground.door, parties.b, 1)
    asked, given = questions(parties.b), [name for name in ACTS if name != "disconnectSource"]
    names = [*given, *given][:50]
    answers = await asyncio.gather(
        *(
            ground.door.ask(parties.b.token, f"Mutation.{name}", asked[f"Mutation.{name}"])
            for name in names
        )
    )
    found = list(zip(names, answers, strict=True))
    assert [(name, answer) for name, answer in found if "errors" in answer] == []
    done = [
        name for name, answer in found if answer["data"][name]["__typename"].endswith("Payload")
    ]
    lines = [
        line for line in await newest(ground.door, parties.b) if line["number"] > before["number"]
    ]
    assert sorted(line["act"] for line in lines) == sorted(ACTS[name] for name in done)
    assert len(done) > 20


async def test_no_secret_and_nothing_of_b_is_in_the_lines(ground: Ground, parties: Parties) -> None:
    mine = str(await newest(ground.door, parties.a)) + str(await newest(ground.door, parties.b))
    assert [secret for secret in sorted(ground.door.secrets) if secret in mine] == []
    place = CONNECTION.decode(parties.b.connections["meta"], "id")
    given: Json = {"filter": {"subject": f"connection:{place}"}}
    for party, is_there in ((parties.a, False), (parties.b, True)):
        answer = await ground.door.ask(party.token, "Query.auditLog", given)
        assert bool(answer["data"]["auditLog"]["nodes"]) is is_there


async def test_the_chains_hold(ground: Ground, parties: Parties) -> None:
    for party in (parties.a, parties.b):
        verdict = await ground.stores.audit.verify(SystemScope(reason="tests"), party.record.id)
        (newest_line,) = await newest(ground.door, party, 1)
        assert verdict.holds
        assert str(verdict.head) == f"{newest_line['number']}:{newest_line['hash']}"
