"""What stands before every answer: version, token, faults, quotas; and the headers of it all."""

from dataclasses import dataclass

from sandbox.faults import Fault
from sandbox.meta import errors, tokens, usage, versions
from sandbox.meta.call import Call
from sandbox.meta.login import Login
from sandbox.platform import Sandbox
from sandbox.world.records import Account
from sandbox.world.world import local_today

INSIGHTS = "ads_insights"
MANAGEMENT = "ads_management"
_BASE_CALLS = 600
_CALLS_PER_AD = 400


@dataclass(frozen=True, slots=True)
class Pass:
    """Leave to read an account: which one, and as what kind of call it counts."""

    account: Account
    kind: str


class Gate:
    """Lets calls through, or raises the error with which they are answered."""

    def __init__(self, sandbox: Sandbox) -> None:
        """Guard this sandbox."""
        self._sandbox = sandbox
        self.usage = usage.Usage(sandbox.clock)
        self.login = Login(sandbox)

    def accounts(self, call: Call, fault: Fault, kind: str) -> tuple[Account, ...]:
        """The accounts the caller may read, once version, token and chance allow."""
        versions.check(call.version)
        accounts = self._sandbox.world.accounts_on("meta").values()
        found = self.login.readable(call.token or "", accounts)
        if found is None:
            found = tokens.readable(call.token, accounts)
        proof = call.params.get("appsecret_proof")
        tokens.check_proof(call.token or "", proof, self._sandbox.settings)
        if (error := errors.from_fault(fault, kind)) is not None:
            raise error
        return found

    def account(
        self,
        number: int,
        kind: str,
        readable: tuple[Account, ...],
    ) -> Pass:
        """Leave to read one account."""
        account = self._sandbox.world.accounts[number]
        if account not in readable:
            raise errors.missing_permission()
        return Pass(account, kind)

    def count(self, granted: Pass) -> None:
        """Count the call, or refuse it because a quota is spent; refused calls do not count."""
        own, app = self._meters(granted)
        if own.is_spent:
            raise errors.account_limit(granted.kind)
        if app.is_spent:
            raise errors.app_limit()
        self.usage.record(str(granted.account.number), granted.kind)

    def headers(self, call: Call, granted: Pass | None, trace_id: str) -> dict[str, str]:
        """The headers of an answer; usage is only told of accounts that may be read."""
        common = {"x-fb-trace-id": trace_id, **versions.headers(call.version)}
        if granted is None:
            return common
        number = str(granted.account.number)
        return common | usage.headers(number, granted.kind, *self._meters(granted))

    def _meters(self, granted: Pass) -> tuple[usage.Meter, usage.Meter]:
        limits = self._sandbox.limits
        number = granted.account.number
        budget = limits.calls_per_hour
        if budget is None:
            budget = _BASE_CALLS + _CALLS_PER_AD * self._active_ads(number)
        own = self.usage.account(str(number), granted.kind, budget)
        return own, self.usage.app(limits.app_calls_per_hour)

    def _active_ads(self, number: int) -> int:
        plan = self._sandbox.world.plan(number)
        today = local_today(plan.account, self._sandbox.clock.now())
        return sum(plan.campaigns[at].is_on(today) for at in plan.campaign_at)
