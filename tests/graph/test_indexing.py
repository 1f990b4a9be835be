from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.records.documents import IndexMeasures, IndexState, SearchIndex
from core.scope import Role
from graph.ids import RUN
from tests.graph import samples
from tests.graph.indexing import NEVER_INDEXED
from tests.graph.world import World

STANDS = """{
    searchIndex {
        lookedAt isCurrent runId documents superseded measuredAt
        vectors { model dimension isServing documents embedded reused createdAt servingSince }
        measures { entries texts repeatedShare restatedShare probes recall foundShare }
    }
}"""
ANEW = """mutation ($everything: Boolean!) {
    reindexSearch(everything: $everything) {
        ... on ReindexSearchPayload { run { id kind status } }
        ... on UserError { code message }
    }
}"""
LEARNED = "2026-11-20T06:30:00Z"


def vectors(model: str, state: IndexState) -> SearchIndex:
    serving = None if state is IndexState.BUILDING else samples.LEARNED
    return SearchIndex(model, 256, state, 40, 30, 12, samples.LEARNED, serving, None)


async def stands(world: World) -> dict[str, Any]:
    answer = await world.ask(STANDS)
    assert "errors" not in answer, answer
    told: dict[str, Any] = answer["data"]["searchIndex"]
    return told


async def test_before_the_first_run_nothing_is_indexed(world: World) -> None:
    assert await stands(world) == {
        "lookedAt": None,
        "isCurrent": False,
        "runId": None,
        "documents": 0,
        "superseded": 0,
        "measuredAt": None,
        "vectors": [],
        "measures": None,
    }


async def test_an_index_says_how_far_it_is_and_how_well_it_finds(world: World) -> None:
    world.stand_ins.search_status.told[world.north.tenant_id] = replace(
        NEVER_INDEXED,
        looked_at=samples.LEARNED,
        is_current=True,
        run_id=samples.RUN,
        documents=40,
        superseded=7,
        indexes=(vectors("another", IndexState.BUILDING), vectors("first", IndexState.SERVING)),
        measures=IndexMeasures(900, 40, 38, 0.25, 0.175, 20, 0.995, 0.95),
        measured_at=samples.LEARNED,
    )
    counts = {"dimension": 256, "documents": 40, "embedded": 30, "reused": 12}
    assert await stands(world) == {
        "lookedAt": LEARNED,
        "isCurrent": True,
        "runId": RUN.encode(samples.RUN),
        "documents": 40,
        "superseded": 7,
        "measuredAt": LEARNED,
        "vectors": [
            {
                "model": "another",
                "isServing": False,
                "createdAt": LEARNED,
                "servingSince": None,
                **counts,
            },
            {
                "model": "first",
                "isServing": True,
                "createdAt": LEARNED,
                "servingSince": LEARNED,
                **counts,
            },
        ],
        "measures": {
            "entries": 900,
            "texts": 38,
            "repeatedShare": 0.25,
            "restatedShare": 0.175,
            "probes": 20,
            "recall": 0.995,
            "foundShare": 0.95,
        },
    }


async def test_an_index_is_made_anew_by_a_run(world: World) -> None:
    for everything in (False, True):
        answer = await world.ask(ANEW, everything=everything)
        run = {"id": RUN.encode(samples.RUN), "kind": "INDEX", "status": "QUEUED"}
        assert answer == {"data": {"reindexSearch": {"run": run}}}
        kept = world.memory.of(world.north).runs[samples.RUN]
        assert kept.options == {"everything": everything}


async def test_who_may_only_read_has_nothing_made_anew(world: World) -> None:
    answer = await world.ask(ANEW, world.as_role(Role.VIEWER), everything=True)
    refused = answer["data"]["reindexSearch"]
    assert refused["code"] == "FORBIDDEN"
