"""Outbound HTTP for every API source: pace, retries, whole answers, no secrets.

Secrets are added to a request beneath everything that logs, describes or keeps it, and are
taken out of a response before anything reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import httpx2
import orjson
from aiolimiter import AsyncLimiter

from connectors.notices import post, retirement
from connectors.redaction import Redactor
from connectors.retry import Clock, Patience, retrying
from core.errors import ConfigError, LiftosError, Transient
from core.jsonvalue import JSONObject, JSONValue
from core.records.credentials import Notice
from core.tasks import through


@dataclass(frozen=True, slots=True)
class Credentials:
    """What authorises a request, all of it secret: headers, query parameters, a form's fields.

    A form is the whole body of the request: it is for token endpoints.
    """

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request without credentials; `content` is sent as JSON when it is not None."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    content: JSONValue = None

    def description(self) -> dict[str, JSONValue]:
        """What is kept of the request beside its answer."""
        body: JSONObject = {} if self.content is None else {"content": self.content}
        return {"method": self.method, "path": self.path, "params": dict(self.params), **body}


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A whole answer. `content` is the parsed body, None when the body is not JSON.

    `headers` is case-insensitive. `body` is verbatim after transfer and content decoding, but
    for the values of secrets.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    content: JSONValue

    @property
    def media_type(self) -> str:
        """The type of the body without its parameters."""
        return self.headers.get("content-type", "application/json").partition(";")[0].strip()


def _no_notices(_: HttpResponse) -> tuple[Notice, ...]:
    return ()


def _no_pause(_: HttpResponse) -> float:
    return 0.0


@dataclass(frozen=True, slots=True)
class HttpRules:
    """How one source is to be treated.

    `judge` turns a refusal into the error it means, None when it is no refusal; `pause` reads
    usage headers and says how many seconds to leave before the next request.
    `notices` reads what the source announces in headers of its own; the standard ones are read
    of every source.
    `requests_per_second` holds for the one account that a client serves. `answers_secrets`: what
    the source gives when it does not refuse is read as it came, and must not be kept.
    """

    judge: Callable[[HttpResponse], LiftosError | None]
    pause: Callable[[HttpResponse], float] = _no_pause
    notices: Callable[[HttpResponse], Iterable[Notice]] = _no_notices
    requests_per_second: float = 10.0
    timeout_seconds: float = 120.0
    patience: Patience = field(default_factory=Patience)
    answers_secrets: bool = False


class HttpClient:
    """Sends the requests of one account. Owns its connections: `aclose` lets go of them."""

    def __init__(
        self,
        base_url: str,
        rules: HttpRules,
        credentials: Credentials,
        *,
        clock: Clock | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._rules = rules
        self._clock = clock or Clock()
        self._redactor = Redactor(credentials.secrets)
        self._limiter = AsyncLimiter(rules.requests_per_second, 1)
        self._not_before = self._clock.now()
        self._sealing = _Sealing(transport or httpx2.AsyncHTTPTransport(), credentials)
        self._client = httpx2.AsyncClient(
            base_url=base_url, timeout=rules.timeout_seconds, transport=self._sealing
        )

    def authorise(self, credentials: Credentials) -> None:
        """Send requests with other credentials from now on; the former ones stay secret."""
        self._sealing.credentials = credentials
        secrets = dict.fromkeys((*self._redactor.secrets, *credentials.secrets))
        self._redactor = Redactor(tuple(secrets))

    async def send(self, request: HttpRequest) -> HttpResponse:
        """The answer to `request`, in JSON, after as many attempts as the rules allow.

        Raises what the rules' `judge` found, Transient when the source could not be reached or
        its answer did not arrive whole, ConfigError when its address cannot be used.
        """
        return await retrying(self._rules.patience, self._clock)(self._attempt, request)

    def describe(self, request: HttpRequest) -> JSONObject:
        """The request as it may be kept and shown."""
        return self._redactor.mapping(request.description())

    async def aclose(self) -> None:
        """Close all connections, also those that are left when the caller is cancelled."""
        await through(self._client.aclose())

    async def _attempt(self, request: HttpRequest) -> HttpResponse:
        await self._await_turn()
        response = await self._exchange(request)
        self._not_before = self._clock.now() + self._rules.pause(response)
        for notice in (retirement(response.headers), *self._rules.notices(response)):
            if notice is not None:
                post(notice)
        refusal = self._rules.judge(response)
        if refusal is not None:
            raise refusal
        if response.content is None:
            raise Transient("the answer is not whole JSON: it was cut off on its way")
        return response

    async def _await_turn(self) -> None:
        pause = self._not_before - self._clock.now()
        if pause > self._rules.patience.total_wait_seconds:
            raise Transient(
                "the source's quota is used up for now",
                mend="it is tried again when the quota has recovered",
                retry_after_seconds=pause,
            )
        if pause > 0:
            await self._clock.sleep(pause)
        await self._limiter.acquire()

    async def _exchange(self, request: HttpRequest) -> HttpResponse:
        try:
            response = await self._client.request(
                request.method,
                request.path,
                params=dict(request.params),
                content=None if request.content is None else orjson.dumps(request.content),
                headers={} if request.content is None else {"content-type": "application/json"},
            )
        except (httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
            raise ConfigError("the source's base address is not an http(s) URL") from error
        except httpx2.TimeoutException as error:
            raise Transient(f"no answer within {self._rules.timeout_seconds:g} s") from error
        except httpx2.RequestError as error:
            reason = self._redactor.text(str(error) or type(error).__name__)
            raise Transient(f"the connection failed: {reason}") from error
        return self._whole(response)

    def _whole(self, response: httpx2.Response) -> HttpResponse:
        if _is_short(response):
            raise Transient("the answer is shorter than announced: it was cut off on its way")
        is_secret = self._rules.answers_secrets and response.is_success
        body = response.content if is_secret else self._redactor.body(response.content)
        return HttpResponse(response.status_code, response.headers, body, _parsed(body))


class _Sealing(httpx2.AsyncBaseTransport):
    """Adds credentials to a copy of each request, so that nothing above ever holds them."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, credentials: Credentials) -> None:
        self._inner = inner
        self.credentials = credentials

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        given = self.credentials
        url = request.url.copy_merge_params(dict(given.params))
        headers = {**request.headers, **given.headers}
        if given.form:
            headers.pop("content-length", None)
            sealed = httpx2.Request(
                request.method, url, headers=headers, data=dict(given.form),
                extensions=request.extensions,
            )  # fmt: skip
        else:
            sealed = httpx2.Request(
                request.method, url, headers=headers, stream=request.stream,
                extensions=request.extensions,
            )  # fmt: skip
        return await self._inner.handle_async_request(sealed)

    async def aclose(self) -> None:
        await self._inner.aclose()


def _is_short(response: httpx2.Response) -> bool:
    """Whether fewer bytes came than announced; of an encoded body the decoder notices."""
    announced = response.headers.get("content-length")
    is_plain = "content-encoding" not in response.headers
    return is_plain and announced is not None and announced != str(len(response.content))


def _parsed(body: bytes) -> JSONValue:
    try:
        parsed: JSONValue = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return parsed
