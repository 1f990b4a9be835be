"""Every mutation with B's ids, as A: a typed refusal, and not a byte of anybody's has changed."""

from __future__ import annotations

from collections.abc import Callable

from core.scope import Role
from graph.ids import OPERATION
from tests.support import NewTenant
from tests.tenancy.documents import root_fields
from tests.tenancy.door import META_TOKENS, Door, Json
from tests.tenancy.given import BUDGET, EVENT, META, OTHER, SINCE, UNTIL
from tests.tenancy.party import Ground, Parties, Party, checksums
from tests.tenancy.role_table import PULSES
from tests.tenancy.rows import opened_rows

Attempts = Callable[[Party, Party], list[Json]]
DATES = {"since": SINCE, "until": UNTIL}


def _of_runs(_: Party, b: Party) -> list[Json]:
    return [{"runId": run_id} for run_id in b.runs.values()]


def _of_connections(_: Party, b: Party) -> list[Json]:
    return [{"connectionId": id_} for id_ in b.connections.values()]


def _of_tokens(_: Party, b: Party) -> list[Json]:
    fresh = {"metaAds": {"accessToken": META_TOKENS[1]}}
    given = ({"connectionId": id_, "credentials": fresh} for id_ in b.connections.values())
    return [{"input": each} for each in given]


def _of_receipt_rules(_: Party, b: Party) -> list[Json]:
    return [{"input": {"connectionId": id_, "tolerance": "1"}} for id_ in b.connections.values()]


def _of_files(a: Party, b: Party) -> list[Json]:
    pairs = [
        (b.connections["file"], b.upload),
        (b.connections["file"], a.upload),
        (a.connections["file"], b.upload),
        (b.connections["meta"], b.upload),
    ]
    plain: list[Json] = [{"connectionId": at, "uploadId": upload} for at, upload in pairs]
    saving = [given | {"saveMapping": True, "dateFormat": "%d/%m/%Y"} for given in plain]
    return [{"input": given} for given in (*plain, *saving)]


def _of_refused(_: Party, b: Party) -> list[Json]:
    connections, runs = list(b.connections.values()), list(b.runs.values())
    return [
        {"input": {"filter": {"connections": connections}}},
        {"input": {"filter": {"runs": runs}}},
        {"input": {"ids": b.refused}},
    ]


def _of_dead(_: Party, b: Party) -> list[Json]:
    return [
        {"input": {"ids": list(b.runs.values())}},
        {"input": {"ids": [b.runs["broken"]]}},
        {"input": {"filter": {"connections": list(b.connections.values())}}},
    ]


def _of_reasons(a: Party, b: Party) -> list[Json]:
    return [{"input": given["input"] | {"why": "mine"}} for given in _of_refused(a, b)]


def _of_days(_: Party, b: Party) -> list[Json]:
    given: list[Json] = [{"connectionId": id_, "dates": DATES} for id_ in b.connections.values()]
    return [{"input": each} for each in (*given, {"connectionId": b.connections["meta"]})]


def _of_calendar_events(_: Party, b: Party) -> list[Json]:
    return [{"eventId": b.calendar_event}]


def _of_changed_events(a: Party, b: Party) -> list[Json]:
    return [given | {"event": EVENT} for given in _of_calendar_events(a, b)]


def _of_rules(_: Party, b: Party) -> list[Json]:
    return [{"ruleId": b.naming_rule}]


def _of_rules_to_end(_: Party, b: Party) -> list[Json]:
    return [{"ruleId": b.naming_rule, "until": UNTIL}]


def _of_transformations(_: Party, b: Party) -> list[Json]:
    return [{"input": {"connections": [id_]}} for id_ in b.connections.values()]


def _of_exports(_: Party, b: Party) -> list[Json]:
    claimed = {"measure": "COUNT"}
    return [
        {"input": {"dates": DATES, **given}}
        for id_ in b.connections.values()
        for given in (
            {"kpi": {"conversions": claimed}, "connections": [id_]},
            {"kpi": {"conversions": claimed | {"connections": [id_]}}},
            {"kpi": {"orders": claimed | {"connections": [id_]}}},
            {"kpi": {"series": claimed | {"name": "sales", "connectionId": id_}}},
        )
    ]


def _of_channel_rules(_: Party, b: Party) -> list[Json]:
    return [{"ruleId": b.channel_rule}]


def _of_channel_rules_to_end(_: Party, b: Party) -> list[Json]:
    return [{"ruleId": b.channel_rule, "until": UNTIL}]


def _of_new_schedules(_: Party, b: Party) -> list[Json]:
    timing: Json = {"cron": "30 6 * * *"}
    return [{"connectionId": id_, "schedule": timing} for id_ in b.connections.values()]


