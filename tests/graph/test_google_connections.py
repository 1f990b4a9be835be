"""connectSource for GOOGLE_ADS: which credentials are taken, and that none comes back."""

from __future__ import annotations

import json

import pytest

from tests.graph.mutating import CONNECT, NEW, result
from tests.graph.world import World

USER = {"refreshToken": "1//planted", "clientId": "c", "clientSecret": "planted"}
KEY = {"serviceAccountKey": json.dumps({"client_email": "a@b", "private_key": "planted"})}
GOOGLE = {name: value for name, value in NEW.items() if name != "accessToken"} | {
    "source": "GOOGLE_ADS",
    "accountId": "123-456-7890",
}


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
    given = GOOGLE | {"accountId": number, "googleAds": credentials}
    answer = await result(world, CONNECT, input=given)
    assert answer["__typename"] == "ConnectSourcePayload"
    assert answer["connection"]["accountId"] == number.replace("-", "")
    assert answer["connection"]["lookBackDays"] == 30
    assert "planted" not in json.dumps(answer)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "googleAds.refreshToken"),
        ({"googleAds": None}, "googleAds.refreshToken"),
        ({"googleAds": USER | {"clientSecret": " "}}, "googleAds.clientSecret"),
        ({"googleAds": USER | KEY}, "googleAds.refreshToken"),
        ({"googleAds": {"serviceAccountKey": "planted"}}, "googleAds.serviceAccountKey"),
        ({"googleAds": {"serviceAccountKey": '["planted"]'}}, "googleAds.serviceAccountKey"),
        ({"googleAds": USER | {"loginCustomerId": "12"}}, "googleAds.loginCustomerId"),
        ({"googleAds": USER, "accessToken": "planted"}, "accessToken"),
        ({"googleAds": USER, "accountId": "act_1"}, "accountId"),
        ({"googleAds": USER, "source": "FILE"}, "googleAds"),
        (
            {"googleAds": USER, "source": "META_ADS", "accountId": "7", "accessToken": "t"},
            "googleAds",
        ),
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
    answer = await world.ask(CONNECT, None, input=GOOGLE | {"googleAds": credentials})
    assert answer["errors"]
    assert "planted" not in json.dumps(answer)
