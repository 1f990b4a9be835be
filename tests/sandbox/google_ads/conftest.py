from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

NORTHWIND = "1002002001"
CLIENT = {
    "client_id": "sandbox-client.apps.googleusercontent.com",
    "client_secret": "sandbox-client-secret",
}


@dataclass(frozen=True)
class Ads:
    """A client that knows the shapes of calls."""

    http: httpx2.AsyncClient

    async def grant(self, user: str = "manager", **changes: str) -> Any:
        form = {"grant_type": "refresh_token", "refresh_token": f"sandbox-refresh-{user}"}
        return await self.http.post("/token", data=form | CLIENT | changes)

    async def token(self, user: str = "manager") -> str:
        return str((await self.grant(user)).json()["access_token"])

    async def search(
        self,
        query: str,
        *,
        customer: str = NORTHWIND,
        user: str = "manager",
        login: str = "1002009000",
        version: str = "v26",
        token: str | None = None,
    ) -> Any:
        bearer = await self.token(user) if token is None else token
        headers = {"authorization": f"Bearer {bearer}", "login-customer-id": login}
        path = f"/{version}/customers/{customer}/googleAds:searchStream"
        return await self.http.post(path, json={"query": query}, headers=headers)

    async def rows(self, query: str, **parts: Any) -> list[dict[str, Any]]:
        answer = await self.search(query, **parts)
        assert answer.status_code == 200, answer.text
        return [row for batch in answer.json() for row in batch.get("results", [])]

    async def refusal(self, query: str, **parts: Any) -> tuple[int, str, str]:
        """The status, its name, and the code of the first error."""
        answer = await self.search(query, **parts)
        error = answer.json()[0]["error"]
        (code,) = error["details"][0]["errors"][0]["errorCode"].values()
        return answer.status_code, error["status"], code


@pytest.fixture
async def ads(start: Callable[..., AbstractAsyncContextManager[Any]]) -> AsyncIterator[Ads]:
    async with start() as api:
        yield Ads(api.http)