def _of_schedules(_: Party, b: Party) -> list[Json]:
    return [{"scheduleId": id_} for id_ in b.schedules.values()]


def _of_timings(a: Party, b: Party) -> list[Json]:
    return [given | {"schedule": {"intervalMinutes": 60}} for given in _of_schedules(a, b)]


def _of_backfills(_: Party, b: Party) -> list[Json]:
    given = ({"connectionId": id_, "dates": DATES} for id_ in b.connections.values())
    return [{"input": each | {"maxCalls": 1000}} for each in given]


def _of_changes(_: Party, b: Party) -> list[Json]:
    given = ({"connectionId": id_, "lookBackDays": 3} for id_ in b.connections.values())
    return [{"input": each} for each in given]


def _of_consents(_: Party, b: Party) -> list[Json]:
    given = {"source": "META_ADS"}
    return [given | {"connectionId": b.connections[name]} for name in ("meta", "broken")]


def _of_tickets(_: Party, b: Party) -> list[Json]:
    return [{"authorizationId": b.authorization, "ticket": "unknown"}]


def _of_grants(_: Party, b: Party) -> list[Json]:
    return [{"input": {"authorizationId": b.authorization, "accountId": "1001"}}]


def _of_overlaps(_: Party, b: Party) -> list[Json]:
    return [{"input": {"connectionId": id_}} for id_ in b.connections.values()]


def _of_mappings(a: Party, b: Party) -> list[Json]:
    mapping = {"paths": [{"field": "value", "path": "mine"}]}
    return [{"input": given["input"] | {"mapping": mapping}} for given in _of_overlaps(a, b)]


def _of_samples(a: Party, b: Party) -> list[Json]:
    return [{"input": given["input"] | {"sample": {"id": 1}}} for given in _of_overlaps(a, b)]


def _of_insights(_: Party, b: Party) -> list[Json]:
    return [{"input": {"insightId": b.insight}}]


def _of_explanations(a: Party, b: Party) -> list[Json]:
    return [
        {"input": {"insightId": b.insight, "note": "mine"}},
        {"input": {"insightId": a.insight, "note": "mine", "calendarEventId": b.calendar_event}},
    ]


INSIGHT_ACTS = tuple(
    f"Mutation.{verb}Insight" for verb in ("acknowledge", "resolve", "reopen", "assign")
)
ATTEMPTS: dict[str, Attempts] = {
    "Mutation.startAuthorization": _of_consents,
    "Mutation.confirmAuthorization": _of_tickets,
    "Mutation.connectAuthorized": _of_grants,
    "Mutation.startIngestion": _of_days,
    "Mutation.ingestFile": _of_files,
    "Mutation.rotateCredentials": _of_tokens,
    "Mutation.pauseConnection": _of_connections,
    "Mutation.resumeConnection": _of_connections,
    "Mutation.disconnectSource": _of_connections,
    "Mutation.acceptShrink": _of_runs,
    "Mutation.rejectShrink": _of_runs,
    "Mutation.acceptProposedLookBack": _of_connections,
    "Mutation.setReceiptRules": _of_receipt_rules,
    "Mutation.createSchedule": _of_new_schedules,
    "Mutation.changeSchedule": _of_timings,
    **{f"Mutation.{name}Schedule": _of_schedules for name in ("pause", "resume", "delete")},
    "Mutation.testConnection": _of_connections,
    "Mutation.startBackfill": _of_backfills,
    "Mutation.updateConnection": _of_changes,
    "Mutation.rotateWebhookSecret": _of_overlaps,
    "Mutation.setWebhookMapping": _of_mappings,
    "Mutation.testWebhookMapping": _of_samples,
    "Mutation.cancelRun": _of_runs,
    "Mutation.exportCausal": _of_exports,
    "Mutation.exportFeatures": lambda _, b: [
        {"input": PULSES | {"view": b.view}},
        {"input": PULSES | {"entities": [b.connections["meta"]]}},
    ],
    "Mutation.retireFeatureView": lambda _, b: [{"name": b.view, "version": 1}],
    "Mutation.deleteExport": lambda _, b: [{"exportId": b.export}],
    "Mutation.cancelRuns": _of_connections,
    "Mutation.retryRun": _of_runs,
    **dict.fromkeys(INSIGHT_ACTS, _of_insights),
    **{
        f"Mutation.{verb}Incident": lambda _, b: [{"input": {"incidentId": b.incident}}]
        for verb in ("acknowledge", "resolve")
    },
    "Mutation.explainInsight": _of_explanations,
    "Mutation.rateInsight": lambda a, b: [
        {"input": each["input"] | {"rating": "ACTED_ON"}} for each in _of_insights(a, b)
    ],
    "Mutation.changeCalendarEvent": _of_changed_events,
    "Mutation.removeCalendarEvent": _of_calendar_events,
    "Mutation.endNamingRule": _of_rules_to_end,
    "Mutation.deleteNamingRule": _of_rules,
    "Mutation.startTransformation": _of_transformations,
    "Mutation.endChannelRule": _of_channel_rules_to_end,
    "Mutation.deleteChannelRule": _of_channel_rules,
    "Mutation.endExchangeRate": lambda _, b: [
        {"rateId": b.own_rate},
        {"rateId": b.own_rate, "until": UNTIL},
    ],
    "Mutation.removeBudget": lambda _, b: [{"budgetId": b.budget}],
    "Mutation.setBudget": lambda _, b: [
        {"budget": BUDGET | {"channel": None, "name": "theirs"} | spender}
        for spender in (
            {"connectionId": b.connections["meta"]},
            {"campaignId": b.campaign},
        )
    ],
    "Mutation.retireOperation": lambda _, b: [
        {"operationId": b.operation},
        {"operationId": OPERATION.decode(b.operation, "id").id},
    ],
    "Mutation.replayRejected": _of_refused,
    "Mutation.dismissRejected": _of_reasons,
    "Mutation.requeueDeadLetters": _of_dead,
    "Mutation.acceptSchemaChanges": lambda a, b: [
        {"ids": b.changes},
        {"ids": [*a.changes, *b.changes]},
    ],
    "Mutation.setSchemaPolicy": lambda a, b: [
        each | {"policy": "FREEZE"} for each in _of_connections(a, b)
    ],
    "Mutation.dismissDeadLetters": lambda a, b: [each | {"why": "x"} for each in _of_dead(a, b)],
}
NAMES_NOTHING = {
    *("Mutation.connectSource", "Mutation.addNamingRule", "Mutation.addChannelRule"),
    *("Mutation.setExchangeRate", "Mutation.registerOperations", "Mutation.setOperationStage"),
    *("Mutation.setCalendar", "Mutation.addCalendarEvent", "Mutation.estimateSeasonality"),
    "Mutation.reindexSearch",
    "Mutation.createFeatureView",
    "Mutation.startAnalysis",
    *("Mutation.setRetention", "Mutation.eraseSubject"),
}


