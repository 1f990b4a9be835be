from __future__ import annotations

from typing import Any

import pytest

from core.records.runs import RunStatus
from graph.ids import CONNECTION, REJECTED, RUN
from tests.graph import samples
from tests.graph.mutating import ERROR, result
from tests.graph.world import World, error_of

REPLAY = f"""mutation($input: ReplayRejectedInput!) {{ replayRejected(input: $input) {{
  __typename ... on ReplayRejectedPayload {{ runs {{ kind status }} }} {ERROR} }} }}"""
DISMISS = f"""mutation($input: DismissRejectedInput!) {{ dismissRejected(input: $input) {{
  __typename ... on DismissRejectedPayload {{ records }} {ERROR} }} }}"""
ID = REJECTED.encode(samples.rejected(0).id)
ALL: dict[str, Any] = {"filter": {}}


async def test_refused_records_are_listed_by_filter_with_what_became_of_them(world: World) -> None:
    query = """query($where: RejectedRecordFilter) { rejectedRecords(filter: $where) { nodes {
      id stream reason state isReplaying corrected replays settledBy note
      connection { id } replay { id } } } }"""
    where = {"connections": [CONNECTION.encode(samples.CONNECTION)], "states": ["OPEN"]}
    first, *rest = (await world.ask(query, where=where))["data"]["rejectedRecords"]["nodes"]
    assert len(rest) == 2
    assert first == {
        "id": ID,
        "stream": "insights",
        "reason": "not a number",
        "state": "OPEN",
        "isReplaying": False,
        "corrected": None,
        "replays": 0,
        "settledBy": None,
        "note": None,
        "connection": {"id": CONNECTION.encode(samples.CONNECTION)},
        "replay": None,
    }
    nothing = await world.ask(query, where=where | {"states": ["DISMISSED"]})
    assert nothing["data"]["rejectedRecords"]["nodes"] == []


async def test_refused_records_are_counted_by_reason(world: World) -> None:
    query = "{ rejectedRecordSummary { records field reason mend state newestAt } }"
    assert (await world.ask(query))["data"]["rejectedRecordSummary"] == [
        {
            "records": 3,
            "field": "spend",
            "reason": "not a number",
            "mend": "send digits",
            "state": "OPEN",
            "newestAt": "2026-11-20T06:00:00Z",
        }
    ]


async def test_a_patch_is_handed_on_and_a_replay_queued(world: World) -> None:
    answer = await result(world, REPLAY, input={"ids": [ID], "patch": {"spend": "1", "x": None}})
    assert answer["runs"] == [{"kind": "REPLAY", "status": "QUEUED"}]
    assert world.stand_ins.rejections.patches == [{"spend": "1", "x": None}]


async def test_records_are_laid_aside_with_a_reason_and_the_count_is_told(world: World) -> None:
    done = await result(world, DISMISS, input=ALL | {"why": " test campaign "})
    assert done == {"__typename": "DismissRejectedPayload", "records": 3}
    kept = world.memory.of(world.north).rejected.values()
    assert {record.note for record in kept} == {"test campaign"}
    again = await result(world, DISMISS, input=ALL | {"why": "again"})
    assert again["__typename"] == "NotFoundError"


@pytest.mark.parametrize(
    ("query", "given", "field"),
    [
        (REPLAY, {}, "ids"),
        (REPLAY, ALL | {"ids": [ID]}, "ids"),
        (REPLAY, {"ids": []}, "ids"),
        (REPLAY, {"ids": [RUN.encode(samples.RUN)]}, "ids"),
        (REPLAY, ALL | {"maximum": 0}, "maximum"),
        (REPLAY, ALL | {"maximum": 10_001}, "maximum"),
        (REPLAY, ALL | {"patch": []}, "patch"),
        (REPLAY, ALL | {"patch": {}}, "patch"),
        (REPLAY, ALL | {"patch": "spend"}, "patch"),
        (REPLAY, ALL | {"patch": {"id": 10**25}}, "patch"),
        (REPLAY, ALL | {"patch": {"name": "\ud800"}}, "patch"),
        (REPLAY, {"filter": {"text": " "}}, "filter.text"),
        (REPLAY, {"filter": {"runs": [ID]}}, "filter.runs"),
        (DISMISS, ALL | {"why": " "}, "why"),
        (
            DISMISS,
            {
                "why": "x",
                "filter": {"since": "2026-11-02T00:00:00Z", "until": "2026-11-02T00:00:00Z"},
            },
            "filter.since",
        ),
    ],
)
async def test_what_cannot_be_done_is_refused_by_field_and_changes_nothing(
    world: World, query: str, given: dict[str, Any], field: str
) -> None:
    before = dict(world.memory.of(world.north).rejected)
    answer = await result(world, query, input=given)
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", field)
    assert answer["mend"]
    assert world.memory.of(world.north).rejected == before
    assert world.stand_ins.rejections.patches == []


async def test_too_many_groups_are_refused(world: World) -> None:
    answer = await world.ask("{ rejectedRecordSummary(first: 101) { records } }")
    assert error_of(answer)["field"] == "first"


REQUEUE = f"""mutation($input: DeadLetterChoiceInput!) {{ requeueDeadLetters(input: $input) {{
  __typename ... on RequeueDeadLettersPayload {{ runs {{ id status }} }} {ERROR} }} }}"""
LAY_ASIDE = f"""mutation($input: DeadLetterChoiceInput!, $why: String!) {{
  dismissDeadLetters(input: $input, why: $why) {{
  __typename ... on DismissDeadLettersPayload {{ runs }} {ERROR} }} }}"""
RUN_ID = RUN.encode(samples.RUN)


async def test_dead_letters_are_listed_laid_aside_and_queued_again(world: World) -> None:
    shelf = world.memory.of(world.north).runs
    shelf[samples.RUN] = samples.run(status=RunStatus.PARKED, error=None)
    query = "{ deadLetters(first: 5) { nodes { attempts lastMessage why run { id status } } } }"
    assert (await world.ask(query))["data"]["deadLetters"]["nodes"] == [
        {
            "attempts": 1,
            "lastMessage": "the end",
            "why": None,
            "run": {"id": RUN_ID, "status": "PARKED"},
        }
    ]
    done = await result(world, REQUEUE, input={"ids": [RUN_ID]})
    assert done["runs"] == [{"id": RUN_ID, "status": "QUEUED"}]
    shelf[samples.RUN] = samples.run(status=RunStatus.FAILED)
    laid = await result(world, LAY_ASIDE, input={"filter": {}}, why="closed")
    assert laid == {"__typename": "DismissDeadLettersPayload", "runs": 1}
    assert world.stand_ins.dead_letters.dismissed == {samples.RUN: "closed"}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "ids"),
        ({"ids": [RUN_ID], "filter": {}}, "ids"),
        ({"ids": [ID]}, "ids"),
        ({"filter": {}, "maximum": 1001}, "maximum"),
        ({"filter": {"connections": [RUN_ID]}}, "filter.connections"),
    ],
)
async def test_a_choice_of_dead_letters_that_is_none_is_refused(
    world: World, given: dict[str, Any], field: str
) -> None:
    answer = await result(world, REQUEUE, input=given)
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", field)
