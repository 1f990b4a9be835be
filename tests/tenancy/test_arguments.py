"""Every argument that can name a thing of B, in A's hands; a new one must be placed here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from graph.ids import CONNECTION
from tests.tenancy.argument_table import HARMLESS, NAMING, WRITING
from tests.tenancy.documents import all_inputs, root
from tests.tenancy.door import Door, Json, code_of, leaves
from tests.tenancy.party import Parties, Party
from tests.tenancy.rows import told
from tests.tenancy.walking import Walk


def test_every_argument_has_its_place() -> None:
    inputs = all_inputs()
    assert set(inputs) == HARMLESS | WRITING | set(NAMING)
    named = {name for name, kind in inputs.items() if kind in {"ID", "_Any"}}
    assert named == (WRITING | set(NAMING)) - {
        "AuditFilter.subject",
        "Query.featureView(name)",
        "Query.features(view)",
        "Mutation.retireFeatureView(name)",
        "FeatureExportInput.view",
        "MarketingEntryFilter.accounts",
        "SearchFilter.accounts",
        "AttributionRowFilter.accounts",
        "Query.performanceEntries(trace)",
    }


def moments(coordinate: str, party: Party) -> Iterator[Json]:
    yield {}
    if "asOf" in root(coordinate).args:
        yield {"asOf": party.as_of}


@pytest.mark.parametrize("argument", sorted(NAMING))
async def test_no_id_of_b_brings_anything_of_b(
    argument: str, door: Door, parties: Parties, walk_b: Walk, marks: frozenset[str]
) -> None:
    values = [sorted(ids)[len(ids) // 2] for ids in walk_b.ids.values()]
    values += [*parties.b.runs.values(), *parties.b.connections.values()]
    values += [parties.b.upload, str(parties.b.id), parties.b.record.slug, "act_1002", "1002"]
    for value in values:
        coordinate, given = NAMING[argument](value)
        for moment in moments(coordinate, parties.b):
            answer = await door.ask(parties.a.token, coordinate, given | moment)
            assert code_of(answer) in {None, "BAD_USER_INPUT", "NOT_FOUND"}, answer
            assert told(leaves(answer)) & (marks - told([value])) == set()


async def test_lists_by_a_thing_of_b_are_empty(
    door: Door, parties: Parties, walk_a: Walk, walk_b: Walk
) -> None:
    foreign = [entry for id_, entry in walk_b.entries.items() if entry["accountId"] == "1002"]
    assert len(foreign) > 20
    filters: list[Json] = [
        {"connections": list(parties.b.connections.values())},
        {"accounts": ["1002"]},
        {"campaigns": sorted(walk_b.ids["Campaign"] - walk_a.ids["Campaign"])},
    ]
    for where in filters:
        for moment in moments("Query.marketingEntries", parties.b):
            found: list[Any] = []
            for token in (parties.a.token, parties.b.token):
                answer = await door.ask(
                    token, "Query.marketingEntries", {"filter": where, "first": 20} | moment
                )
                found.append(answer["data"]["marketingEntries"])
            mine, theirs = found
            assert (mine["totalCount"], mine["nodes"], mine["edges"]) == (0, [], [])
            assert theirs["totalCount"] > 0, where


async def test_the_entries_of_a_campaign_of_both_are_the_askers(
    door: Door, parties: Parties, walk_a: Walk, walk_b: Walk
) -> None:
    query = """query($id: ID!, $connections: [ID!], $asOf: DateTime) { node(id: $id) {
      ... on Campaign { entries(first: 100, asOf: $asOf, filter: {connections: $connections}) {
        totalCount nodes { id connection { id } } } } } }"""
    for campaign in sorted(walk_a.ids["Campaign"] & walk_b.ids["Campaign"]):
        for moment in ({}, {"asOf": parties.a.as_of}):
            given = {"id": campaign, "connections": list(parties.b.connections.values())}
            answer = await door.say(parties.a.token, query, given | moment)
            assert answer["data"]["node"]["entries"] == {"totalCount": 0, "nodes": []}
            answer = await door.say(parties.a.token, query, {"id": campaign} | moment)
            entries = answer["data"]["node"]["entries"]
            assert entries["totalCount"] == len(entries["nodes"])
            owners = {node["connection"]["id"] for node in entries["nodes"]}
            assert owners <= set(parties.a.connections.values())


async def test_runs_of_b_are_none_to_a(door: Door, parties: Parties) -> None:
    a, b = parties.a, parties.b
    listed = await door.ask(a.token, "Query.runs", {"connections": list(b.connections.values())})
    assert listed["data"]["runs"]["edges"] == []
    for run_id in b.runs.values():
        answer = await door.ask(a.token, "Query.run", {"id": run_id})
        assert answer["data"] == {"run": None}
        assert "errors" not in answer
        refused = await door.ask(a.token, "Query.rejectedRecords", {"runId": run_id})
        assert (refused["data"], code_of(refused)) == ({"rejectedRecords": None}, "NOT_FOUND")


async def test_an_id_that_b_has_is_answered_as_one_that_nobody_has(
    door: Door, parties: Parties
) -> None:
    unknown = CONNECTION.encode(parties.b.id)
    answers = [
        await door.ask(
            parties.a.token,
            "Mutation.startIngestion",
            {"input": {"connectionId": id_}},
        )
        for id_ in (unknown, parties.b.connections["meta"])
    ]
    for answer in answers:
        for part in ("remaining", "resetSeconds"):  # which the clock alone changes
            del answer["extensions"]["cost"][part]
    assert answers[0] == answers[1]
