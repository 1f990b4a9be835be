"""Embeddings by OpenAI's protocol, of OpenAI or of any endpoint that speaks it.

POST <url>/embeddings: https://platform.openai.com/docs/api-reference/embeddings. Numbers are asked
for in base64, a quarter of what they take as text; endpoints that know only lists are understood.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import math
from array import array
from collections.abc import Iterator, Sequence
from sys import byteorder
from typing import Any, Protocol

import httpx2
from aiolimiter import AsyncLimiter
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type
from tenacity.wait import wait_exponential_jitter

from core.errors import BadInput, ConfigError, LiftosError, Transient
from core.scope import TenantScope
from stores.embedders.places import OpenAIPlace

LONGEST_TEXT = 8_000
"""Characters of a text that are embedded: models take about 8,000 tokens."""
_TEXTS, _CHARACTERS = 512, 200_000
"""Of one request."""
_ATTEMPTS = 6
_QUESTION_SECONDS, _BATCH_SECONDS = 5.0, 120.0
"""How long a question, which somebody waits for, and a batch of documents are worth trying."""
_TOO_MANY, _SERVER_ERROR = 429, 500


class Meter(Protocol):
    """Counts what tenants spend."""

    async def demand(self, scope: TenantScope) -> None:
        """QuotaExceeded where nothing may be spent."""
        ...

    async def spend(self, scope: TenantScope, model: str, tokens: int) -> None:
        """Count one request."""
        ...


class OpenAIEmbedder:
    """A model at an endpoint; owns its connections."""

    def __init__(
        self,
        place: OpenAIPlace,
        meter: Meter,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._place = place
        self._meter = meter
        self._limiter = AsyncLimiter(place.requests_per_second, 1)
        self._http = httpx2.AsyncClient(
            base_url=place.url.rstrip("/"),
            timeout=place.timeout_seconds,
            headers={} if place.key is None else {"Authorization": f"Bearer {place.key}"},
            transport=transport,
        )

    @property
    def model(self) -> str:
        """The model and the length of its vectors, which can be chosen."""
        return f"{self._place.model}-{self._place.dimension}"

    @property
    def dimension(self) -> int:
        """How long its vectors are."""
        return self._place.dimension

    async def embed(self, scope: TenantScope, texts: Sequence[str]) -> Sequence[array[float]]:
        """A vector for each text, of its first 8,000 characters.

        Transient after as many attempts as a question or a batch is worth, ConfigError for what an
        operator has to mend, QuotaExceeded when the tenant's tokens of the month are used up.
        """
        if not all(text.strip() for text in texts):
            raise BadInput("there is nothing in the text", field="text", mend="give it words")
        patience = _QUESTION_SECONDS if len(texts) == 1 else _BATCH_SECONDS
        vectors: list[array[float]] = []
        for some in _batches([text[:LONGEST_TEXT] for text in texts]):
            await self._meter.demand(scope)
            answer: dict[str, Any] = await self._retrying(patience)(self._ask, some)
            await self._meter.spend(scope, self.model, _tokens(answer, some))
            vectors += self._vectors(answer, len(some))
        return vectors

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    def _retrying(self, patience: float) -> AsyncRetrying:
        return AsyncRetrying(
            sleep=asyncio.sleep,
            retry=retry_if_exception_type(Transient),
            wait=_Wait(multiplier=0.2, max=20, jitter=0.2),
            stop=lambda state: (
                state.attempt_number >= _ATTEMPTS
                or (state.seconds_since_start or 0) + state.upcoming_sleep > patience
            ),
            reraise=True,
        )

    async def _ask(self, texts: list[str]) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._place.model,
            "input": texts,
            "encoding_format": "base64",
        }
        if self._place.asks_dimension:
            body["dimensions"] = self._place.dimension
        await self._limiter.acquire()
        try:
            answer = await self._http.post("/embeddings", json=body)
        except (httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
            raise _misplaced("its address is no http(s) URL") from error
        except httpx2.RequestError as error:
            raise Transient("the embedder does not answer") from error
        if not answer.is_success:
            raise _refusal(answer)
        return _content(answer)

    def _vectors(self, answer: dict[str, Any], count: int) -> list[array[float]]:
        try:
            data = sorted(answer["data"], key=lambda each: each["index"])
            vectors = [_unit(_numbers(each["embedding"])) for each in data]
        except (KeyError, TypeError, ValueError, binascii.Error) as error:
            raise Transient("the embedder's answer holds no vectors") from error
        if len(vectors) != count:
            raise Transient(f"the embedder answered {len(vectors)} vectors for {count} texts")
        lengths = {len(each) for each in vectors} - {self.dimension}
        if lengths:
            raise ConfigError(
                f"vectors of {self._place.model} have {min(lengths)} numbers, not {self.dimension}",
                field="LIFTOS_EMBEDDER_DIMENSION",
                mend=f"set it to {min(lengths)}; documents are then embedded anew",
            )
        return vectors


class _Wait(wait_exponential_jitter):
    def __call__(self, retry_state: RetryCallState) -> float:
        error = retry_state.outcome.exception() if retry_state.outcome else None
        asked = error.retry_after_seconds if isinstance(error, Transient) else None
        return super().__call__(retry_state) if asked is None else asked


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    some: list[str] = []
    characters = 0
    for text in texts:
        if some and (len(some) == _TEXTS or characters + len(text) > _CHARACTERS):
            yield some
            some, characters = [], 0
        some.append(text)
        characters += len(text)
    if some:
        yield some


def _content(answer: httpx2.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except ValueError as error:
        raise Transient("the embedder's answer is no JSON") from error
    return content if isinstance(content, dict) else {}


def _tokens(answer: dict[str, Any], texts: Sequence[str]) -> int:
    """As told; where nothing is told, about four characters make a token."""
    usage = answer.get("usage")
    told = usage.get("total_tokens") if isinstance(usage, dict) else None
    return told if isinstance(told, int) else sum(map(len, texts)) // 4 + len(texts)


def _numbers(embedding: str | list[float]) -> array[float]:
    if not isinstance(embedding, str):
        return array("f", embedding)
    numbers = array("f", base64.b64decode(embedding, validate=True))
    if byteorder == "big":
        numbers.byteswap()
    return numbers


def _unit(numbers: array[float]) -> array[float]:
    length = math.hypot(*numbers)
    if not 0 < length < math.inf:
        raise ValueError("a vector without a direction")
    return array("f", (x / length for x in numbers))


def _refusal(answer: httpx2.Response) -> LiftosError:
    """Without the endpoint's own words, which may repeat the key or the text."""
    status = answer.status_code
    if status in {401, 403} or (status == _TOO_MANY and "insufficient_quota" in answer.text):
        return ConfigError(
            f"the embedder refused the key with status {status}",
            field="LIFTOS_EMBEDDER_KEY",
            mend="give one that is valid and whose account has credit",
        )
    if status == _TOO_MANY or status >= _SERVER_ERROR or status == httpx2.codes.REQUEST_TIMEOUT:
        asked = answer.headers.get("retry-after", "")
        wait = float(asked) if asked.replace(".", "", 1).isdigit() else None
        return Transient(f"the embedder answered {status}", retry_after_seconds=wait)
    return _misplaced(f"it answered {status}")


def _misplaced(what: str) -> ConfigError:
    return ConfigError(
        f"the embedder cannot be used: {what}",
        field="LIFTOS_EMBEDDER_URL",
        mend="check LIFTOS_EMBEDDER_URL, to which /embeddings is added, LIFTOS_EMBEDDER_MODEL and "
        "LIFTOS_EMBEDDER_DIMENSION",
    )
