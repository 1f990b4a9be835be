"""What can be made to go wrong, and the decision whether it does for a request."""

from collections import deque
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from sandbox.world.hashing import key_of
from sandbox.world.maturity import Restatement


class Fault(StrEnum):
    """One way in which a request can fail.

    The first group is the same on every platform; the second is put into words by the platform
    that was asked.
    """

    NONE = "none"
    SERVER_ERROR = "server_error"
    OUTAGE = "outage"
    TRUNCATED = "truncated"
    RESET = "reset"

    ACCOUNT_LIMIT = "account_limit"
    APP_LIMIT = "app_limit"
    USER_LIMIT = "user_limit"
    DAILY_LIMIT = "daily_limit"
    EXPIRED_TOKEN = "expired_token"  # noqa: S105 -- the name of a fault
    TRANSIENT = "transient"
    TOO_MUCH_DATA = "too_much_data"


TRANSPORT_FAULTS: Final = frozenset(
    {Fault.SERVER_ERROR, Fault.OUTAGE, Fault.TRUNCATED, Fault.RESET},
)
_LIMITS: Final = (Fault.ACCOUNT_LIMIT, Fault.APP_LIMIT, Fault.USER_LIMIT)


@dataclass(frozen=True, slots=True)
class FaultSettings:
    """How often what goes wrong; probabilities are per request, between 0 and 1.

    `report_failure` is per report run. With `retires_in_days` every answer says in `Sunset` and
    `Deprecation` that the API is served no longer than that. `missing_rows` is the share of rows
    that reports below the level of the account leave out, while the account's own totals still
    count them. `next` lists faults for the next requests, one each, in order, before chance
    decides again.
    """

    seed: int = 0
    rate_limited: float = 0.0
    server_error: float = 0.0
    truncated: float = 0.0
    reset: float = 0.0
    transient: float = 0.0
    report_failure: float = 0.0
    latency_min_ms: float = 0.0
    latency_max_ms: float = 0.0
    outage: bool = False
    retires_in_days: float = 0.0
    restatement_pace: float = 1.0
    vanishing: bool = True
    missing_rows: float = 0.0
    next: tuple[Fault, ...] = ()

    @property
    def restatement(self) -> Restatement:
        """How the world's past is to behave."""
        return Restatement(self.restatement_pace, self.vanishing)


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to one request."""

    fault: Fault
    latency_seconds: float


@dataclass(slots=True)
class FaultSwitch:
    """Decides, from the seed and a counter of requests, what goes wrong; owned by one app."""

    settings: FaultSettings
    _requests: int = 0
    _reports: int = 0
    _next: deque[Fault] = field(default_factory=deque)

    def __post_init__(self) -> None:
        """Queue the faults that were asked for."""
        self._next.extend(self.settings.next)

    def change(self, settings: FaultSettings) -> None:
        """Use other settings from now on; what was queued before stays queued."""
        self._next.extend(settings.next)
        self.settings = replace(settings, next=())

    def reset(self) -> None:
        """Back to a sandbox in which nothing goes wrong, counting from zero."""
        self._requests, self._reports = 0, 0
        self._next.clear()
        self.settings = FaultSettings()

    def decide(self) -> Decision:
        """The fate of the next request."""
        self._requests += 1
        spread = self.settings.latency_max_ms - self.settings.latency_min_ms
        latency = self.settings.latency_min_ms + max(spread, 0.0) * self._draw("latency")
        return Decision(self._fault(), latency / 1_000)

    def next_report_fails(self) -> bool:
        """Whether the report run that is being submitted will fail."""
        self._reports += 1
        draw = key_of(self.settings.seed, self._reports, "report") / 2.0**64
        return draw < self.settings.report_failure

    def _fault(self) -> Fault:
        if self._next:
            return self._next.popleft()
        if self.settings.outage:
            return Fault.OUTAGE
        chances = (
            (self.settings.reset, Fault.RESET),
            (self.settings.server_error, Fault.SERVER_ERROR),
            (self.settings.truncated, Fault.TRUNCATED),
            (self.settings.transient, Fault.TRANSIENT),
            (self.settings.rate_limited, self._limit()),
        )
        return next((what for chance, what in chances if self._draw(what) < chance), Fault.NONE)

    def _limit(self) -> Fault:
        return _LIMITS[int(self._draw("limit") * len(_LIMITS))]

    def _draw(self, name: str) -> float:
        return key_of(self.settings.seed, self._requests, name) / 2.0**64
