from __future__ import annotations

import pytest

from core.records.runs import RunStatus
from core.sources import MANIFESTS
from graph.ids import CONNECTION, RUN
from tests.graph import samples
from tests.graph.mutating import (
    CONNECT,
    FILE,
    FILES,
    META,
    NEW,
    OPENED,
    PAUSE,
    RESUME,
    RETRY,
    ROTATE,
    START,
    UPLOAD,
    result,
)
from tests.graph.world import World


async def test_a_source_is_connected_with_the_source_s_own_look_back(world: World) -> None:
    made = await result(world, CONNECT, input=NEW)
    assert CONNECTION.decode(made["connection"].pop("id"), "id")
    assert made == {
        "__typename": "ConnectSourcePayload",
        "connection": {
            "source": "META_ADS",
            "accountId": "7",
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
        ({"accountId": "act_seven"}, "accountId"),
        ({"name": "x" * 501}, "name"),
        ({"currency": "Euro"}, "currency"),
        ({"timeZone": "Mars/Olympus"}, "timeZone"),
        ({"timeZone": "../../etc/passwd"}, "timeZone"),
        ({"lookBackDays": 91}, "lookBackDays"),
        ({"lookBackDays": -1}, "lookBackDays"),
        ({"level": "AD_SET", "source": "KLAVIYO"}, "level"),
        ({"credentials": None}, "credentials.metaAds.accessToken"),
        ({"credentials": {"metaAds": {"accessToken": " "}}}, "credentials.metaAds.accessToken"),
        ({"credentials": {"klaviyo": {"apiKey": "pk"}}}, "credentials.klaviyo"),
        ({"source": "FILE"}, "credentials.metaAds"),
    ],
)
async def test_a_source_that_cannot_be_connected_is_refused_by_field(
    world: World, given: dict[str, object], field: str
) -> None:
    before = dict(world.memory.of(world.north).connections)
    answer = await result(world, CONNECT, input=NEW | given)
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", field)
    assert "token" not in answer["message"].replace("accessToken", "")
    assert world.memory.of(world.north).connections == before


async def test_a_new_token_is_sealed_and_the_connection_answered_without_it(world: World) -> None:
    given = {"connectionId": META, "credentials": {"metaAds": {"accessToken": "  fresh\n"}}}
    assert await result(world, ROTATE, input=given) == {
        "__typename": "RotateCredentialsPayload",
        "connection": {"id": META, "status": "ACTIVE"},
    }
    assert world.stand_ins.connections.sealed == {samples.CONNECTION: {"access_token": "fresh"}}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"credentials": {"metaAds": {"accessToken": " \n"}}}, "credentials.metaAds.accessToken"),
        ({"credentials": {"klaviyo": {"apiKey": "EAABsecret"}}}, "credentials.klaviyo"),
        ({"connectionId": FILES}, "connectionId"),
        ({"connectionId": RUN.encode(samples.RUN)}, "connectionId"),
    ],
)
async def test_a_token_that_cannot_be_rotated_is_refused_by_field(
    world: World, given: dict[str, object], field: str
) -> None:
    answer = await result(
        world, ROTATE, input={"connectionId": META, "credentials": OPENED} | given
    )
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", field)
    assert "EAABsecret" not in str(answer)
    assert world.stand_ins.connections.sealed == {}


async def test_a_source_without_credentials_is_told_which_have_some(world: World) -> None:
    answer = await result(world, ROTATE, input={"connectionId": FILES, "credentials": OPENED})
    assert answer["message"] == "'Northwind' is a FILE connection and has no credentials"
    having = sorted(each.name for each in MANIFESTS.values() if each.credentials)
    assert answer["mend"] == f"name a connection of {', '.join(having)}"


async def test_a_paused_connection_takes_no_runs_until_it_is_resumed(world: World) -> None:
    run_id = RUN.encode(samples.RUN)
    shelf = world.memory.of(world.north)
    shelf.runs[samples.RUN] = samples.run(status=RunStatus.FAILED)
    for _ in range(2):
        paused = await result(world, PAUSE, id=META)
        assert paused["connection"] == {"id": META, "status": "PAUSED"}
    for query, variables, field in (
        (START, {"input": {"connectionId": META}}, "connectionId"),
        (RETRY, {"id": run_id}, "runId"),
    ):
        refused = await result(world, query, **variables)
        assert refused == {
            "__typename": "ConflictError",
            "code": "CONFLICT",
            "message": "the connection 'Northwind' is PAUSED",
            "field": field,
            "mend": "resume the connection first",
        }
    assert list(shelf.runs.values()) == [samples.run(status=RunStatus.FAILED)]
    for _ in range(2):
        resumed = await result(world, RESUME, id=META)
        assert resumed["connection"] == {"id": META, "status": "ACTIVE"}
    assert (await result(world, RETRY, id=run_id))["run"] == {"status": "QUEUED"}
    assert (await result(world, START, input={"connectionId": META}))["run"]["status"] == "QUEUED"


async def test_a_paused_connection_takes_no_files(world: World) -> None:
    await result(world, PAUSE, id=FILES)
    given = {"connectionId": FILES, "uploadId": UPLOAD}
    refused = await result(world, FILE, input=given)
    assert (refused["__typename"], refused["field"]) == ("ConflictError", "connectionId")
