from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
import uvicorn

from sandbox.app import create_app
from sandbox.settings import SandboxSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from contextlib import AbstractAsyncContextManager

NOW = datetime(2026, 11, 22, 15, 7, tzinfo=UTC)
FIELDS = (
    "account_id,campaign_id,adset_id,ad_id,impressions,reach,clicks,inline_link_clicks,spend,"
    "actions,action_values"
)


@dataclass(frozen=True)
class Api:
    """A client that knows the shapes of calls."""

    http: httpx2.AsyncClient

    async def get(self, path: str, token: str | None = None, **params: Any) -> Any:
        """Call v26.0; the token of act_1001 unless told otherwise."""
        query = {"access_token": "sandbox-token-1001" if token is None else token, **params}
        return await self.http.get(f"/v26.0/{path}", params=query)

    async def insights(self, account: int = 1001, **params: Any) -> Any:
        since, until = params.pop("since", "2026-11-01"), params.pop("until", "2026-11-22")
        defaults = {
            "level": "campaign",
            "time_increment": "1",
            "time_range": f'{{"since":"{since}","until":"{until}"}}',
            "fields": FIELDS,
            "limit": "500",
        }
        token = params.pop("token", f"sandbox-token-{account}")
        return await self.get(f"act_{account}/insights", token, **(defaults | params))

    async def rows(self, account: int = 1001, **params: Any) -> list[dict[str, Any]]:
        """Every row, page after page, by following `next`."""
        answer = (await self.insights(account, **params)).json()
        rows = answer["data"]
        while following := answer.get("paging", {}).get("next"):
            answer = (await self.http.get(following)).json()
            rows = rows + answer["data"]
        return list(rows)

    async def truth(self, account: int = 1001, level: str = "campaign", **dates: str) -> Any:
        params = {"since": "2026-11-01", "until": "2026-11-22", **dates}
        query = {"account": f"act_{account}", "level": level, **params}
        answer = await self.http.get("/_sandbox/truth", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def control(self, what: str, **change: Any) -> Any:
        answer = await self.http.post(f"/_sandbox/{what}", json=change)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def start() -> Callable[..., AbstractAsyncContextManager[Api]]:
    """Start a sandbox inside the test: `async with start(seed=2) as api`."""

    @asynccontextmanager
    async def started(**settings: Any) -> AsyncIterator[Api]:
        app = create_app(SandboxSettings(**({"now": NOW} | settings)))
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://sandbox") as http:
            yield Api(http)

    return started


@pytest.fixture
async def api(start: Callable[..., AbstractAsyncContextManager[Api]]) -> AsyncIterator[Api]:
    async with start() as client:
        yield client


@pytest.fixture
def served() -> Iterator[str]:
    """The address of a sandbox behind a real server, for faults below HTTP."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        config = uvicorn.Config(create_app(SandboxSettings(now=NOW)), log_level="critical")
        server = uvicorn.Server(config)
        thread = threading.Thread(
            target=lambda: asyncio.run(server.serve(sockets=[listener])),
            daemon=True,
        )
        thread.start()
        while not server.started:
            threading.Event().wait(0.01)
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join(timeout=5)
