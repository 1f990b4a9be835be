from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from core.commands import FileOptions, FileReading, StartIngestion
from core.records.connections import ConnectionStatus, Source
from core.records.runs import RunStatus
from core.scope import Role
from core.units import DateRange
from graph.ids import CONNECTION, RUN
from tests.graph import samples
from tests.graph.world import World, error_of

ERROR = "... on UserError { code message field mend }"
START = f"""mutation($input: StartIngestionInput!) {{ startIngestion(input: $input) {{
  __typename
  ... on StartIngestionPayload {{ run {{ status dates {{ since until }} }} }} {ERROR} }} }}"""
FILE = f"""mutation($input: IngestFileInput!) {{ ingestFile(input: $input) {{
  __typename ... on IngestFilePayload {{ run {{ status uploadId }} }} {ERROR} }} }}"""
CONNECT = f"""mutation($input: ConnectSourceInput!) {{ connectSource(input: $input) {{
  __typename ... on ConnectSourcePayload {{ connection {{
    source accountId name currency timeZone level lookBackDays status lastReadAt
  }} }} {ERROR} }} }}"""
CANCEL = f"""mutation($id: ID!) {{ cancelRun(runId: $id) {{
  __typename ... on CancelRunPayload {{ run {{ status isCancelRequested }} }} {ERROR} }} }}"""
RETRY = f"""mutation($id: ID!) {{ retryRun(runId: $id) {{
  __typename ... on RetryRunPayload {{ run {{ status }} }} {ERROR} }} }}"""

META = CONNECTION.encode(samples.CONNECTION)
FILES = CONNECTION.encode(samples.FILES)
UPLOAD = "00000000-0000-0000-0000-0000000000f1"
NEW = {
    "source": "META_ADS",
    "accountId": " act_7 ",
    "name": "Fresh",
    "currency": "usd",
    "timeZone": "America/New_York",
    "accessToken": "token",
}


async def result(world: World, query: str, scope: Any = None, **variables: object) -> Any:
    answer = await world.ask(query, scope, **variables)
    assert "errors" not in answer, answer
    [value] = answer["data"].values()
    return value


def dates(since: str, until: str) -> dict[str, str]:
    return {"since": since, "until": until}


async def test_days_are_ingested_in_the_background(world: World) -> None:
    given = {"connectionId": META, "dates": dates("2026-11-01", "2026-11-03")}
    assert await result(world, START, input=given) == {
        "__typename": "StartIngestionPayload",
        "run": {"status": "QUEUED", "dates": dates("2026-11-01", "2026-11-03")},
    }
    assert world.stand_ins.runs.commands == [
        StartIngestion(samples.CONNECTION, dates=DateRange(date(2026, 11, 1), date(2026, 11, 3)))
    ]


async def test_today_is_the_account_s_own_and_the_look_back_is_the_default(world: World) -> None:
    # At 12:00 UTC it is already the 23rd in Pacific/Kiritimati.
    answer = await result(world, START, input={"connectionId": META})
    assert answer["run"]["dates"] == dates("2026-10-26", "2026-11-23")
    given = {"connectionId": META, "dates": dates("2026-11-23", "2026-11-24")}
    assert await result(world, START, input=given) == {
        "__typename": "InvalidInput",
        "code": "BAD_USER_INPUT",
        "message": "until is 2026-11-24, but today is 2026-11-23 in Pacific/Kiritimati",
        "field": "dates.until",
        "mend": "give an until of 2026-11-23 or earlier",
    }


@pytest.mark.parametrize(
    ("given", "kind", "field"),
    [
        ({"dates": dates("2026-11-03", "2026-11-01")}, "InvalidInput", "dates.since"),
        ({"connectionId": "nonsense"}, "InvalidInput", "connectionId"),
        ({"connectionId": RUN.encode(samples.RUN)}, "InvalidInput", "connectionId"),
        ({"connectionId": CONNECTION.encode(UUID(int=9))}, "NotFoundError", "connectionId"),
        ({"connectionId": FILES}, "InvalidInput", "connectionId"),
    ],
)
async def test_what_cannot_be_ingested_is_told_and_nothing_is_queued(
    world: World, given: dict[str, object], kind: str, field: str
) -> None:
    answer = await result(world, START, input={"connectionId": META} | given)
    assert (answer["__typename"], answer["field"]) == (kind, field)
    assert answer["message"]
    assert answer["mend"]
    assert world.stand_ins.runs.commands == []


