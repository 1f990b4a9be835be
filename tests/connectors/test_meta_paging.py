"""Meta's paging when it is broken: the window fails, for a page that is missing buries its rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import cycle
from typing import Any

import httpx2
import orjson
import pytest

from connectors.meta.client import MetaClient
from connectors.meta.connector import MetaConnector
from connectors.registry import ConnectorAccount
from core.errors import LiftosError, Terminal
from core.records.connections import Level
from core.settings import Settings
from core.units import DateRange
from tests.connectors.stand_in import FakeTime

WINDOW = DateRange(date(2026, 10, 1), date(2026, 10, 3))


def page(paging: Any) -> dict[str, Any]:
    return {"data": [], "paging": paging}


def to(after: object) -> dict[str, Any]:
    return {"next": "https://graph.facebook.com/x", "cursors": {"after": after}}


async def walk(answers: Iterator[Any], most: int = 20) -> int:
    """How many pages are read, at most `most`."""

    def answer(_: httpx2.Request) -> httpx2.Response:
        found = next(answers)
        body = found if isinstance(found, bytes) else orjson.dumps(found)
        return httpx2.Response(200, content=body, headers={"content-type": "application/json"})

    clock = FakeTime().clock()
    client = MetaClient(
        {"access_token": "t"},
        Settings(meta_base_url="https://meta.invalid"),
        clock=clock,
        transport=httpx2.MockTransport(answer),
    )
    account = ConnectorAccount("act_1", "EUR", "Europe/Berlin", Level.CAMPAIGN, 28)
    connector = MetaConnector(account, client, clock)
    count = 0
    try:
        async for _ in connector.pages(WINDOW, None):
            count += 1
            assert count < most, "the walk does not end"
    finally:
        await connector.aclose()
    return count


@pytest.mark.parametrize("cursors", ["A", "AB", "ABC"])
async def test_cursors_that_lead_round_in_a_circle_end_the_reading(cursors: str) -> None:
    with pytest.raises(Terminal, match="does not advance"):
        await walk(cycle(page(to(cursor)) for cursor in cursors))


@pytest.mark.parametrize(
    "paging",
    [
        {"next": "https://graph.facebook.com/x"},
        {"next": "https://graph.facebook.com/x", "cursors": None},
        to(None),
        to(5),
        to(""),
        to(["A"]),
    ],
)
async def test_a_page_that_has_a_next_one_but_no_cursor_is_no_last_page(paging: Any) -> None:
    with pytest.raises(Terminal, match="cursor"):
        await walk(cycle([page(paging)]))


@pytest.mark.parametrize(
    "answer",
    [b"<html>200 OK</html>", b"", b"\xff", b'{"data": ["\\ud800"]}', b"[" * 100_000],
    ids=["html", "nothing", "no text", "lone surrogate", "deep"],
)
async def test_garbage_is_an_error_in_the_end(answer: bytes) -> None:
    with pytest.raises(LiftosError):
        await walk(cycle([answer]))


@pytest.mark.parametrize(
    "paging", [None, "x", [], 5, {}, {"next": None}, {"cursors": {"after": "A"}}]
)
async def test_a_page_without_a_next_one_is_the_last(paging: Any) -> None:
    assert await walk(iter([page(paging)])) == 1
