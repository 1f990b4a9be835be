from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from core.digests import campaign_digest
from core.scope import Permission
from graph.federation.keys import KEYS, NATURAL
from graph.ids import CAMPAIGN, ENTRY, RUN
from graph.nodes import NODES
from tests.graph import samples
from tests.graph.test_nodes import IDS, global_ids, packed
from tests.graph.world import World, error_of

ENTITIES = (
    "query($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Node { id } } }"
)
DAY = {"__typename": "CalendarDimension", "date": "2026-11-02"}
NAMED = {
    "__typename": "Campaign",
    "source": "META_ADS",
    "accountId": "act_7",
    "campaignId": "2384",
}
DIGEST = campaign_digest("META_ADS", "act_7", "2384")


def by_id() -> list[dict[str, Any]]:
    return [{"__typename": name, "id": global_id} for name, global_id in global_ids().items()]


def with_a_named_campaign(world: World) -> None:
    campaigns = world.memory.of(world.north).campaigns
    campaigns[DIGEST] = replace(samples.campaign(1), digest=DIGEST)


async def test_every_entity_is_resolved_by_its_id_in_one_call_a_type(world: World) -> None:
    answer = await world.ask(ENTITIES, r=[*by_id(), *by_id()])
    assert answer == {"data": {"_entities": [*by_id(), *by_id()]}}
    assert len(world.calls) == len(set(world.calls)) == len(IDS)


async def test_a_hundred_mixed_keys_are_one_call_a_type(world: World) -> None:
    with_a_named_campaign(world)
    entries = [
        {"__typename": "MarketingEntry", "id": ENTRY.encode(samples.entry(n).key)}
        for n in range(1, 21)
    ]
    mixed = [*entries, *by_id(), DAY, NAMED]
    asked = [mixed[n * 7 % len(mixed)] for n in range(100)]
    answer = await world.ask(ENTITIES, r=asked)
    assert "errors" not in answer
    wanted = {str(each): each.get("id") for each in mixed}
    wanted |= {
        str(DAY): global_ids()["CalendarDimension"],
        str(NAMED): CAMPAIGN.encode(DIGEST),
    }
    assert [found["id"] for found in answer["data"]["_entities"]] == [
        wanted[str(each)] for each in asked
    ]
    assert Counter(world.calls).most_common(1)[0][1] == 1
    assert len(world.calls) == len(IDS)


async def test_an_entity_of_another_tenant_is_null_like_an_absent_one(world: World) -> None:
    with_a_named_campaign(world)
    asked = [*by_id(), DAY, NAMED]
    answer = await world.ask(ENTITIES, world.south, r=asked)
    assert answer == {"data": {"_entities": [None] * len(asked)}}


async def test_the_id_counts_where_a_representation_holds_several_keys(world: World) -> None:
    day = {**DAY, "id": packed("CalendarDimension:2026-11-03")}
    answer = await world.ask(ENTITIES, r=[day])
    assert answer["data"]["_entities"][0]["id"] == day["id"]


DEEP: Any = {}
for _ in range(200):
    DEEP = {"__proto__": DEEP, "a": [DEEP]} if DEEP == {} else {"a": DEEP}

HOSTILE: list[Any] = [
    7,
    1.5,
    True,
    "text",
    "__typename",
    [],
    ["__typename"],
    {},
    {"id": "x"},
    {"__typename": "Run"},
    {"__typename": "Run", "id": None},
    {"__typename": "Run", "id": 7},
    {"__typename": "Run", "id": True},
    {"__typename": "Run", "id": {"a": 1}},
    {"__typename": "Run", "id": DEEP},
    {"__typename": "Run", "id": "nonsense"},
    {"__typename": "Run", "id": "x" * 100_000},
    {"__typename": "Run", "id": packed("Campaign:" + "0" * 32)},
    {"__typename": "Run", "ID": RUN.encode(samples.RUN)},
    {"__typename": "Query", "id": "x"},
    {"__typename": "Node", "id": RUN.encode(samples.RUN)},
    {"__typename": "_Entity", "id": RUN.encode(samples.RUN)},
    {"__typename": "run", "id": RUN.encode(samples.RUN)},
    {"__typename": "__proto__", "id": "x"},
    {"__typename": "__class__", "id": "x"},
    {"__typename": "Nothing", "id": "x"},
    {"__typename": "", "id": "x"},
    {"__typename": None, "id": "x"},
    {"__typename": 7, "id": "x"},
    {"__typename": [], "id": "x"},
    {"__typename": {"a": 1}, "id": "x"},
    {"__typename": "x" * 100_000, "id": "x"},
    {"__proto__": {"__typename": "Run", "id": RUN.encode(samples.RUN)}},
    {**DAY, "date": None},
    {**DAY, "date": 20261102},
    {**DAY, "date": "20261102"},
    {**DAY, "date": "2026-02-30"},
    {**DAY, "date": "2026-11-02T00:00:00Z"},
    {**DAY, "date": DEEP},
    {**NAMED, "source": "NOWHERE"},
    {**NAMED, "source": ["META_ADS"]},
    {**NAMED, "accountId": None},
    {**NAMED, "campaignId": 2384},
    {**NAMED, "campaignId": "\ud800"},
    {"__typename": "Campaign", "source": "META_ADS", "accountId": "act_7"},
]


