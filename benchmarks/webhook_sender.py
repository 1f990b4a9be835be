"""The sending side of `benchmarks.webhooks`: a process of its own, told its plan on stdin.

It shares the server's cores, so it does little: messages are signed before the clock runs, and a
socket is a protocol without tasks or streams.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

import uvloop

from core.webhook_signing import secret_key, sign

SOCKETS = 64
CLOSED_LOOP_MESSAGES = 20_000
PAUSE_SECONDS = 0.001


@dataclass
class Sending:
    """Messages on their way. A message is late from the moment at which it was due.

    `rate` in messages a second; None sends the next one as soon as one is answered, until `ends`.
    """

    requests: list[bytes]
    rate: int | None
    ends: float
    began: float
    free: deque[Socket] = field(default_factory=deque)
    sent: int = 0
    seconds: list[float] = field(default_factory=list)
    statuses: Counter[bytes] = field(default_factory=Counter)

    def go_on(self) -> None:
        """Send what is due, as far as sockets are free."""
        now = time.perf_counter()
        while self.free and self.sent < len(self.requests):
            due = now if self.rate is None else self.began + self.sent / self.rate
            if due > now or (self.rate is None and now > self.ends):
                return
            self.free.popleft().ask(self.requests[self.sent], due)
            self.sent += 1

    @property
    def is_over(self) -> bool:
        """Whether everything was sent and answered."""
        all_sent = self.sent == len(self.requests)
        is_late = self.rate is None and time.perf_counter() > self.ends
        return (all_sent or is_late) and len(self.seconds) == self.sent


class Socket(asyncio.Protocol):
    """One connection with at most one message on its way."""

    def __init__(self, sending: Sending) -> None:
        self._sending = sending
        self._transport: Any = None
        self._due = 0.0
        self._answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ready for the first message."""
        self._transport = transport
        self._sending.free.append(self)

    def ask(self, request: bytes, due: float) -> None:
        """Send one message."""
        self._due = due
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Take the answer down once it is whole, and go on."""
        self._answer += data
        head, found, body = self._answer.partition(b"\r\n\r\n")
        if not found or len(body) < int(head.split(b"content-length: ")[1].split(b"\r")[0]):
            return
        self._answer = b""
        self._sending.seconds.append(time.perf_counter() - self._due)
        self._sending.statuses[head[9:12]] += 1
        self._sending.free.append(self)
        self._sending.go_on()


async def send(plan: dict[str, Any]) -> dict[str, Any]:
    """Carry out a plan; its messages are signed before the clock runs."""
    rate, seconds = plan["rate"] or None, plan["seconds"]
    total = rate * seconds if rate else CLOSED_LOOP_MESSAGES
    sending = Sending([request(plan, number) for number in range(total)], rate, 0, 0)
    for _ in range(SOCKETS):
        make = asyncio.get_running_loop().create_connection
        await make(lambda: Socket(sending), "127.0.0.1", plan["port"])
    used = time.process_time()
    sending.began = time.perf_counter()
    sending.ends = sending.began + seconds
    while not sending.is_over:
        sending.go_on()
        await asyncio.sleep(PAUSE_SECONDS)
    cuts = [cut * 1e3 for cut in statistics.quantiles(sending.seconds, n=100)]
    return {
        "took": time.perf_counter() - sending.began,
        "cpu": time.process_time() - used,
        "statuses": {status.decode(): count for status, count in sending.statuses.items()},
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
    print(json.dumps(uvloop.run(send(json.loads(sys.stdin.read())))))
