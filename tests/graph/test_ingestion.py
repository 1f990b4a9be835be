from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from core.commands import StartIngestion
from core.records.connections import ConnectionStatus, Source
from core.units import DateRange
from graph.ids import CONNECTION, RUN
from tests.graph import samples
from tests.graph.mutating import (
    CANCEL,
    FILES,
    META,
    OPENED,
    PAUSE,
    RESUME,
    RETRY,
    ROTATE,
    START,
    dates,
    result,
)
from tests.graph.world import World


async def test_days_are_ingested_in_the_background(world: World) -> None:
    given = {"connectionId": META, "dates": dates("2026-11-01", "2026-11-03")}
    assert await result(world, START, input=given) == {
        "__typename": "StartIngestionPayload",
        "run": {"status": "QUEUED", "dates": dates("2026-11-01", "2026-11-03")},
    }
    assert world.stand_ins.runs.commands == [
        StartIngestion(samples.CONNECTION, dates=DateRange(date(2026, 11, 1), date(2026, 11, 3)))
    ]


async def test_today_is_the_account_s_own_and_the_look_back_is_the_default(world: World) -> None:
    # At 12:00 UTC it is already the 23rd in Pacific/Kiritimati.
    answer = await result(world, START, input={"connectionId": META})
    assert answer["run"]["dates"] == dates("2026-10-26", "2026-11-23")
    given = {"connectionId": META, "dates": dates("2026-11-23", "2026-11-24")}
    assert await result(world, START, input=given) == {
        "__typename": "InvalidInput",
        "code": "BAD_USER_INPUT",
        "message": "until is 2026-11-24, but today is 2026-11-23 in Pacific/Kiritimati",
        "field": "dates.until",
        "mend": "give an until of 2026-11-23 or earlier",
    }


@pytest.mark.parametrize(
    ("given", "kind", "field"),
    [
        ({"dates": dates("2026-11-03", "2026-11-01")}, "InvalidInput", "dates.since"),
        ({"connectionId": "nonsense"}, "InvalidInput", "connectionId"),
        ({"connectionId": RUN.encode(samples.RUN)}, "InvalidInput", "connectionId"),
        ({"connectionId": CONNECTION.encode(UUID(int=9))}, "NotFoundError", "connectionId"),
        ({"connectionId": FILES}, "InvalidInput", "connectionId"),
    ],
)
async def test_what_cannot_be_ingested_is_told_and_nothing_is_queued(
    world: World, given: dict[str, object], kind: str, field: str
) -> None:
    answer = await result(world, START, input={"connectionId": META} | given)
    assert (answer["__typename"], answer["field"]) == (kind, field)
    assert answer["message"]
    assert answer["mend"]
    assert world.stand_ins.runs.commands == []


async def test_another_tenant_s_connection_and_run_are_answered_like_absent_ones(
    world: World,
) -> None:
    for query, theirs, absent in (
        (
            START,
            {"input": {"connectionId": META}},
            {"input": {"connectionId": _absent(CONNECTION)}},
        ),
        (CANCEL, {"id": RUN.encode(samples.RUN)}, {"id": _absent(RUN)}),
        (RETRY, {"id": RUN.encode(samples.RUN)}, {"id": _absent(RUN)}),
        (PAUSE, {"id": META}, {"id": _absent(CONNECTION)}),
        (RESUME, {"id": META}, {"id": _absent(CONNECTION)}),
        (
            ROTATE,
            {"input": {"connectionId": META, "credentials": OPENED}},
            {"input": {"connectionId": _absent(CONNECTION), "credentials": OPENED}},
        ),
    ):
        one = await result(world, query, world.south, **theirs)
        other = await result(world, query, world.south, **absent)
        assert one == other
        assert one["__typename"] == "NotFoundError"
    assert world.memory.of(world.north).runs == {samples.RUN: samples.run()}


def _absent(kind: Any) -> str:
    return str(kind.encode(UUID(int=0xDEAD)))


async def test_a_paused_connection_is_a_conflict_and_a_webhook_is_not_asked(world: World) -> None:
    shelf = world.memory.of(world.north).connections
    shelf[samples.CONNECTION] = samples.connection(status=ConnectionStatus.PAUSED)
    answer = await result(world, START, input={"connectionId": META})
    assert (answer["__typename"], answer["code"]) == ("ConflictError", "CONFLICT")
    shelf[samples.CONNECTION] = samples.connection(source=Source.WEBHOOK)
    answer = await result(world, START, input={"connectionId": META})
    assert answer["mend"] == "send the records to the connection's webhook"
