from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.graph.world import World, error_of

RUN_ID = "UnVuOjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDBhMQ=="
DATES = '{since: "2026-11-01", until: "2026-11-30"}'
LISTS = {
    "marketingEntries": ("", 25),
    "campaigns": ("", 3),
    "attributionRows": (f"dates: {DATES}", 5),
    "insights": ("", 3),
    "connections": ("", 2),
    "runs": ("", 1),
    "rejectedRecords": (f'runId: "{RUN_ID}"', 3),
}
MAXIMA = {"marketingEntries": 1000, "attributionRows": 10_000}


async def page_of(world: World, name: str, **arguments: object) -> dict[str, Any]:
    given = ", ".join([LISTS[name][0], *(f"{k}: {json.dumps(v)}" for k, v in arguments.items())])
    answer = await world.ask(
        f"{{ {name}({given}) {{ edges {{ cursor node {{ __typename }} }} "
        "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"
    )
    assert "errors" not in answer
    found: dict[str, Any] = answer["data"][name]
    return found


async def everything(world: World, name: str) -> list[str]:
    page = await page_of(world, name, first=100)
    assert page["pageInfo"]["hasNextPage"] is False
    return [edge["cursor"] for edge in page["edges"]]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("size", [1, 2, 7])
async def test_walking_forward_meets_everything_once_in_order(
    world: World, name: str, size: int
) -> None:
    expected = await everything(world, name)
    assert len(set(expected)) == LISTS[name][1]
    walked: list[str] = []
    page = await page_of(world, name, first=size)
    assert page["pageInfo"]["hasPreviousPage"] is False
    walked += [edge["cursor"] for edge in page["edges"]]
    while page["pageInfo"]["hasNextPage"]:
        page = await page_of(world, name, first=size, after=page["pageInfo"]["endCursor"])
        walked += [edge["cursor"] for edge in page["edges"]]
        assert page["pageInfo"]["hasPreviousPage"] is True
    assert walked == expected


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("size", [1, 2, 7])
async def test_walking_backward_meets_everything_once_in_order(
    world: World, name: str, size: int
) -> None:
    expected = await everything(world, name)
    page = await page_of(world, name, last=size)
    assert page["pageInfo"]["hasNextPage"] is False
    walked = [edge["cursor"] for edge in page["edges"]]
    while page["pageInfo"]["hasPreviousPage"]:
        page = await page_of(world, name, last=size, before=page["pageInfo"]["startCursor"])
        walked = [edge["cursor"] for edge in page["edges"]] + walked
    assert walked == expected


@pytest.mark.parametrize("name", LISTS)
async def test_a_page_has_fifty_items_unless_asked_and_never_more_than_the_maximum(
    world: World, name: str
) -> None:
    maximum = MAXIMA.get(name, 100)
    for argument in ("first", "last"):
        for size in (0, -1, maximum + 1):
            answer = await world.ask(
                f"{{ {name}({LISTS[name][0]} {argument}: {size}) {{ nodes {{ __typename }} }} }}"
            )
            assert error_of(answer) == {
                "message": f"{argument} is {size}, but must be between 1 and {maximum}",
                "code": "BAD_USER_INPUT",
                "field": argument,
                "mend": f"ask for at most {maximum} and follow pageInfo",
            }
    assert world.calls == [] or set(world.calls) == {"runs.by_ids"}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ("first: 1, last: 1", "last"),
        ("last: 1, after: $c", "last"),
        ("first: 1, before: $c", "before"),
        ("after: $c, before: $c", "before"),
    ],
)
async def test_forward_and_backward_do_not_mix(world: World, given: str, field: str) -> None:
    cursor = (await everything(world, "campaigns"))[1]
    given = given.replace("$c", json.dumps(cursor))
    answer = await world.ask(f"{{ campaigns({given}) {{ nodes {{ id }} }} }}")
    error = error_of(answer)
    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", field)


def packed(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "%",
        "ünïcode",
        "\ud800",
        "AAAA",
        packed(7),
        packed([]),
        packed({}),
        packed([1, 2, 3]),
        packed("[" * 40),
        base64.b64encode(b"[" * 100_000).decode(),
        packed(["entries:DATE_DESC"]),
        packed(["entries:DATE_DESC", "2026-11-01"]),
        packed(["entries:DATE_DESC", "yesterday", "0" * 32]),
        packed(["entries:DATE_DESC", "2026-11-01", "no digest"]),
        packed(["entries:DATE_DESC", "2026-11-01", "0" * 32, "more"]),
        packed(["entries:DATE_ASC", "2026-11-01", "0" * 32]),
        packed(["campaigns", "0" * 32]),
    ],
)
async def test_what_is_no_cursor_of_this_ordering_is_refused(world: World, cursor: str) -> None:
    for argument in ("after", "before"):
        answer = await world.ask(
            f"query($c: String) {{ marketingEntries({argument}: $c) {{ nodes {{ id }} }} }}",
            c=cursor,
        )
        error = error_of(answer)
        assert (error["code"], error["field"]) == ("BAD_USER_INPUT", argument)
        assert answer["data"] is None
    assert world.calls == []


async def test_the_cursor_of_one_ordering_is_refused_by_the_other(world: World) -> None:
    page = await page_of(world, "marketingEntries", first=1)
    answer = await world.ask(
        "query($c: String) { marketingEntries(after: $c, orderBy: DATE_ASC) { nodes { id } } }",
        c=page["pageInfo"]["endCursor"],
    )
    assert error_of(answer) == {
        "message": "after is a cursor of another list or ordering",
        "code": "BAD_USER_INPUT",
        "field": "after",
        "mend": "pass a cursor that this list answered under the same ordering, or none",
    }


async def test_an_attribution_cursor_with_a_strange_part_is_refused(world: World) -> None:
    cursor = (await everything(world, "attributionRows"))[0]
    tag, moment, *key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    assert (moment, key) == (
        "2026-11-20T06:30:00+00:00",
        ["2026-11-01", "Paid Social", "META_ADS", "EUR"],
    )
    world.calls.clear()
    for parts in (
        [moment, "2026-11-01", "a\x00b", "META_ADS", "EUR"],
        [moment, "2026-11-01", "Email", "META_ADS", "\ud800"],
        [moment, "yesterday", "Email", "META_ADS", "EUR"],
        ["2026-11-20T06:30:00", *key],
        ["now", *key],
        key,
    ):
        answer = await world.ask(
            f"query($c: String) {{ attributionRows(dates: {DATES}, after: $c) "
            "{ nodes { date } } }",
            c=packed([tag, *parts]),
        )
        assert error_of(answer)["code"] == "BAD_USER_INPUT"
    assert world.calls == []


async def test_an_empty_page_has_no_cursors(world: World) -> None:
    answer = await world.ask(
        "{ runs(statuses: [FAILED]) { nodes { id } edges { cursor } "
        "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"
    )
    assert answer["data"]["runs"] == {
        "nodes": [],
        "edges": [],
        "pageInfo": {
            "hasNextPage": False,
            "hasPreviousPage": False,
            "startCursor": None,
            "endCursor": None,
        },
    }