def test_every_mutation_is_attempted() -> None:
    mutations = {name for name in root_fields() if name.startswith("Mutation.")}
    assert mutations == set(ATTEMPTS) | NAMES_NOTHING


async def test_a_mutation_finds_nothing_of_b_and_changes_nothing(
    ground: Ground, parties: Parties
) -> None:
    before = await checksums(ground, parties.a, parties.b)
    jobs = await queued(ground)
    for coordinate, attempts in ATTEMPTS.items():
        for given in attempts(parties.a, parties.b):
            answer = await ground.door.ask(parties.a.token, coordinate, given)
            found = answer["data"][coordinate.split(".")[1]]
            assert found["__typename"] == "NotFoundError", (coordinate, given, found)
            assert found["code"] == "NOT_FOUND"
            assert "errors" not in answer
    assert await checksums(ground, parties.a, parties.b) == before
    assert await queued(ground) == jobs


async def test_the_same_account_is_connected_beside_bs_not_over_it(
    ground: Ground, parties: Parties, new_tenant: NewTenant
) -> None:
    before = await checksums(ground, parties.a, parties.b)
    other = await new_tenant()
    token = ground.door.token(other.record.id, Role.ADMIN)
    for account in (META, OTHER, META | {"source": "FILE", "accountId": "shop"}):
        secret = {"metaAds": {"accessToken": META_TOKENS[0]}}
        opened = {"credentials": secret} if account["source"] == "META_ADS" else {}
        given = account | {"name": "mine too", **opened}
        answer = await ground.door.ask(token, "Mutation.connectSource", {"input": given})
        connection = answer["data"]["connectSource"]["connection"]
        assert connection["accountId"] == account["accountId"].removeprefix("act_")
        assert connection["id"] not in parties.b.connections.values()
    assert await checksums(ground, parties.a, parties.b) == before


async def test_an_upload_belongs_to_whoever_sent_it(
    door: Door, ground: Ground, parties: Parties
) -> None:
    before = await checksums(ground, parties.b)
    kept = await door.upload({"X-API-Key": parties.a.keys["good"]}, b"Date,Spend\n", "a.csv")
    assert kept.status_code == 201
    assert await checksums(ground, parties.b) == before
    given = {"connectionId": parties.b.connections["file"], "uploadId": kept.json()["id"]}
    answer = await door.ask(parties.b.token, "Mutation.ingestFile", {"input": given})
    assert answer["data"]["ingestFile"]["__typename"] == "NotFoundError"
    assert await checksums(ground, parties.b) == before


async def queued(ground: Ground) -> int:
    async with opened_rows(ground.services) as rows:
        return len(await rows.json_of("pgqueuer"))
