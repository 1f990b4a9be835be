"""What Redis carries while something is done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from redis.asyncio import Redis

from tests.support import Services


@asynccontextmanager
async def listening(services: Services) -> AsyncIterator[list[tuple[str, bytes]]]:
    """Every message on every topic of Redis while the block lasts."""
    heard: list[tuple[str, bytes]] = []
    redis: Redis = Redis.from_url(services.redis_url)

    async def note(channel: Any) -> None:
        async for message in channel.listen():
            heard.append((message["channel"].decode(), message["data"]))  # noqa: PERF401 - as heard

    async with redis.pubsub(ignore_subscribe_messages=True) as channel:
        await channel.psubscribe("*")
        task = asyncio.create_task(note(channel))
        try:
            yield heard
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
    await redis.aclose()
