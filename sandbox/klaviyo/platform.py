"""Klaviyo as a platform of the sandbox: routes, keys, quotas, answers and errors on the wire.

| key                        | reads                                      |
|----------------------------|--------------------------------------------|
| `pk_sandbox_<number>`      | the one account that it belongs to         |
| `pk_sandbox_expired`       | nothing: 401                               |
| `pk_sandbox_no_permission` | nothing: 403                               |
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.answers import json_answer
from sandbox.fault_middleware import FAULT_KEY
from sandbox.faults import Fault
from sandbox.klaviyo import errors, listings, reports
from sandbox.klaviyo.call import Call, check_revision, read_call
from sandbox.klaviyo.mail import klaviyo_id
from sandbox.klaviyo.quota import Quota
from sandbox.klaviyo.truth import klaviyo_truth
from sandbox.klaviyo.view import View
from sandbox.platform import Sandbox, TruthQuery
from sandbox.world.hashing import key_of
from sandbox.world.records import Level

_KEY: Final = "pk_sandbox_"
_NO_PERMISSION: Final = "pk_sandbox_no_permission"
_PAGE: Final = 100

_Answer = Callable[[View, Call, int], dict[str, object]]


class KlaviyoPlatform:
    """Klaviyo's API over the shared world: the shops of the ad accounts, under ids of its own."""

    name = "klaviyo"

    def __init__(self, sandbox: Sandbox) -> None:
        """Serve this sandbox's world."""
        self._sandbox = sandbox
        self._shops = sandbox.world.accounts_on("meta")
        self._quota = Quota(sandbox.clock)
        self._requests = count(1)

    def routes(self) -> Sequence[BaseRoute]:
        """Every endpoint, with and without a closing slash."""
        return [
            Route(f"/api/{endpoint}{slash}", self._serve, methods=[method])
            for method, endpoint in _ENDPOINTS
            for slash in ("", "/")
        ]

    def account_number(self, external_id: str) -> int | None:
        """The world's number for `SB1001`, if there is such an account."""
        digits = external_id.removeprefix("SB")
        number = int(digits) if digits.isascii() and digits.isdecimal() else None
        return number if number in self._shops else None

    def entity_id(self, account: int, level: str, position: int) -> str:
        """The account's own id; its messages are not entities of the shared plan."""
        if level != Level.ACCOUNT:
            return klaviyo_id(26, account, level, position)
        return listings.site_id(account)

    def forget_usage(self) -> None:
        """Give every quota back."""
        self._quota.forget()

    def truth(self, query: TruthQuery) -> dict[str, object]:
        """The exact figures of an account, as known now."""
        return klaviyo_truth(self._view(query.account), query)

    def _view(self, number: int) -> View:
        sandbox = self._sandbox
        account = sandbox.world.accounts[number]
        return View(
            sandbox.settings.seed,
            account,
            sandbox.clock.observed_at(),
            sandbox.faults.settings.restatement,
        )

    async def _serve(self, request: Request) -> Response:
        call, fault = await read_call(request), request.scope.get(FAULT_KEY, Fault.NONE)
        try:
            content, headers = self._answer(call, request.method, fault)
        except errors.ApiError as error:
            return json_answer(error.body(self._error_id()), error.status, _retry_after(error))
        return json_answer(content, headers=headers)

    def _answer(
        self, call: Call, method: str, fault: Fault
    ) -> tuple[dict[str, object], Mapping[str, str]]:
        revision = check_revision(call, self._sandbox.clock.now().date())
        number = self._permitted(call)
        if (error := errors.from_fault(fault)) is not None:
            raise error
        headers = self._quota.take(number, call.endpoint, self._sandbox.limits)
        content = _ENDPOINTS[method, call.endpoint](
            self._view(number), call, min(_PAGE, self._sandbox.limits.max_page)
        )
        return content, {**headers, "klaviyo-revision": revision}

    def _permitted(self, call: Call) -> int:
        if call.key == _NO_PERMISSION:
            raise errors.forbidden()
        digits = call.key.removeprefix(_KEY)
        if not (call.key.startswith(_KEY) and digits.isascii() and digits.isdecimal()):
            raise errors.unauthorized()
        if int(digits) not in self._shops:
            raise errors.unauthorized()
        return int(digits)

    def _error_id(self) -> str:
        key = key_of(self._sandbox.settings.seed, "error", next(self._requests))
        return str(UUID(int=key << 64 | key))


def _retry_after(error: errors.ApiError) -> dict[str, str]:
    return {} if error.retry_after is None else {"retry-after": str(error.retry_after)}


def _accounts(view: View, call: Call, _: int) -> dict[str, object]:
    rows, links = call.page([listings.account_object(view)], _PAGE, "page[cursor]")
    return {"data": rows, "links": links}


def _metrics(view: View, call: Call, size: int) -> dict[str, object]:
    rows, links = call.page(listings.metric_objects(view), size, "page[cursor]")
    return {"data": rows, "links": links}


def _campaigns(view: View, call: Call, size: int) -> dict[str, object]:
    rows, links = call.page(listings.campaign_objects(view, call), size, "page[cursor]")
    return {"data": rows, "links": links}


def _campaign_values(view: View, call: Call, size: int) -> dict[str, object]:
    rows, links = call.page(reports.campaign_values(view, call), size, "page_cursor")
    return _document("campaign-values-report", {"results": rows}, links)


def _flow_series(view: View, call: Call, size: int) -> dict[str, object]:
    results, days = reports.flow_series(view, call)
    rows, links = call.page(results, size, "page_cursor")
    return _document("flow-series-report", {"results": rows, "date_times": days}, links)


def _aggregates(view: View, call: Call, size: int) -> dict[str, object]:
    found, days = reports.aggregates(view, call)
    rows, links = call.page(found, max(size, 500), "page_cursor")
    return _document("metric-aggregate", {"dates": days, "data": rows}, links)


def _document(kind: str, attributes: dict[str, object], links: object) -> dict[str, object]:
    """A report; its id is new with every answer of the real one, and left the same here."""
    return {
        "data": {"type": kind, "id": str(UUID(int=0)), "attributes": attributes},
        "links": links,
    }


_ENDPOINTS: Final[Mapping[tuple[str, str], _Answer]] = {
    ("GET", "accounts"): _accounts,
    ("GET", "metrics"): _metrics,
    ("GET", "campaigns"): _campaigns,
    ("POST", "campaign-values-reports"): _campaign_values,
    ("POST", "flow-series-reports"): _flow_series,
    ("POST", "metric-aggregates"): _aggregates,
}


PLATFORM = KlaviyoPlatform
