"""Connecting the shops and reading their accounts, through the public API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.cli.progress import RunBars, Step
from app.demo.client import ApiClient
from app.demo.shops import Shop
from core.errors import Terminal
from core.records.runs import Counters, RunStatus
from core.units import today_in

FIRST_DAYS = 90


@dataclass(frozen=True, slots=True)
class Synced:
    """What one shop's run did."""

    shop: Shop
    is_first: bool
    since: str
    until: str
    last: Step


async def sync_all(shops: Sequence[tuple[Shop, ApiClient]], bars: RunBars) -> list[Synced]:
    """Read every shop's account, all at once."""
    return list(await asyncio.gather(*(_sync(shop, client, bars) for shop, client in shops)))


async def _sync(shop: Shop, client: ApiClient, bars: RunBars) -> Synced:
    connection = await _connection(shop, client)
    wanted = {"connectionId": connection["id"], "dates": _dates(shop, connection)}
    started = await client.ask("Start", {"input": wanted})
    run = _payload(started["startIngestion"])["run"]
    async with aclosing(_steps(client, run["id"])) as steps:
        last = await bars.follow(f"{shop.name} ({shop.account})", steps)
    if last.status is not RunStatus.SUCCEEDED:
        raise Terminal(f"reading {shop.account} ended {last.status}: {last.message}")
    is_first = connection["lastReadAt"] is None
    return Synced(shop, is_first, run["dates"]["since"], run["dates"]["until"], last)


async def _connection(shop: Shop, client: ApiClient) -> Any:
    nodes = (await client.ask("Accounts"))["connections"]["nodes"]
    known = [node for node in nodes if node["accountId"] == shop.number]
    if known:
        return known[0]
    wanted = {
        "source": "META_ADS",
        "accountId": shop.account,
        "name": shop.name,
        "currency": shop.currency,
        "timeZone": shop.time_zone,
        "credentials": {"metaAds": {"accessToken": shop.access_token}},
    }
    answer = await client.ask("Connect", {"input": wanted})
    return _payload(answer["connectSource"])["connection"]


def _dates(shop: Shop, connection: Any) -> dict[str, str]:
    """The first time 90 days; later the look-back, and all days since the last reading."""
    today = today_in(ZoneInfo(shop.time_zone))
    if connection["lastReadAt"] is None:
        since = today - timedelta(days=FIRST_DAYS - 1)
    else:
        read = date.fromisoformat(connection["lastReadAt"][:10]) - timedelta(days=1)
        since = min(read, today - timedelta(days=connection["lookBackDays"]))
    return {"since": since.isoformat(), "until": today.isoformat()}


async def _steps(client: ApiClient, run_id: str) -> AsyncGenerator[Step, None]:
    async with aclosing(client.listen("Progress", {"run": run_id})) as events:
        async for data in events:
            event = data["ingestionProgress"]
            yield Step(
                RunStatus(event["status"]),
                event["progress"],
                event["message"],
                Counters(**event["counters"]),
            )


def _payload(answer: Any) -> Any:
    if "message" in answer:
        raise Terminal(f"the API refused: {answer['message']}", mend=answer.get("mend"))
    return answer
