"""What a worker needs to do the work of a run that it has claimed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from core.records.runs import Receipt, RunRecord
from core.scope import TenantScope
from core.settings import Settings
from stores.postgres.run_work import Claimed
from stores.wiring import Stores
from stores.work import WorkStores


class GaveWay(Exception):
    """The run gives its place up to another, as its log says."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A run in hand. `gives_way` asks whether it should make room for another run now."""

    stores: Stores
    work: WorkStores
    settings: Settings
    scope: TenantScope
    claimed: Claimed
    gives_way: Callable[[], Awaitable[bool]]

    @property
    def run(self) -> RunRecord:
        """The run as it stood when it was claimed."""
        return self.claimed.run


Work: TypeAlias = Callable[[Assignment], Awaitable[Receipt]]
"""Does a run to its end, from its checkpoint on; may raise GaveWay where it can be taken up."""
