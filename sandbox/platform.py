"""What a platform has to offer to be part of the sandbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from starlette.routing import BaseRoute

from sandbox.clock import Clock
from sandbox.faults import FaultSwitch
from sandbox.settings import Limits, SandboxSettings
from sandbox.world.records import Account, Level
from sandbox.world.world import World


@dataclass(slots=True)
class Sandbox:
    """The parts that all platforms of one app share; `limits` may be changed while it runs."""

    settings: SandboxSettings
    world: World
    clock: Clock
    faults: FaultSwitch
    limits: Limits


@dataclass(frozen=True, slots=True)
class TruthQuery:
    """One account at one level between two dates, both included."""

    account: int
    level: Level
    since: date
    until: date


class Platform(Protocol):
    """One ad platform's wire protocol over the shared world."""

    @property
    def name(self) -> str:
        """How control calls refer to it."""

    def routes(self) -> Sequence[BaseRoute]:
        """Its endpoints."""

    def account_number(self, external_id: str) -> int | None:
        """The world's number for an account id as this platform writes it."""

    def entity_id(self, account: int, level: str, position: int) -> str:
        """The platform's id of an entity, given its position in the account's plan."""

    def truth(self, query: TruthQuery) -> dict[str, object]:
        """The exact figures of an account, as known at the sandbox's present moment."""

    def forget_usage(self) -> None:
        """Give every quota back."""


def new_sandbox(settings: SandboxSettings, accounts: tuple[Account, ...]) -> Sandbox:
    """A fresh world with its clock and faults."""
    return Sandbox(
        settings=settings,
        world=World(settings.seed, accounts),
        clock=Clock(settings.now),
        faults=FaultSwitch(settings.faults),
        limits=settings.limits,
    )