async def test_a_strange_representation_fails_in_its_own_place(world: World) -> None:
    good = {"__typename": "Run", "id": global_ids()["Run"]}
    more = good | {"extra": {"info": 1, "self": 2}, "__proto__": {"id": 1}, "deep": DEEP}
    answer = await world.ask(ENTITIES, r=[good, *HOSTILE, more])
    assert answer["data"]["_entities"] == [good, *([None] * len(HOSTILE)), good]
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"BAD_USER_INPUT"}
    assert {error["extensions"]["field"] for error in answer["errors"]} == {"representations"}
    assert all(len(error["message"]) < 100 for error in answer["errors"])
    places = sorted(error["path"][1] for error in answer["errors"])
    assert places == list(range(1, len(HOSTILE) + 1))


@pytest.mark.parametrize("literal", ["7", '"text"', "ENUM", "[{}]", '{__typename: "Run", id: [1]}'])
async def test_a_strange_literal_is_a_strange_representation(world: World, literal: str) -> None:
    answer = await world.ask(f"{{ _entities(representations: [{literal}]) {{ __typename }} }}")
    assert answer["data"] == {"_entities": [None]}
    assert error_of(answer)["code"] == "BAD_USER_INPUT"


async def test_a_null_among_representations_is_the_callers_fault(world: World) -> None:
    answer = await world.ask(ENTITIES, r=[None])
    assert answer["data"] is None
    assert error_of(answer)["code"] == "BAD_USER_INPUT"


async def test_of_too_many_the_first_are_answered_and_the_rest_are_told(world: World) -> None:
    keys = [{"__typename": "Run", "id": global_ids()["Run"]}] * 1_001
    answer = await world.ask(ENTITIES, r=keys)
    assert answer["data"]["_entities"] == [*keys[:1_000], None]
    assert error_of(answer) == {
        "message": "only the first 1000 representations are answered",
        "code": "BAD_USER_INPUT",
        "field": "representations",
        "mend": "page the list that they come from",
    }
    assert world.calls == ["runs.by_ids"]


async def test_far_too_many_are_refused(world: World) -> None:
    answer = await world.ask(ENTITIES, r=[{}] * 10_001)
    assert answer["data"] is None
    assert error_of(answer)["field"] == "representations"
    assert world.calls == []


async def test_none_are_none(world: World) -> None:
    assert await world.ask(ENTITIES, r=[]) == {"data": {"_entities": []}}


async def test_the_subgraph_shows_its_schema(world: World) -> None:
    answer = await world.ask("{ _service { sdl } }")
    sdl = answer["data"]["_service"]["sdl"]
    assert 'url: "https://specs.apollo.dev/federation/v2.9"' in sdl
    for name in NODES:
        assert f'type {name} implements Node @key(fields: "id")' in sdl


def test_every_key_that_the_schema_tells_is_understood() -> None:
    assert {name: len(keys) for name, keys in KEYS.items()} == {
        name: 2 if name in NATURAL else 1 for name in NODES
    }


async def test_every_guarded_field_is_tagged_by_what_it_needs(world: World) -> None:
    sdl = str(world.schema)
    tags = {permission.replace(":", "/") for permission in Permission}
    for note in ("memory:read", "memory:admin", "causal:data:export"):
        assert f'@tag(name: "{note.replace(":", "/")}")' in sdl
    told = {
        line.split('@tag(name: "')[1].split('"')[0] for line in sdl.splitlines() if "@tag(" in line
    }
    assert told <= tags
