"""Every key that Redis is asked for: none without the tenant whose it is."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from redis.asyncio import Redis

from core.tasks import end

OF_A_TENANT = re.compile(r"liftos:\{[0-9a-f-]{36}\}:(?P<kind>.+)")
KINDS = {
    "answer:[0-9a-f]{64}": "an answer, under what it was made of",
    "answers": "which answers there are, with their sizes",
    "answers:bytes": "how many bytes they are",
    "features:[a-z0-9_]+:[0-9]+:[0-9a-f]{64}": "features of a view, under what they were made of",
    "events": "a tenant's stream of events",
    "points(:.*)?": "what its operations may cost for now, and those of a client",
    "once:[0-9a-f]{64}": "a gateway's signature that was used to write",
    "persisted-query:[0-9a-f]{64}": "a document that a client persisted",
    "persisted-queries": "how many of them there are",
    "ranking:[0-9a-f]{32}": "an answer of search, for its later pages",
}
"""What follows the tenant; a new kind of key is placed here."""

SCRIPTS = frozenset({"EVAL", "EVALSHA"})
SECOND = frozenset({"XINFO", "OBJECT", "XGROUP"})
KEYLESS = frozenset(
    {"AUTH", "CLIENT", "COMMAND", "CONFIG", "ECHO", "EXEC", "HELLO", "INFO", "MONITOR", "MULTI"}
    | {
        "PING",
        "PSUBSCRIBE",
        "PUBLISH",
        "PUBSUB",
        "PUNSUBSCRIBE",
        "QUIT",
        "SCAN",
        "SCRIPT",
        "SELECT",
    }
    | {"SUBSCRIBE", "TIME", "UNSUBSCRIBE", "UNWATCH"}
)


def keys_in(words: Sequence[str]) -> Iterator[str]:
    """The keys that a command names; of one that is not known, its first word."""
    name = words[0].upper()
    if name in SCRIPTS:
        yield from words[3 : 3 + int(words[2])]
    elif name in SECOND:
        yield from words[2:3]
    elif name not in KEYLESS:
        yield from words[1:2]


def is_placed(key: str) -> bool:
    found = OF_A_TENANT.fullmatch(key)
    return found is not None and any(re.fullmatch(kind, found["kind"]) for kind in KINDS)


@asynccontextmanager
async def watched(url: str) -> AsyncIterator[set[str]]:
    """Every key that any command names while the block lasts."""
    keys: set[str] = set()
    redis: Redis = Redis.from_url(url, socket_timeout=None)
    async with redis.monitor() as monitor:
        listening: Any = monitor.connection
        # What is told of a command is one line, as long as its longest value.
        listening._reader._limit = 1 << 27

        async def note() -> None:
            async for told in monitor.listen():
                found: Any = told
                keys.update(keys_in(found["command"].split(" ")))

        task = asyncio.create_task(note())
        try:
            yield keys
        finally:
            # It watched to the end, or says why not.
            await end(task)
    await redis.aclose()
