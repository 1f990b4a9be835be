"""Rules of a tenant's own, of which every version is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class RuleRecord(Generic[R]):
    """One version of a rule, 1 the first. It is in force until `retired_at`; None: it still is.

    `created_at` is when the first version was added.
    """

    id: UUID
    rule: R
    created_at: datetime
    version: int = 1
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RulesAt:
    """Which versions: those in force at `as_of`, or now where that is None."""

    as_of: datetime | None = None
