from __future__ import annotations

from typing import Any, NoReturn

import pytest
from structlog.testing import capture_logs

from core.errors import Bug, ConfigError, Transient
from tests.graph.world import World, error_of


def failing(error: Exception) -> Any:
    async def fail(*_: object, **__: object) -> NoReturn:
        raise error

    return fail


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("password=hunter2"),
        KeyError("secret"),
        Bug("a secret of ours"),
        ExceptionGroup("secrets", [ValueError("secret")]),
    ],
)
async def test_the_unforeseen_is_masked_and_logged_under_its_request(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(world.stand_ins.campaigns, "page", failing(error))
    with capture_logs() as logs:
        answer = await world.ask("{ campaigns { nodes { id } } }")
    assert answer == {
        "data": None,
        "errors": [
            {
                "message": "Internal error",
                "locations": [{"line": 1, "column": 3}],
                "path": ["campaigns"],
                "extensions": {"code": "INTERNAL", "requestId": "request-1"},
            }
        ],
    }
    [logged] = logs
    assert (logged["event"], logged["request_id"]) == ("a resolver failed", "request-1")
    assert logged["exc_info"] is error


async def test_a_failing_batch_is_masked_at_every_field_that_waited_for_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.stand_ins.campaigns, "by_digests", failing(OSError("10.0.0.7")))
    answer = await world.ask("{ marketingEntries(first: 3) { nodes { date campaign { name } } } }")
    assert [node["campaign"] for node in answer["data"]["marketingEntries"]["nodes"]] == [None] * 3
    assert {error["message"] for error in answer["errors"]} == {"Internal error"}
    assert len(answer["errors"]) == 3


async def test_what_is_safe_to_show_passes_with_its_field_and_mend(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for error, code in (
        (Transient("try again", field="x", mend="wait"), "TRANSIENT"),
        (ConfigError("no key", field="x", mend="wait"), "CONFIGURATION"),
    ):
        monkeypatch.setattr(world.stand_ins.campaigns, "page", failing(error))
        answer = await world.ask("{ campaigns { nodes { id } } }")
        assert error_of(answer) == {
            "message": error.message,
            "code": code,
            "field": "x",
            "mend": "wait",
        }


async def test_a_mutation_s_unforeseen_error_is_masked_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.stand_ins.runs, "retry", failing(RuntimeError("secret")))
    answer = await world.ask(
        """mutation { retryRun(runId: "UnVuOjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDBhMQ==")
        { __typename } }"""
    )
    assert error_of(answer) == {
        "message": "Internal error",
        "code": "INTERNAL",
        "requestId": "request-1",
    }


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ("{", {}, "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("{ viewer }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("query($id: ID!) { node(id: $id) { id } }", {}, "BAD_USER_INPUT"),
        ("query($n: Int) { campaigns(first: $n) { nodes { id } } }", {"n": "x"}, "BAD_USER_INPUT"),
        (
            "query($t: DateTime) { marketingEntries(asOf: $t) { totalCount } }",
            {"t": "2026-11-22T08:00:00"},
            "BAD_USER_INPUT",
        ),
        (
            '{ marketingEntries(asOf: "yesterday") { totalCount } }',
            {},
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            '{ calendar(dates: {since: "2026-02-30", until: "2026-03-01"}) { id } }',
            {},
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ],
)
async def test_a_request_at_fault_is_explained_with_a_code_even_twice(
    world: World, query: str, variables: dict[str, Any], code: str
) -> None:
    first = await world.ask(query, **variables)
    again = await world.ask(query, **variables)
    assert first == again
    assert first["data"] is None
    [error] = first["errors"]
    assert error["extensions"] == {"code": code}
    assert error["message"] != "Internal error"
    assert world.calls == []


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-22",
        "2026-11-22T08:00:00",
        "2026-11-22 08:00:00Z",
        "20261122T080000Z",
        "2026-13-22T08:00:00Z",
        "2026-11-22T25:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "",
        7,
        None.__class__.__name__,
    ],
)
async def test_a_moment_without_a_zone_or_sense_is_refused(world: World, moment: object) -> None:
    answer = await world.ask(
        "query($t: DateTime) { marketingEntries(asOf: $t) { totalCount } }", t=moment
    )
    assert error_of(answer)["code"] == "BAD_USER_INPUT"
    assert world.calls == []


@pytest.mark.parametrize("day", ["2026-1-1", "20260101", "2026-W01-1", "2026-02-30", 20260101, ""])
async def test_a_day_in_another_form_is_refused(world: World, day: object) -> None:
    answer = await world.ask(
        "query($d: DateRangeInput!) { calendar(dates: $d) { id } }",
        d={"since": day, "until": "2026-11-01"},
    )
    assert error_of(answer)["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"source": "META_ADS", "credentials": "hunter2"},
            "Expected value of type 'ConnectSourceInput' to include required field 'accountId'.",
        ),
        ("hunter2", "Expected value of type 'ConnectSourceInput' to be an object."),
        ({"lookBackDays": "hunter2"}, "Int cannot represent non-integer value."),
        (
            {"credentials": {"metaAds": {"accessToken": ["hunter2"]}}},
            "String cannot represent a non string value.",
        ),
        ({"nmae": "hunter2"}, "not to include unknown field 'nmae'. Did you mean 'name'?"),
        ({"source": "EAAB0123456789abcdefghij"}, "Value '[redacted]' does not exist in 'Source'"),
    ],
)
async def test_an_error_does_not_repeat_what_was_sent(
    world: World, given: object, told: str
) -> None:
    query = "mutation($i: ConnectSourceInput!) { connectSource(input: $i) { __typename } }"
    answer = await world.ask(query, i=given)
    messages = [error["message"] for error in answer["errors"]]
    assert [message for message in messages if told in message] != [], messages
    assert [text for text in messages if "hunter2" in text or "EAAB" in text] == []
