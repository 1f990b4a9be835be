from __future__ import annotations

import pytest

from tests.graph.mutating import (
    CONNECT,
    NEW,
    result,
)
from tests.graph.world import World


async def test_a_source_is_connected_with_the_source_s_own_look_back(world: World) -> None:
    assert await result(world, CONNECT, input=NEW) == {
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
        ({"source": "GOOGLE_ADS"}, "source"),
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
