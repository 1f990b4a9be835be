"""What a source announces beside its answers, and who hears of it."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx2
import pytest

from connectors.http import Credentials, HttpClient, HttpRequest, HttpRules
from connectors.notices import collecting
from core.records.credentials import AlertKind
from tests.connectors.meta_reading import reading
from tests.connectors.stand_in import FakeTime, StandIn

ASKED = HttpRequest("GET", "/things")


@pytest.mark.parametrize(
    ("headers", "due"),
    [
        ({}, None),
        ({"Sunset": "Tue, 15 Dec 2026 00:00:00 GMT"}, datetime(2026, 12, 15, tzinfo=UTC)),
        ({"Deprecation": "@1764547200", "Sunset": "soon"}, None),
        ({"Deprecation": "true"}, None),
    ],
)
async def test_the_standard_headers_are_a_notice(
    fake_time: FakeTime, headers: dict[str, str], due: datetime | None
) -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, json={}, headers=headers))
    rules = HttpRules(judge=lambda _: None)
    http = HttpClient(
        "https://api.example", rules, Credentials(), clock=fake_time.clock(), transport=transport
    )
    with collecting() as found:
        for _ in range(3):
            await http.send(ASKED)
    await http.aclose()
    assert set(found) == ({AlertKind.API_VERSION_SUNSET} if headers else set())
    assert [notice.due_at for notice in found.values()] == ([due] if headers else [])


async def test_the_sandbox_can_announce_its_end(stand_in: StandIn, fake_time: FakeTime) -> None:
    stand_in.control("faults", {"retires_in_days": 30})
    async with reading(stand_in, fake_time) as connector:
        with collecting() as found:
            await connector.check()
        assert found[AlertKind.API_VERSION_SUNSET].due_at is not None
        stand_in.control("faults", {"clear": True})
        with collecting() as found:
            await connector.check()
    assert found == {}


async def test_meta_s_own_header_is_one_too(stand_in: StandIn, fake_time: FakeTime) -> None:
    async with reading(stand_in, fake_time, changes={"meta_api_version": "v24.0"}) as connector:
        with collecting() as found:
            await connector.check()
    [notice] = found.values()
    assert notice.kind is AlertKind.API_VERSION_SUNSET
    assert "LIFTOS_META_API_VERSION" in notice.mend
