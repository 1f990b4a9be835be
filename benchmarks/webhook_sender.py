"""The sending side of `benchmarks.webhooks`: a process of its own, told its plan on stdin."""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from core.webhook_signing import secret_key, sign

SOCKETS = 64
CLOSED_LOOP_MESSAGES = 20_000

Line: TypeAlias = "tuple[asyncio.StreamReader, asyncio.StreamWriter]"


@dataclass
class Sending:
    """Messages on their way. A message is late from the moment at which it was due."""

    requests: list[bytes]
    free: asyncio.Queue[Line] = field(default_factory=asyncio.Queue)
    seconds: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)

    async def deliver(self, number: int, due: float) -> None:
        """Send one message and wait for its answer."""
        reader, writer = await self.free.get()
        writer.write(self.requests[number])
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r")[0]))
        self.seconds.append(time.perf_counter() - due)
        self.statuses[head[9:12].decode()] += 1
        self.free.put_nowait((reader, writer))

    async def at_rate(self, rate: int, began: float) -> None:
        """Every message at its moment, whether those before it were answered or not."""
        tasks = []
        for number in range(len(self.requests)):
            due = began + number / rate
            if (ahead := due - time.perf_counter()) > 0:
                await asyncio.sleep(ahead)
            tasks.append(asyncio.create_task(self.deliver(number, due)))
        await asyncio.gather(*tasks)

    async def in_a_loop(self, seconds: float, began: float) -> None:
        """On each socket the next message as soon as the one before is answered."""
        numbers = iter(range(len(self.requests)))

        async def loop() -> None:
            for number in numbers:
                if time.perf_counter() - began > seconds:
                    return
                await self.deliver(number, time.perf_counter())

        await asyncio.gather(*(loop() for _ in range(SOCKETS)))


async def send(plan: dict[str, Any]) -> dict[str, Any]:
    """Carry out a plan; its messages are signed before the clock runs."""
    rate, seconds = plan["rate"], plan["seconds"]
    total = rate * seconds if rate else CLOSED_LOOP_MESSAGES
    sending = Sending([request(plan, number) for number in range(total)])
    for _ in range(SOCKETS):
        sending.free.put_nowait(await asyncio.open_connection("127.0.0.1", plan["port"]))
    began = time.perf_counter()
    await (sending.at_rate(rate, began) if rate else sending.in_a_loop(seconds, began))
    cuts = [cut * 1e3 for cut in statistics.quantiles(sending.seconds, n=100)]
    return {
        "took": time.perf_counter() - began,
        "statuses": sending.statuses,
        "p50": cuts[49],
        "p95": cuts[94],
        "p99": cuts[98],
        "max": max(sending.seconds) * 1e3,
    }


def request(plan: dict[str, Any], number: int) -> bytes:
    """One signed message as it goes over the wire."""
    connection_id, secret = plan["targets"][number % len(plan["targets"])]
    order = {
        "type": "order.created",
        "data": {
            "id": f"{plan['run']}-{number}",
            "created_at": "2026-11-22T09:30:00+01:00",
            "total": "129.90",
            "currency": "EUR",
            "utm_source": "google",
            "utm_medium": "cpc",
            "utm_campaign": "autumn",
            "note": "x" * 200,
        },
    }
    body = json.dumps(order if plan["events"] == 1 else [order] * plan["events"]).encode()
    now, message = int(time.time()), f"msg_{plan['run']}_{number}"
    head = (
        f"POST /webhooks/{connection_id} HTTP/1.1\r\nhost: 127.0.0.1\r\n"
        f"content-type: application/json\r\nwebhook-id: {message}\r\n"
        f"webhook-timestamp: {now}\r\n"
        f"webhook-signature: {sign(secret_key(secret), message, now, body)}\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


if __name__ == "__main__":
    print(json.dumps(asyncio.run(send(json.loads(sys.stdin.read())))))
