"""Dead letters: runs that ended badly and wait for somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.errors import ErrorKind
from core.records.runs import RunRecord


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A run that is FAILED or PARKED. `last_message` is what its log ends with.

    The three last are None unless somebody laid it aside since it ended.
    """

    run: RunRecord
    last_message: str
    dismissed_at: datetime | None = None
    dismissed_by: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class DeadLetterFilter:
    """Which dead letters; empty means no restriction. A parked run counts as of kind BUG."""

    connections: tuple[UUID, ...] = ()
    kinds: tuple[ErrorKind, ...] = ()
    codes: tuple[str, ...] = ()
    is_dismissed: bool = False


@dataclass(frozen=True, slots=True)
class DeadLetterChoice:
    """Dead letters to act on: runs named by `ids`, or all that `where` lets through.

    More than `maximum` are refused as a whole.
    """

    maximum: int
    ids: tuple[UUID, ...] = ()
    where: DeadLetterFilter | None = None