async def test_another_tenant_s_connection_and_run_are_answered_like_absent_ones(
    world: World,
) -> None:
    for query, theirs, absent in (
        (
            START,
            {"input": {"connectionId": META}},
            {"input": {"connectionId": _absent(CONNECTION)}},
        ),
        (CANCEL, {"id": RUN.encode(samples.RUN)}, {"id": _absent(RUN)}),
        (RETRY, {"id": RUN.encode(samples.RUN)}, {"id": _absent(RUN)}),
    ):
        one = await result(world, query, world.south, **theirs)
        other = await result(world, query, world.south, **absent)
        assert one == other
        assert one["__typename"] == "NotFoundError"
    assert world.memory.of(world.north).runs == {samples.RUN: samples.run()}


def _absent(kind: Any) -> str:
    return str(kind.encode(UUID(int=0xDEAD)))


async def test_a_paused_connection_is_a_conflict_and_a_webhook_is_not_asked(world: World) -> None:
    shelf = world.memory.of(world.north).connections
    shelf[samples.CONNECTION] = samples.connection(status=ConnectionStatus.PAUSED)
    answer = await result(world, START, input={"connectionId": META})
    assert (answer["__typename"], answer["code"]) == ("ConflictError", "CONFLICT")
    shelf[samples.CONNECTION] = samples.connection(source=Source.WEBHOOK)
    answer = await result(world, START, input={"connectionId": META})
    assert answer["mend"] == "send the records to the connection's webhook"


async def test_a_file_is_ingested_as_the_caller_describes_it(world: World) -> None:
    given = {
        "connectionId": FILES,
        "uploadId": UPLOAD,
        "columns": [{"field": "date", "header": "Tag"}, {"field": "spend", "header": " Kosten "}],
        "dateFormat": "%d.%m.%Y",
        "decimalSeparator": ",",
        "delimiter": ";",
        "encoding": "windows-1252",
        "sheet": "Daten",
        "reading": "COMPLETE",
    }
    assert await result(world, FILE, input=given) == {
        "__typename": "IngestFilePayload",
        "run": {"status": "QUEUED", "uploadId": UPLOAD},
    }
    assert world.stand_ins.runs.commands == [
        StartIngestion(
            samples.FILES,
            upload_id=UUID(UPLOAD),
            file=FileOptions(
                columns={"date": "Tag", "spend": "Kosten"},
                date_format="%d.%m.%Y",
                decimal_separator=",",
                delimiter=";",
                encoding="windows-1252",
                sheet="Daten",
                reading=FileReading.COMPLETE,
            ),
        )
    ]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"connectionId": META}, "connectionId"),
        ({"uploadId": "7"}, "uploadId"),
        ({"columns": [{"field": "mood", "header": "x"}]}, "columns.0.field"),
        ({"columns": [{"field": "date", "header": " "}]}, "columns.0.header"),
        (
            {"columns": [{"field": "date", "header": "a"}, {"field": "date", "header": "b"}]},
            "columns.1.field",
        ),
        ({"dateFormat": "%Q"}, "dateFormat"),
        ({"dateFormat": "%d.%m"}, "dateFormat"),
        ({"dateFormat": "DD.MM.YYYY"}, "dateFormat"),
        ({"decimalSeparator": "'"}, "decimalSeparator"),
        ({"delimiter": ";;"}, "delimiter"),
        ({"encoding": "morse"}, "encoding"),
        ({"encoding": "a\x00"}, "encoding"),
        ({"sheet": ""}, "sheet"),
    ],
)
async def test_a_file_that_cannot_be_read_so_is_refused_by_field(
    world: World, given: dict[str, object], field: str
) -> None:
    base = {"connectionId": FILES, "uploadId": UPLOAD}
    answer = await result(world, FILE, input=base | given)
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", field)
    assert answer["mend"]
    assert world.stand_ins.runs.commands == []


