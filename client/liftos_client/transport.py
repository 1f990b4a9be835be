"""Sends operations, waiting and asking again where that helps; with `await` and without."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Any, Final, Self

import httpx2

from .errors import error_of
from .exchange import ACCEPT, Answer, Cost, Operation, Retries, answer_of, operation
from .following import Place, answers, broken, is_stream

Token = str | Callable[[], str]
"""A bearer token, or what gives a fresh one for each request."""

SECONDS: Final = 60.0
_NOT_SENT: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_SPREAD: Final = random.Random()  # noqa: S311 - spreads retries, keeps no secret


class _Common:
    """What both transports know."""

    def __init__(
        self, url: str, token: Token | None, api_key: str | None, retries: Retries | None
    ) -> None:
        if (token is None) == (api_key is None):
            raise ValueError("give either token= or api_key=")
        self.url = url if url.rstrip("/").endswith("/graphql") else f"{url.rstrip('/')}/graphql"
        self.retries = retries or Retries()
        self.cost: Cost | None = None
        """What the last operation cost, and what is left."""
        self._token = token
        self._api_key = api_key

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"

    def get_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """What generated methods make their models of."""
        return data

    def _headers(self) -> dict[str, str]:
        if self._api_key is not None:
            return {"Accept": ACCEPT, "X-API-Key": self._api_key}
        token = self._token() if callable(self._token) else self._token
        return {"Accept": ACCEPT, "Authorization": f"Bearer {token}"}

    def _read(self, response: httpx2.Response) -> Answer:
        try:
            body = response.json()
        except ValueError:
            body = None
        answer = answer_of(response.status_code, response.headers, body)
        self.cost = answer.cost or self.cost
        return answer

    def _wait(self, asked: Operation, answer: Answer, attempt: int) -> float | None:
        """Seconds until the next try; None when the answer stands."""
        if answer.error is None or not answer.may_repeat(asked):
            return None
        told = answer.error.retry_after_seconds
        wait = self.retries.wait_after(attempt, told)
        return None if wait is None else wait * _SPREAD.uniform(1, 1.25)


def _unreached(error: httpx2.TransportError) -> Answer:
    told = f"the API could not be reached: {type(error).__name__}"
    failed = error_of({"message": told, "extensions": {"code": "TRANSIENT"}})
    return Answer({}, failed, was_sent=not isinstance(error, _NOT_SENT))


def _final(answer: Answer) -> dict[str, Any]:
    if answer.error is not None:
        raise answer.error
    return answer.data


class Transport(_Common):
    """Sends operations and waits for each; one to a thread."""

    def __init__(
        self,
        url: str,
        *,
        token: Token | None = None,
        api_key: str | None = None,
        retries: Retries | None = None,
        http: httpx2.Client | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(url, token, api_key, retries)
        self._http = http or httpx2.Client(timeout=SECONDS)
        self._sleep = sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def execute(
        self,
        query: str,
        operation_name: str | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The data of any operation; LiftosError where there is none."""
        asked, attempt = operation(query, operation_name, variables), 1
        while True:
            answer = self._send(asked)
            wait = self._wait(asked, answer, attempt)
            if wait is None:
                return _final(answer)
            self._sleep(wait)
            attempt += 1

    def _send(self, asked: Operation) -> Answer:
        try:
            answered = self._http.post(self.url, json=asked.body(), headers=self._headers())
        except httpx2.TransportError as error:
            return _unreached(error)
        return self._read(answered)


class AsyncTransport(_Common):
    """Sends operations, any number at once."""

    def __init__(
        self,
        url: str,
        *,
        token: Token | None = None,
        api_key: str | None = None,
        retries: Retries | None = None,
        http: httpx2.AsyncClient | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        super().__init__(url, token, api_key, retries)
        self._http = http or httpx2.AsyncClient(timeout=SECONDS)
        self._sleep = sleep

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    async def execute(
        self,
        query: str,
        operation_name: str | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The data of any operation; LiftosError where there is none."""
        asked, attempt = operation(query, operation_name, variables), 1
        while True:
            answer = await self._send(asked)
            wait = self._wait(asked, answer, attempt)
            if wait is None:
                return _final(answer)
            await self._sleep(wait)
            attempt += 1

    async def follow(
        self,
        query: str,
        operation_name: str | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> AsyncGenerator[dict[str, Any], None]:
        """The data of each event of a subscription, in order, without gap or repeat.

        A stream that breaks is taken up behind the last event that came; `retries` bounds the
        tries in a row that bring nothing. LiftosError where it cannot go on.
        """
        asked = operation(query, operation_name, variables)
        place, attempt = Place(), 1
        while True:
            before = place.reached
            failed = broken()
            async with aclosing(self._told(asked, place)) as told:
                async for answer in told:
                    if answer.error is not None:
                        failed = answer
                        break
                    yield answer.data
            if place.is_over:
                return
            has_moved = place.reached != before
            attempt = 1 if has_moved else attempt
            if not (has_moved and self._may_sign_in_again(failed)):
                wait = self._wait(asked, failed, attempt)
                if wait is None:
                    _final(failed)
                    return
                await self._sleep(wait)
            attempt += 1

    async def _told(self, asked: Operation, place: Place) -> AsyncGenerator[Answer, None]:
        """What one connection tells, behind `place`, which it moves on."""
        headers = {**self._headers(), **place.headers}
        try:
            async with self._http.stream(
                "POST", self.url, json=asked.body(), headers=headers
            ) as response:
                if not is_stream(response):
                    await response.aread()
                    yield self._read(response)
                    return
                async for answer in answers(response.aiter_bytes(), place):
                    yield answer
        except httpx2.TransportError as error:
            yield _unreached(error)

    def _may_sign_in_again(self, failed: Answer) -> bool:
        """Whether the token ran out, and there is what gives a fresh one."""
        code = failed.error.code if failed.error else None
        return code == "UNAUTHENTICATED" and callable(self._token)

    async def _send(self, asked: Operation) -> Answer:
        try:
            answered = await self._http.post(self.url, json=asked.body(), headers=self._headers())
        except httpx2.TransportError as error:
            return _unreached(error)
        return self._read(answered)
