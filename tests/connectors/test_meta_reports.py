from __future__ import annotations

from datetime import date

import orjson
import pytest
import structlog

from core.errors import Transient
from core.units import DateRange
from tests.connectors.meta_reading import AUTUMN, OCTOBER, read, reading
from tests.connectors.stand_in import FakeTime, Network, StandIn


async def test_a_long_window_is_read_through_a_report_run(
    stand_in: StandIn, fake_time: FakeTime
) -> None:
    network = Network()
    async with reading(stand_in, fake_time, network=network) as connector:
        pages = [page async for page in connector.pages(AUTUMN, None)]
        halves = await read(connector, DateRange(date(2026, 9, 1), date(2026, 9, 30)))
        halves += await read(connector, DateRange(date(2026, 10, 1), date(2026, 10, 30)))
    rows = [row for page in pages for row in orjson.loads(page.body)["data"]]
    assert network.requests[0].method == "POST"
    assert sorted(map(orjson.dumps, rows)) == sorted(map(orjson.dumps, halves))


@pytest.mark.parametrize("excess", [1.5, 3, 5])
async def test_too_much_data_for_one_answer_is_read_through_a_report_run(
    stand_in: StandIn, fake_time: FakeTime, excess: float
) -> None:
    """Meta says so in three ways: codes 1, 2/1504038 and 100/1504018."""
    network = Network()
    async with reading(stand_in, fake_time, network=network) as connector:
        expected = await read(connector, OCTOBER)
        stand_in.control("limits", {"max_sync_rows": int(8 * 30 / excess)})
        found = await read(connector, OCTOBER)
    assert found == expected
    assert [request.method for request in network.requests].count("POST") == 1


async def test_a_failed_report_is_submitted_again_up_to_three_times(
    stand_in: StandIn, fake_time: FakeTime
) -> None:
    stand_in.control("faults", {"report_failure": 1.0})
    network = Network()
    async with reading(stand_in, fake_time, network=network) as connector:
        with pytest.raises(Transient, match="3 times"):
            await read(connector, AUTUMN)
        assert [request.method for request in network.requests].count("POST") == 3
        stand_in.control("faults", {"report_failure": 0.5, "seed": 3})
        assert await read(connector, AUTUMN)


@pytest.mark.parametrize(
    "expired",
    [
        {"after": "bm90IGEgY3Vyc29y"},
        {"after": "bm90IGEgY3Vyc29y", "report_run_id": "123456789012345"},
        {"report_run_id": "123456789012345"},
    ],
)
async def test_an_expired_checkpoint_starts_the_window_again(
    stand_in: StandIn, fake_time: FakeTime, expired: dict[str, str]
) -> None:
    async with reading(stand_in, fake_time) as connector:
        expected = await read(connector, OCTOBER)
        with structlog.testing.capture_logs() as events:
            found = await read(connector, OCTOBER, expired)
    assert found == expected
    assert [event["event"] for event in events] == ["meta_cursor_expired"]
