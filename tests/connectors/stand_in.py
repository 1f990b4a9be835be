"""What connector tests put in the world's place: its platforms, its time, its network."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import httpx2

from connectors.registry import ConnectorAccount
from connectors.retry import Clock

APP_SECRET = "the-secret-of-the-app"


@dataclass(frozen=True, slots=True)
class StandIn:
    """A running sandbox, whose faults and limits can be changed."""

    url: str

    def fail_next(self, *faults: str) -> None:
        """Let the next requests fail, one fault each."""
        self.control("faults", {"next": list(faults)})

    def mend(self) -> None:
        """Back to a sandbox in which nothing goes wrong and no quota is used."""
        self.control("faults", {"clear": True})
        plenty = dict.fromkeys(("calls_per_hour", "klaviyo_quota"), 1_000_000)
        self.control("limits", {"max_sync_rows": 20_000, "max_page": 5_000, **plenty})

    def control(self, what: str, change: dict[str, object]) -> None:
        request = urllib.request.Request(
            f"{self.url}/_sandbox/{what}", data=json.dumps(change).encode(), method="POST"
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 200

    def truth(
        self, account: str, level: str, since: str, until: str, platform: str = "meta"
    ) -> dict[str, list[dict[str, str]]]:
        query = f"platform={platform}&account={account}&level={level}&since={since}&until={until}"
        with urllib.request.urlopen(f"{self.url}/_sandbox/truth?{query}", timeout=30) as answer:
            found: dict[str, list[dict[str, str]]] = json.load(answer)
            return found


@dataclass(slots=True)
class FakeTime:
    """Time that passes only while someone sleeps."""

    seconds: float = 0.0
    sleeps: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.seconds += seconds

    def clock(self) -> Clock:
        return Clock(now=lambda: self.seconds, sleep=self.sleep)


class Network(httpx2.AsyncBaseTransport):
    """The real network, which notes every request and body, and fails when told to.

    `failures` are raised, one per request, before anything is sent; `rewrite` changes bodies.
    """

    def __init__(
        self,
        failures: Iterable[Exception] = (),
        rewrite: Callable[[bytes], bytes] = lambda body: body,
    ) -> None:
        self._inner = httpx2.AsyncHTTPTransport()
        self._failures: Iterator[Exception] = iter(failures)
        self._rewrite = rewrite
        self.requests: list[httpx2.Request] = []
        self.bodies: list[bytes] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        failure = next(self._failures, None)
        if failure is not None:
            raise failure
        response = await self._inner.handle_async_request(request)
        try:
            body = self._rewrite(await response.aread())
        finally:
            await response.aclose()
        self.bodies.append(body)
        kept = [pair for pair in response.headers.raw if pair[0].lower() != b"content-length"]
        return httpx2.Response(response.status_code, headers=kept, content=body)

    async def aclose(self) -> None:
        await self._inner.aclose()


@dataclass(frozen=True, slots=True)
class Opening:
    """Whom to read, with what, through what."""

    account: ConnectorAccount
    credentials: Mapping[str, str]
    stand_in: StandIn
    time: FakeTime
    network: Network
