"""Backfills: what they take is told first, and accepted."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from core.commands import StartIngestion
from core.records.backfills import ReadingHistory
from core.records.runs import RunKind
from core.sources import MANIFESTS
from core.units import DateRange
from graph.ids import CONNECTION, RUN
from resolvers.quotes import Estimate
from tests.graph import samples
from tests.graph.mutating import BACKFILL, CANCEL_ALL, FILES, META, UPDATE, dates, result
from tests.graph.world import World

QUOTE = """query($connection: ID!, $dates: DateRangeInput!, $settled: Boolean! = false) {
  backfillQuote(connectionId: $connection, dates: $dates, includeSettled: $settled) {
    dates { since until } daysSettled daysToRead spans { since until } windows calls seconds
    records quotas { name calls limit periodSeconds share } measuredDays basis
  }
}"""
ASKED = dates("2026-08-25", "2026-11-22")
SETTLED = DateRange(date(2026, 9, 1), date(2026, 9, 30))


async def quoted(world: World, **variables: object) -> Any:
    return await result(world, QUOTE, **({"connection": META, "dates": ASKED} | variables))


def days(since: str, until: str) -> DateRange:
    return DateRange(date.fromisoformat(since), date.fromisoformat(until))


async def test_a_quote_for_what_was_never_read_rests_on_the_manifest(world: World) -> None:
    assert await quoted(world) == {
        "dates": ASKED,
        "daysSettled": 0,
        "daysToRead": 90,
        "spans": [ASKED],
        "windows": 3,
        "calls": 3,
        "seconds": 6.0,
        "records": None,
        "quotas": [
            {
                "name": "insights calls an hour",
                "calls": 3,
                "limit": 600,
                "periodSeconds": 3600,
                "share": 0.005,
            }
        ],
        "measuredDays": 0,
        "basis": MANIFESTS["META_ADS"].reading.about,
    }


async def test_a_quote_follows_what_earlier_runs_took_and_skips_what_is_settled(
    world: World,
) -> None:
    world.stand_ins.backfills.known = ReadingHistory(30, pages=6, records=3000, seconds=45.0)
    world.stand_ins.backfills.settled = frozenset(SETTLED)
    answer = await quoted(world)
    assert answer["spans"] == [
        dates("2026-10-01", "2026-11-22"),
        dates("2026-08-25", "2026-08-31"),
    ]
    assert (answer["daysSettled"], answer["daysToRead"], answer["measuredDays"]) == (30, 60, 30)
    assert (answer["windows"], answer["calls"], answer["seconds"]) == (3, 12, 90.0)
    assert answer["records"] == 6000
    whole = await quoted(world, settled=True)
    assert (whole["spans"], whole["daysSettled"], whole["daysToRead"]) == ([ASKED], 30, 90)
    assert (whole["windows"], whole["calls"], whole["seconds"]) == (3, 18, 135.0)


@pytest.mark.parametrize(
    ("source", "since", "until", "expected"),
    [
        ("META_ADS", "2026-01-01", "2026-12-31", (13, 13, 26.0, [13])),
        ("GOOGLE_ADS", "2026-01-01", "2026-12-31", (13, 78, 117.0, [78])),
        ("KLAVIYO", "2026-01-01", "2026-12-31", (53, 789, 86400.0, [365, 53])),
        ("KLAVIYO", "2026-01-01", "2026-01-01", (1, 9, 135.0, [1, 1])),
    ],
)
def test_each_source_costs_what_its_manifest_says(
    source: str, since: str, until: str, expected: tuple[object, ...]
) -> None:
    estimate = Estimate(MANIFESTS[source], [days(since, until)], ReadingHistory())
    used = [use.calls for use in estimate.quotas]
    assert (estimate.windows, estimate.calls, estimate.seconds, used) == expected


async def test_a_backfill_is_queued_newest_first_for_what_was_accepted(world: World) -> None:
    world.stand_ins.backfills.settled = frozenset(SETTLED)
    given = {"connectionId": META, "dates": ASKED, "maxCalls": 3}
    assert await result(world, BACKFILL, input=given) == {
        "__typename": "StartBackfillPayload",
        "run": {"kind": "BACKFILL", "status": "QUEUED", "dates": ASKED},
    }
    assert world.stand_ins.runs.commands == [
        StartIngestion(
            samples.CONNECTION,
            dates=days("2026-08-25", "2026-11-22"),
            spans=(days("2026-10-01", "2026-11-22"), days("2026-08-25", "2026-08-31")),
            kind=RunKind.BACKFILL,
        )
    ]


@pytest.mark.parametrize(
    ("given", "kind", "field"),
    [
        ({"maxCalls": 2}, "ConflictError", "maxCalls"),
        ({"dates": dates("2026-09-01", "2026-09-30")}, "ConflictError", "dates"),
        ({"dates": dates("2026-11-22", "2026-11-24")}, "InvalidInput", "dates.until"),
        ({"dates": dates("2022-01-01", "2022-01-31")}, "InvalidInput", "dates.since"),
        ({"dates": dates("2010-01-01", "2026-01-31")}, "InvalidInput", "dates"),
        ({"dates": dates("2026-11-03", "2026-11-01")}, "InvalidInput", "dates.since"),
        ({"connectionId": "nonsense"}, "InvalidInput", "connectionId"),
        ({"connectionId": CONNECTION.encode(UUID(int=9))}, "NotFoundError", "connectionId"),
        ({"connectionId": FILES}, "InvalidInput", "connectionId"),
    ],
)
async def test_what_was_not_accepted_or_cannot_be_read_is_not_queued(
    world: World, given: dict[str, object], kind: str, field: str
) -> None:
    world.stand_ins.backfills.settled = frozenset(SETTLED)
    asked = {"connectionId": META, "dates": ASKED, "maxCalls": 100} | given
    answer = await result(world, BACKFILL, input=asked)
    assert (answer["__typename"], answer["field"]) == (kind, field)
    assert answer["message"]
    assert answer["mend"]
    assert world.stand_ins.runs.commands == []


async def test_every_open_run_of_a_connection_is_cancelled_at_once(world: World) -> None:
    before = world.memory.of(world.north).runs
    still_open = [
        run.id
        for run in before.values()
        if run.connection_id == samples.CONNECTION and not run.status.is_final
    ]
    answer = await result(world, CANCEL_ALL, id=META)
    assert answer == {
        "__typename": "CancelRunsPayload",
        "runIds": [RUN.encode(run_id) for run_id in still_open],
    }
    foreign = await result(world, CANCEL_ALL, id=CONNECTION.encode(UUID(int=9)))
    assert (foreign["__typename"], foreign["field"]) == ("NotFoundError", "connectionId")


async def test_a_connection_is_given_another_name_and_look_back(world: World) -> None:
    given = {"connectionId": META, "name": " Fresh ", "lookBackDays": 7}
    assert await result(world, UPDATE, input=given) == {
        "__typename": "UpdateConnectionPayload",
        "connection": {"name": "Fresh", "lookBackDays": 7},
    }
    kept = await result(world, UPDATE, input={"connectionId": META, "lookBackDays": 0})
    assert kept["connection"] == {"name": "Fresh", "lookBackDays": 0}
    for wrong, field in (({"lookBackDays": 91}, "lookBackDays"), ({"name": " "}, "name")):
        answer = await result(world, UPDATE, input={"connectionId": META} | wrong)
        assert (answer["__typename"], answer["field"]) == ("InvalidInput", field)
