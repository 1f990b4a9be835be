"""Every id of B in A's hands: nothing where A has no such thing, and A's own where it has."""

from __future__ import annotations

from itertools import product

from tests.tenancy.documents import node_types, root
from tests.tenancy.door import Door, Json, code_of, leaves
from tests.tenancy.party import Parties
from tests.tenancy.rows import told
from tests.tenancy.walking import Walk, a_trace

COINCIDING = {"CalendarDimension", "Campaign", "MarketingEntry"}
"""Types whose ids say what a thing is, not whose: both tenants have some in common."""


def own_or_none(asked: list[str], walk: Walk, kind: str) -> list[str | None]:
    return [id_ if id_ in walk.ids[kind] else None for id_ in asked]


def ids_of(answers: list[Json | None]) -> list[str | None]:
    return [None if answer is None else str(answer["id"]) for answer in answers]


def values(walk: Walk, kind: str) -> list[str]:
    """Some ids that both have, and some that one has."""
    return sorted(walk.ids[kind])[:60]


async def test_nodes_and_entities_answer_own_rows_only(
    door: Door, parties: Parties, walk_a: Walk, walk_b: Walk, marks: frozenset[str]
) -> None:
    for kind in sorted(node_types()):
        asked = values(walk_b, kind)
        expected = own_or_none(asked, walk_a, kind)
        assert (set(expected) == {None}) is (kind not in COINCIDING), kind
        keys = [{"__typename": kind, "id": id_} for id_ in asked]
        nodes = await door.ask(parties.a.token, "Query.nodes", {"ids": asked}, kind)
        entities = await door.ask(
            parties.a.token, "Query._entities", {"representations": keys}, kind
        )
        assert ids_of(nodes["data"]["nodes"]) == expected
        assert ids_of(entities["data"]["_entities"]) == expected
        for answer in (nodes, entities):
            assert "errors" not in answer
            assert told(leaves(answer)) & marks == set()


async def test_entities_by_what_a_source_calls_them_are_own_ones_only(
    door: Door, parties: Parties, walk_a: Walk
) -> None:
    named = "nodes { id source accountId campaignId }"
    theirs = await door.say(parties.b.token, f"{{ campaigns(first: 60) {{ {named} }} }}", {})
    campaigns = theirs["data"]["campaigns"]["nodes"]
    keys: list[Json] = [
        {"__typename": "Campaign", **{name: each[name] for name in each if name != "id"}}
        for each in campaigns
    ]
    asked = [each["id"] for each in campaigns]
    for party, expected in (
        (parties.b, asked),
        (parties.a, own_or_none(asked, walk_a, "Campaign")),
    ):
        answer = await door.ask(
            party.token, "Query._entities", {"representations": keys}, "Campaign"
        )
        assert ids_of(answer["data"]["_entities"]) == expected
        assert "errors" not in answer


async def test_a_node_of_b_is_null_to_a(door: Door, parties: Parties, walk_b: Walk) -> None:
    for kind in sorted(node_types() - COINCIDING):
        for id_ in sorted(walk_b.ids[kind])[:3]:
            answer = await door.ask(parties.a.token, "Query.node", {"id": id_}, kind)
            assert answer["data"] == {"node": None}
            assert "errors" not in answer


async def test_an_id_of_both_is_answered_with_the_askers_numbers(
    door: Door, parties: Parties, walk_a: Walk, walk_b: Walk
) -> None:
    shared = sorted(set(walk_a.entries) & set(walk_b.entries))
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on MarketingEntry { id %s } } }"
    metrics = ("conversions", "conversionValue", "learnedAt", "firstLearnedAt", "vintageCount")
    for party, walk in ((parties.a, walk_a), (parties.b, walk_b)):
        answer = await door.say(party.token, query % " ".join(metrics), {"ids": shared})
        assert [
            (node["id"], *(node[metric] for metric in metrics)) for node in answer["data"]["nodes"]
        ] == [(id_, *(walk.entries[id_][metric] for metric in metrics)) for id_ in shared]


async def test_a_refused_record_is_no_node_for_anybody(
    door: Door, parties: Parties, walk_b: Walk
) -> None:
    id_ = min(walk_b.ids["RejectedRecord"])
    for party in (parties.a, parties.b):
        answer = await door.ask(party.token, "Query.node", {"id": id_})
        assert (answer["data"], code_of(answer)) == ({"node": None}, "BAD_USER_INPUT")


async def test_a_cursor_of_b_is_a_place_in_as_own_list(
    door: Door, parties: Parties, walk_a: Walk, walk_b: Walk, marks: frozenset[str]
) -> None:
    dated = {"dates": {"since": "2026-10-01", "until": "2026-10-31"}}
    own_run = {"runId": parties.a.runs["file"]}
    lists: dict[str, Json] = {
        "Query.marketingEntries": {},
        "Query.campaigns": {},
        "Query.connections": {},
        "Query.runs": {},
        "Query.schedules": {},
        "Query.exports": {},
        "Query.featureViews": {},
        "Query.operations": {},
        "Query.operationsSeen": {},
        "Query.auditLog": {},
        "Query.insights": {},
        "Query.incidents": {},
        "Query.search": {"text": "wasted spend on facebook", "first": 5},
        "Query.attributionRows": dated,
        "Query.performance": dated,
        "Query.performanceEntries": {"trace": a_trace()},
        "Query.rejectedRecords": own_run,
        "Query.deadLetters": {},
        "Query.erasures": {},
        "Query.schemaChanges": {},
    }
    assert set(walk_b.cursors) == set(lists)
    for coordinate, given in lists.items():
        cursors = walk_b.cursors[coordinate]
        chosen = {cursors[0], cursors[len(cursors) // 2], cursors[-1]}
        directions = [name for name in ("after", "before") if name in root(coordinate).args]
        for direction, cursor in product(directions, sorted(chosen)):
            answer = await door.ask(parties.a.token, coordinate, given | {direction: cursor})
            if coordinate in {"Query.attributionRows", "Query.performance", "Query.search"}:
                nothing = {"attributionRows": None} if "attributionRows" in coordinate else None
                assert (answer["data"], code_of(answer)) == (nothing, "BAD_USER_INPUT")
                continue
            assert "errors" not in answer
            nodes = answer["data"][coordinate.split(".")[1]]["nodes"]
            assert {node["id"] for node in nodes if "id" in node} <= set().union(
                *walk_a.ids.values()
            )
            assert told(leaves(answer)) & (marks - told([cursor])) == set()
