"""Sockets for `benchmarks.followers`: each follows a run and notes when its steps come.

Prints a line when all follow; then, for each line of its input, one with what has come since.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from itertools import cycle, islice
from typing import Any

from benchmarks.subscriber_sockets import OPENED_AT_ONCE, SUBSCRIBED_SECONDS, Subscriber

_SEQUENCE = b'"sequence":'


class Follower(Subscriber):
    """One socket, whose arrivals go into a list that it shares with the others."""

    def __init__(self, plan: dict[str, Any], run: str, arrived: list[Any]) -> None:
        super().__init__(plan | {"variables": {"run": run}})
        self._run = run
        self._arrived = arrived

    def arrive(self, body: bytes) -> None:
        """Note the step's number."""
        start = body.index(_SEQUENCE) + len(_SEQUENCE)
        step = int(body[start : body.index(b",", start)])
        self._arrived.append((self._run, step, time.time()))


async def main() -> None:
    """Open them, then tell what came whenever somebody asks."""
    plan = json.loads(sys.stdin.readline())
    resource.setrlimit(resource.RLIMIT_NOFILE, (20_000, 20_000))
    loop, began = asyncio.get_running_loop(), time.perf_counter()
    gate, arrived = asyncio.Semaphore(OPENED_AT_ONCE), list[Any]()

    async def opened(key: str, run: str) -> None:
        async with gate:
            asked = {"port": plan["port"], "key": key, "query": plan["query"], "deflate": False}
            _, made = await loop.create_connection(
                lambda: Follower(asked, run, arrived), "127.0.0.1", plan["port"]
            )
            await made.ready

    await asyncio.gather(*(opened(*each) for each in islice(cycle(plan["runs"]), plan["count"])))
    seconds = time.perf_counter() - began
    await asyncio.sleep(SUBSCRIBED_SECONDS)
    arrived.clear()
    print(json.dumps({"seconds": seconds}), flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(arrived), flush=True)
        arrived.clear()


if __name__ == "__main__":
    asyncio.run(main())
