"""What a platform has to offer to be part of the sandbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from starlette.routing import BaseRoute

from sandbox.clock import Clock
from sandbox.faults import FaultSwitch
from sandbox.settings import Limits, SandboxSettings
from sandbox.world.maturity import Restatement
from sandbox.world.records import Account
from sandbox.world.world import World


@dataclass(slots=True)
class Sandbox:
    """The parts that all platforms of one app share; `limits` may be changed while it runs."""

    settings: SandboxSettings
    world: World
    clock: Clock
    faults: FaultSwitch
    limits: Limits


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

    def restatement(self) -> Restatement:
        """How its past days change."""

    def figures(self, values: list[int], account: Account) -> dict[str, str | int]:
        """The columns of a row of the world as figures, counted as this platform counts."""

    def forget_usage(self) -> None:
        """Give every quota back."""


def new_sandbox(settings: SandboxSettings) -> Sandbox:
    """A fresh world with its clock and faults."""
    return Sandbox(
        settings=settings,
        world=World(settings.seed, settings.accounts),
        clock=Clock(settings.now),
        faults=FaultSwitch(settings.faults),
        limits=settings.limits,
    )