async def test_a_source_is_connected_with_the_source_s_own_look_back(world: World) -> None:
    assert await result(world, CONNECT, input=NEW) == {
        "__typename": "ConnectSourcePayload",
        "connection": {
            "source": "META_ADS",
            "accountId": "act_7",
            "name": "Fresh",
            "currency": "USD",
            "timeZone": "America/New_York",
            "level": "CAMPAIGN",
            "lookBackDays": 28,
            "status": "ACTIVE",
            "lastReadAt": None,
        },
    }
    again = await result(world, CONNECT, input=NEW)
    assert (again["__typename"], again["field"]) == ("ConflictError", "accountId")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"accountId": "  "}, "accountId"),
        ({"name": "x" * 501}, "name"),
        ({"currency": "Euro"}, "currency"),
        ({"timeZone": "Mars/Olympus"}, "timeZone"),
        ({"timeZone": "../../etc/passwd"}, "timeZone"),
        ({"lookBackDays": 91}, "lookBackDays"),
        ({"lookBackDays": -1}, "lookBackDays"),
        ({"accessToken": None}, "accessToken"),
        ({"accessToken": " "}, "accessToken"),
        ({"source": "FILE"}, "accessToken"),
    ],
)
async def test_a_source_that_cannot_be_connected_is_refused_by_field(
    world: World, given: dict[str, object], field: str
) -> None:
    before = dict(world.memory.of(world.north).connections)
    answer = await result(world, CONNECT, input=NEW | given)
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", field)
    assert "token" not in answer["message"] or field == "accessToken"
    assert world.memory.of(world.north).connections == before


async def test_a_run_is_cancelled_while_it_moves_and_retried_once_it_has_ended(
    world: World,
) -> None:
    run_id = RUN.encode(samples.RUN)
    shelf = world.memory.of(world.north).runs
    ended = await result(world, CANCEL, id=run_id)
    assert (ended["__typename"], ended["field"]) == ("ConflictError", "runId")
    shelf[samples.RUN] = samples.run(status=RunStatus.RUNNING)
    assert await result(world, CANCEL, id=run_id) == {
        "__typename": "CancelRunPayload",
        "run": {"status": "RUNNING", "isCancelRequested": True},
    }
    assert (await result(world, RETRY, id=run_id))["__typename"] == "ConflictError"
    shelf[samples.RUN] = samples.run(status=RunStatus.FAILED)
    assert await result(world, RETRY, id=run_id) == {
        "__typename": "RetryRunPayload",
        "run": {"status": "QUEUED"},
    }


EVERY = [
    (START, {"input": {"connectionId": META}}, Role.ANALYST, "memory:write"),
    (FILE, {"input": {"connectionId": FILES, "uploadId": UPLOAD}}, Role.ANALYST, "memory:write"),
    (CONNECT, {"input": NEW}, Role.DEVELOPER, "memory:admin"),
    (CANCEL, {"id": RUN.encode(samples.RUN)}, Role.ANALYST, "memory:write"),
    (RETRY, {"id": RUN.encode(samples.RUN)}, Role.ANALYST, "memory:write"),
]


@pytest.mark.parametrize(("query", "variables", "role", "permission"), EVERY)
async def test_without_the_permission_nothing_is_changed_or_even_read(
    world: World, query: str, variables: dict[str, object], role: Role, permission: str
) -> None:
    shelf = world.memory.of(world.north)
    before = replace(shelf, runs=dict(shelf.runs), connections=dict(shelf.connections))
    answer = await result(world, query, world.as_role(role), **variables)
    assert answer == {
        "__typename": "ForbiddenError",
        "code": "FORBIDDEN",
        "message": f"this needs the permission {permission}",
        "field": None,
        "mend": "ask an administrator of your tenant for a role that has it",
    }
    assert world.calls == []
    assert shelf == before


async def test_an_upload_that_was_left_out_is_a_request_error(world: World) -> None:
    answer = await world.ask(FILE, input={"connectionId": FILES})
    assert error_of(answer)["code"] == "BAD_USER_INPUT"
