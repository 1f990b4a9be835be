"""Meta as a platform of the sandbox: routes, answers and errors on the wire."""

import base64
from collections.abc import Sequence
from itertools import count

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.answers import json_answer
from sandbox.fault_middleware import FAULT_KEY
from sandbox.faults import Fault
from sandbox.figures import default_figures
from sandbox.meta import ids
from sandbox.meta.call import Call, read_call
from sandbox.meta.endpoints import Endpoints
from sandbox.meta.errors import GraphError
from sandbox.meta.gate import Gate
from sandbox.meta.reports import Reports
from sandbox.platform import Sandbox, TruthQuery
from sandbox.truth import truth
from sandbox.world.hashing import key_of
from sandbox.world.maturity import Restatement
from sandbox.world.records import Account, Level

_VERSION = "/v{major:int}.{minor:int}"
_UNAUTHENTICATED = frozenset({102, 104, 190})


class MetaPlatform:
    """The Marketing API over the shared world."""

    name = "meta"

    def __init__(self, sandbox: Sandbox) -> None:
        """Serve this sandbox's world."""
        self._sandbox = sandbox
        self._gate = Gate(sandbox)
        self._reports = Reports(sandbox.clock)
        self._requests = count(1)

    def routes(self) -> Sequence[BaseRoute]:
        """Objects and their edges, with and without a closing slash."""
        paths = (f"{_VERSION}/{{node}}", f"{_VERSION}/{{node}}/{{edge}}")
        return self._gate.login.routes() + [
            Route(path + slash, self._serve, methods=["GET", "POST"])
            for path in paths
            for slash in ("", "/")
        ]

    def account_number(self, external_id: str) -> int | None:
        """The world's number for `act_1001` or `1001`, if there is such an account."""
        number = ids.account_number(external_id)
        return number if number in self._sandbox.world.accounts_on(self.name) else None

    def entity_id(self, account: int, level: str, position: int) -> str:
        """The id by which reports name an entity; accounts carry their prefix."""
        if level == Level.ACCOUNT:
            return f"act_{account}"
        return ids.id_at(self._sandbox.world.plan(account), Level(level), position)

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
        """Give every quota back."""
        self._gate.usage.forget()

    async def _serve(self, request: Request) -> Response:
        trace_id = self._trace_id()
        try:
            call = await read_call(request)
        except GraphError as error:
            return json_answer(error.body(trace_id), error.status)
        return self._answer(call, request.scope.get(FAULT_KEY, Fault.NONE), trace_id)

    def _answer(self, call: Call, fault: Fault, trace_id: str) -> Response:
        endpoints = Endpoints(self._sandbox, self._gate, self._reports, call)
        try:
            content, status = endpoints.answer(fault), 200
        except GraphError as error:
            content, status = error.body(trace_id), error.status
            headers = self._gate.headers(call, endpoints.granted, trace_id) | _challenge(error)
        else:
            headers = self._gate.headers(call, endpoints.granted, trace_id)
        return json_answer(content, status, headers)

    def _trace_id(self) -> str:
        key = key_of(self._sandbox.settings.seed, "trace", next(self._requests))
        return "A" + base64.urlsafe_b64encode(key.to_bytes(8, "big")).decode().rstrip("=")


def _challenge(error: GraphError) -> dict[str, str]:
    """What the Graph API adds where authentication failed."""
    if error.code not in _UNAUTHENTICATED:
        return {}
    return {"WWW-Authenticate": f'OAuth "Facebook Platform" "invalid_token" "{error.message}"'}


PLATFORM = MetaPlatform
