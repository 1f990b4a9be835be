"""The control endpoints under /_sandbox: health, clock, faults, limits and truth.

They are for the person or test who runs the sandbox and are not protected in any other way.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import Final, TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import json_answer
from sandbox.control_input import change_in, changed_faults, changed_limits, moment, names_of
from sandbox.faults import FaultSettings
from sandbox.platform import Platform, Sandbox, TruthQuery
from sandbox.settings import Limits
from sandbox.world.records import Level
from sandbox.world.world import local_today

_Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
_FAULT_NAMES: Final = names_of(FaultSettings) | {"clear"}
_LIMIT_NAMES: Final = names_of(Limits) | {"forget_usage"}
_CLOCK_NAMES: Final = frozenset({"now", "advance_days", "advance_hours", "reset"})


class Control:
    """Handlers that look into a running sandbox and change it."""

    def __init__(self, sandbox: Sandbox, platforms: Mapping[str, Platform]) -> None:
        """Control this sandbox and these platforms."""
        self._sandbox = sandbox
        self._platforms = platforms

    def routes(self) -> list[Route]:
        """The control endpoints."""
        return [
            Route("/_sandbox/health", _answering(self.health)),
            Route("/_sandbox/accounts", _answering(self.accounts)),
            Route("/_sandbox/clock", _answering(self.clock), methods=["GET", "POST"]),
            Route("/_sandbox/faults", _answering(self.faults), methods=["GET", "POST"]),
            Route("/_sandbox/limits", _answering(self.limits), methods=["GET", "POST"]),
            Route("/_sandbox/truth", _answering(self.truth)),
        ]

    async def health(self, _: Request) -> object:
        """Whether it runs, and what it offers."""
        return {
            "status": "ok",
            "seed": self._sandbox.settings.seed,
            "now": self._sandbox.clock.now().isoformat(),
            "platforms": sorted(self._platforms),
        }

    async def accounts(self, request: Request) -> object:
        """Every account with its currency, zone and date; those of one `platform` if named."""
        seen_at = self._sandbox.clock.observed_at()
        asked = request.query_params.get("platform")
        found = []
        for number, account in self._sandbox.world.accounts.items():
            platform = self._platforms[asked or account.platform]
            external_id = platform.entity_id(number, Level.ACCOUNT, 0)
            if platform.account_number(external_id) == number:
                found.append(
                    {
                        "platform": platform.name,
                        "id": external_id,
                        "name": account.name,
                        "currency": account.currency,
                        "timezone": account.zone,
                        "today": local_today(account, seen_at).isoformat(),
                    }
                )
        return found

    async def clock(self, request: Request) -> object:
        """Read, freeze (`now`), move (`advance_days`, `advance_hours`) or release (`reset`)."""
        clock, change = self._sandbox.clock, await change_in(request, _CLOCK_NAMES)
        if change.get("reset"):
            clock.follow_real_time()
        if "now" in change:
            clock.freeze(moment(change["now"]))
        days, hours = change.get("advance_days", 0), change.get("advance_hours", 0)
        if days or hours:
            clock.advance(timedelta(days=days, hours=hours))
        return {
            "now": clock.now().isoformat(),
            "observed_at": clock.observed_at().isoformat(),
            "frozen": clock.is_frozen,
        }

    async def faults(self, request: Request) -> object:
        """Read or change the faults; names that are left out keep their value."""
        switch, change = self._sandbox.faults, await change_in(request, _FAULT_NAMES)
        if change.pop("clear", False):
            switch.reset()
        if change:
            switch.change(changed_faults(switch.settings, change))
        return asdict(switch.settings)

    async def limits(self, request: Request) -> object:
        """Read or change the limits; every change also gives the used quota back."""
        change = await change_in(request, _LIMIT_NAMES)
        if change:
            change.pop("forget_usage", None)
            self._sandbox.limits = changed_limits(self._sandbox.limits, change)
            for platform in self._platforms.values():
                platform.forget_usage()
        return asdict(self._sandbox.limits)

    async def truth(self, request: Request) -> object:
        """The exact figures of an account, as known now."""
        params = request.query_params
        platform = self._platforms[params.get("platform", "meta")]
        number = platform.account_number(params["account"])
        if number is None:
            message = f"unknown account: {params['account']}"
            raise ValueError(message)
        query = TruthQuery(
            account=number,
            level=Level(params.get("level", Level.ACCOUNT)),
            since=date.fromisoformat(params["since"]),
            until=date.fromisoformat(params["until"]),
        )
        return platform.truth(query)


def _answering(handler: Callable[[Request], Awaitable[object]]) -> _Endpoint:
    """Turn an answer into JSON, and a mistake in the question into a 400."""

    async def endpoint(request: Request) -> Response:
        try:
            return json_answer(await handler(request))
        except (KeyError, ValueError, TypeError) as mistake:
            return json_answer({"error": f"{type(mistake).__name__}: {mistake}"}, status=400)

    return endpoint
