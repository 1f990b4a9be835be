"""connectSource for GOOGLE_ADS: which credentials are taken, and that none comes back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.graph.mutating import CONNECT, NEW, ROTATE, result
from tests.graph.world import World

USER = {"refreshToken": "1//planted", "clientId": "c", "clientSecret": "planted"}
KEY = {"serviceAccountKey": json.dumps({"client_email": "a@b", "private_key": "planted"})}
GOOGLE = {name: value for name, value in NEW.items() if name != "credentials"} | {
    "source": "GOOGLE_ADS",
    "accountId": "123-456-7890",
}


def opened(credentials: object) -> dict[str, Any]:
    return {"credentials": {"googleAds": credentials}}


@pytest.mark.parametrize(
    ("number", "credentials"),
    [
        ("123-456-7891", USER),
        ("123-456-7892", KEY),
        ("1234567893", USER | {"loginCustomerId": "100-200-9000"}),
    ],
)
async def test_either_kind_of_credentials_connects(
    world: World, number: str, credentials: dict[str, str]
) -> None:
    given = GOOGLE | {"accountId": number} | opened(credentials)
    answer = await result(world, CONNECT, input=given)
    assert answer["__typename"] == "ConnectSourcePayload"
    assert answer["connection"]["accountId"] == number.replace("-", "")
    assert answer["connection"]["lookBackDays"] == 30
    assert "planted" not in json.dumps(answer)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"refreshToken": None}, "refreshToken"),
        (USER | {"clientSecret": " "}, "clientSecret"),
        (USER | KEY, "refreshToken"),
        ({"serviceAccountKey": "planted"}, "serviceAccountKey"),
        ({"serviceAccountKey": '["planted"]'}, "serviceAccountKey"),
        (USER | {"loginCustomerId": "12"}, "loginCustomerId"),
    ],
)
async def test_credentials_that_do_not_fit_together_are_refused_by_field(
    world: World, given: dict[str, object], field: str
) -> None:
    answer = await result(world, CONNECT, input=GOOGLE | opened(given))
    assert (answer["__typename"], answer["field"]) == (
        "InvalidInput",
        f"credentials.googleAds.{field}",
    )
    assert "planted" not in json.dumps(answer)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "credentials.googleAds.refreshToken"),
        ({"accountId": "act_1"} | opened(USER), "accountId"),
        ({"source": "FILE"} | opened(USER), "credentials.googleAds"),
        ({"source": "META_ADS", "accountId": "7"} | opened(USER), "credentials.googleAds"),
    ],
)
async def test_credentials_that_cannot_be_used_are_refused_by_field(
    world: World, given: dict[str, object], field: str
) -> None:
    answer = await result(world, CONNECT, input=GOOGLE | given)
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", field)
    assert "planted" not in json.dumps(answer)


@pytest.mark.parametrize(
    "credentials",
    [
        "planted",
        ["planted"],
        {"refreshToken": ["planted"]},
        {"clientSecret": {"value": "planted"}},
        USER | {"password": "planted"},
    ],
)
async def test_credentials_of_the_wrong_shape_are_not_repeated(
    world: World, credentials: object
) -> None:
    answer = await world.ask(CONNECT, None, input=GOOGLE | opened(credentials))
    assert answer["errors"]
    assert "planted" not in json.dumps(answer)


async def test_credentials_of_two_sources_are_refused(world: World) -> None:
    both = {"googleAds": USER, "metaAds": {"accessToken": "planted"}}
    answer = await world.ask(CONNECT, None, input=GOOGLE | {"credentials": both})
    assert "exactly one" in answer["errors"][0]["message"]
    assert "planted" not in json.dumps(answer)


async def test_a_google_connection_s_credentials_are_rotated_from_one_way_to_the_other(
    world: World,
) -> None:
    made = await result(world, CONNECT, input=GOOGLE | opened(USER))
    connection = made["connection"]["id"]
    answer = await result(world, ROTATE, input={"connectionId": connection} | opened(KEY))
    assert answer["__typename"] == "RotateCredentialsPayload"
    key = {"service_account_key": KEY["serviceAccountKey"]}
    assert list(world.stand_ins.connections.sealed.values()) == [key]
