"""TikTok's Business API as a platform of the sandbox: routes, tokens, answers and errors.

| token                           | reads                       |
|---------------------------------|-----------------------------|
| `sandbox-tiktok-<advertiser>`   | the one that it belongs to  |
| `sandbox-tiktok-agency`         | every advertiser            |
| `sandbox-tiktok-no-permission`  | nothing: 40001              |
| anything else                   | nothing: 40105              |
"""

import json
from collections.abc import Callable, Sequence
from itertools import count
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.answers import json_answer
from sandbox.fault_middleware import FAULT_KEY
from sandbox.faults import Fault
from sandbox.figures import default_figures
from sandbox.platform import Sandbox, TruthQuery
from sandbox.tiktok_ads import errors, report
from sandbox.tiktok_ads.errors import TikTokError
from sandbox.truth import truth
from sandbox.world.maturity import Restatement
from sandbox.world.records import Account, Level

VERSION: Final = "v1.3"
_TOKEN: Final = "sandbox-tiktok-"  # noqa: S105 -- what stand-in tokens begin with
_AGENCY: Final = "agency"
_NO_PERMISSION: Final = "no-permission"

_Endpoint = Callable[[Request], dict[str, object]]


class TikTokAdsPlatform:
    """Reports and advertisers over the shared world."""

    name = "tiktok_ads"

    def __init__(self, sandbox: Sandbox) -> None:
        """Serve this sandbox's world."""
        self._sandbox = sandbox
        self._advertisers = {
            report.advertiser_id(account): account
            for account in sandbox.world.accounts_on(self.name).values()
        }
        self._requests = count(1)

    def routes(self) -> Sequence[BaseRoute]:
        """The report and the advertisers' facts."""
        endpoints: dict[str, _Endpoint] = {
            "report/integrated/get": self._report,
            "advertiser/info": self._info,
        }
        return [
            Route(f"/open_api/{VERSION}/{path}/", self._serving(answer))
            for path, answer in endpoints.items()
        ]

    def account_number(self, external_id: str) -> int | None:
        """The world's number for an advertiser's id, if there is such an account."""
        found = self._advertisers.get(external_id)
        return found.number if found else None

    def entity_id(self, account: int, level: str, position: int) -> str:
        """The id by which reports name an entity."""
        return report.entity_id(self._sandbox.world.plan(account), Level(level), position)

    def restatement(self) -> Restatement:
        """Conversions arrive over the 28 days that the world has by itself."""
        return self._sandbox.faults.settings.restatement

    def figures(self, values: list[int], account: Account) -> dict[str, str | int]:
        """Figures under the default attribution."""
        return default_figures(values, account)

    def truth(self, query: TruthQuery) -> dict[str, object]:
        """The exact figures of an account, as known now."""
        return truth(self._sandbox, self, query)

    def forget_usage(self) -> None:
        """No quota is counted: faults stand in for it."""

    def _serving(self, answer: _Endpoint) -> Callable[[Request], Response]:
        def serve(request: Request) -> Response:
            fault = errors.from_fault(request.scope.get(FAULT_KEY, Fault.NONE))
            try:
                if fault is not None:
                    raise fault
                return self._enveloped(0, "OK", answer(request))
            except TikTokError as error:
                return self._enveloped(error.code, error.message, {})

        return serve

    def _enveloped(self, code: int, message: str, data: dict[str, object]) -> Response:
        request_id = f"{next(self._requests):032d}"
        return json_answer(
            {"code": code, "message": message, "request_id": request_id, "data": data}
        )

    def _report(self, request: Request) -> dict[str, object]:
        account = self._entered(request, request.query_params.get("advertiser_id", ""))
        query = report.query_of(dict(request.query_params))
        return report.page(self._sandbox, account, query, self.restatement())

    def _info(self, request: Request) -> dict[str, object]:
        try:
            ids = json.loads(request.query_params["advertiser_ids"])
        except (KeyError, json.JSONDecodeError) as error:
            raise errors.invalid("advertiser_ids: a JSON array is required") from error
        return {"list": [_facts(self._entered(request, str(each))) for each in ids]}

    def _entered(self, request: Request, advertiser: str) -> Account:
        """The advertiser's account, once the token allows it."""
        token = request.headers.get("access-token", "")
        whose = token.removeprefix(_TOKEN)
        known = {*self._advertisers, _AGENCY, _NO_PERMISSION}
        if not token.startswith(_TOKEN) or whose not in known:
            raise errors.invalid_token()
        account = self._advertisers.get(advertiser)
        if account is None or whose not in {advertiser, _AGENCY}:
            raise errors.no_permission()
        return account


def _facts(account: Account) -> dict[str, object]:
    return {
        "advertiser_id": report.advertiser_id(account),
        "name": account.name,
        "currency": account.currency,
        "timezone": account.zone,
        "display_timezone": account.zone,
        "status": "STATUS_ENABLE",
    }


PLATFORM = TikTokAdsPlatform
