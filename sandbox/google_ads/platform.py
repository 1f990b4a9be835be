"""Google Ads as a platform of the sandbox: routes, answers and errors on the wire."""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Final
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.answers import json_answer
from sandbox.fault_middleware import CONTROL_PREFIX, FAULT_KEY
from sandbox.faults import Fault
from sandbox.google_ads import counting, errors
from sandbox.google_ads.consent import Consent
from sandbox.google_ads.errors import AdsError
from sandbox.google_ads.gaql import parsed
from sandbox.google_ads.search import batches
from sandbox.google_ads.tokens import OAuthError, Tokens, may_read
from sandbox.platform import Sandbox, TruthQuery
from sandbox.truth import truth
from sandbox.world.maturity import LATE_DAYS, Restatement
from sandbox.world.records import Account, Level

CURRENT: Final = 26
OLDEST: Final = 23
_HOUR: Final = 3_600
_LATE_DAYS: Final = 30
_CALLS_PER_HOUR: Final = 15_000


class GoogleAdsPlatform:
    """The Google Ads API over the shared world."""

    name = "google_ads"

    def __init__(self, sandbox: Sandbox) -> None:
        """Serve this sandbox's world."""
        self._sandbox = sandbox
        self._accounts = sandbox.world.accounts_on(self.name)
        self._tokens = Tokens(sandbox.clock, self._accounts, sandbox.settings.seed)
        self._consent = Consent(self._accounts)
        self._calls: defaultdict[int, deque[float]] = defaultdict(deque)
        self._requests = count(1)

    def routes(self) -> Sequence[BaseRoute]:
        """The stream, the token endpoint, and the key of the service account."""
        search = "/v{version:int}/customers/{customer}/googleAds:searchStream"
        key = f"{CONTROL_PREFIX}/google_ads/service_account"
        return [
            Route(search, self._search, methods=["POST"]),
            Route("/token", self._token, methods=["POST"]),
            Route("/o/oauth2/v2/auth", self._consent.page, methods=["GET", "POST"]),
            Route("/v{version:int}/customers:listAccessibleCustomers", self._customers),
            Route(key, self._service_account),
        ]

    def account_number(self, external_id: str) -> int | None:
        """The world's number for `1002002001`, if there is such an account."""
        number = int(external_id) if external_id.isdecimal() else None
        return number if number in self._accounts else None

    def entity_id(self, account: int, level: str, position: int) -> str:
        """The id by which reports name an entity."""
        if level == Level.ACCOUNT:
            return str(account)
        return str(self._sandbox.world.plan(account).entities(Level(level))[position].number)

    def truth(self, query: TruthQuery) -> dict[str, object]:
        """The exact figures of an account, as known now."""
        return truth(self._sandbox, self, query)

    def restatement(self) -> Restatement:
        """Conversions arrive over 30 days."""
        found = self._sandbox.faults.settings.restatement
        return replace(found, pace=found.pace * (LATE_DAYS - 1) / (_LATE_DAYS - 1))

    def figures(self, values: list[int], account: Account) -> dict[str, str | int]:
        """Figures with Google's fractional conversions."""
        return counting.figures(values, account)

    def forget_usage(self) -> None:
        """Give every quota back."""
        self._calls.clear()

    async def _service_account(self, request: Request) -> Response:
        return json_answer(self._tokens.service_account(_token_url(request)))

    async def _token(self, request: Request) -> Response:
        if request.scope.get(FAULT_KEY) is Fault.TRANSIENT:
            return json_answer({"error": "internal_failure"}, 500)
        form = dict(parse_qsl((await request.body()).decode()))
        try:
            if form.get("grant_type") == "authorization_code":
                code = self._consent.taken(form)
                return json_answer(self._tokens.consented(form, code.user, code.scope))
            return json_answer(self._tokens.granted(form, _token_url(request)))
        except OAuthError as error:
            return json_answer(error.body(), error.status)

    async def _customers(self, request: Request) -> Response:
        """Accounts that a user reaches without a manager's help."""
        user = self._tokens.user(request.headers.get("authorization", "").removeprefix("Bearer "))
        if user is None:
            error = errors.unauthenticated()
            return json_answer(error.body("sandbox", CURRENT), error.http)
        mine = [
            number
            for number, account in self._accounts.items()
            if may_read(user, account, self._accounts, "")
        ]
        return json_answer({"resourceNames": [f"customers/{number}" for number in mine]})

    async def _search(self, request: Request) -> Response:
        request_id, version = f"sandbox-{next(self._requests)}", request.path_params["version"]
        headers = {"request-id": request_id}
        try:
            account = self._entered(request)
            query = parsed(await _query_text(request))
            found = batches(self._sandbox, account, query, self.restatement(), request_id)
        except AdsError as error:
            return json_answer([error.body(request_id, version)], error.http, headers)
        return json_answer(found, headers=headers)

    def _entered(self, request: Request) -> Account:
        """The account of the call, once version, token, permission and quota allow."""
        _check_version(request.path_params["version"])
        user = self._tokens.user(request.headers.get("authorization", "").removeprefix("Bearer "))
        if user is None:
            raise errors.unauthenticated()
        fault = errors.from_fault(request.scope.get(FAULT_KEY, Fault.NONE))
        if fault is not None:
            raise fault
        account = self._account(request.path_params["customer"])
        login = request.headers.get("login-customer-id", "")
        if account is None or not may_read(user, account, self._accounts, login):
            raise errors.permission_denied()
        self._count(account)
        return account

    def _account(self, customer: str) -> Account | None:
        if not (customer.isascii() and customer.isdecimal()):
            raise errors.invalid_customer(customer)
        return self._accounts.get(int(customer))

    def _count(self, account: Account) -> None:
        budget = self._sandbox.limits.calls_per_hour
        calls, now = self._calls[account.number], self._sandbox.clock.ticks()
        while calls and calls[0] <= now - _HOUR:
            calls.popleft()
        if len(calls) >= (_CALLS_PER_HOUR if budget is None else budget):
            wait = round(calls[0] + _HOUR - now) if calls else _HOUR
            raise errors.exhausted(Fault.ACCOUNT_LIMIT, wait)
        calls.append(now)


def _check_version(version: int) -> None:
    if version > CURRENT:
        message = "The requested URL was not found on this server."
        raise AdsError(404, "NOT_FOUND", None, "", message)
    if version < OLDEST:
        raise errors.unsupported_version()


async def _query_text(request: Request) -> str:
    try:
        sent = orjson.loads(await request.body())
        return str(sent["query"])
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise errors.query_error("QUERY_ERROR", "The request has no query.") from error


def _token_url(request: Request) -> str:
    return f"{str(request.base_url).rstrip('/')}/token"


PLATFORM = GoogleAdsPlatform
