"""What a source's records are expected to look like, and how they changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class DriftPolicy(StrEnum):
    """What becomes of records that are not as their stream's contract has them.

    EVOLVE: what can still be read goes in, the rest is refused. DISCARD_FIELD: a value of
    another type is left out. DISCARD_ROW: its record is refused. FREEZE: the run stops before
    the page goes in, until somebody accepts the change.
    """

    EVOLVE = "EVOLVE"
    DISCARD_FIELD = "DISCARD_FIELD"
    DISCARD_ROW = "DISCARD_ROW"
    FREEZE = "FREEZE"


class DriftKind(StrEnum):
    """How a field is not as expected. A new field is kept in the raw page and told, no more."""

    NEW_FIELD = "NEW_FIELD"
    CHANGED_TYPE = "CHANGED_TYPE"
    MISSING_FIELD = "MISSING_FIELD"


class DriftState(StrEnum):
    """Whether somebody has taken note."""

    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """A way in which a field is not as expected; `found` is a JSON type, never a value."""

    kind: DriftKind
    field: str
    found: str


@dataclass(frozen=True, slots=True)
class Drift:
    """A change as one page shows it, in how many of its records."""

    change: Change
    expected: str
    records: int


@dataclass(frozen=True, slots=True)
class StreamContract:
    """What records of one stream are held to.

    `fields`: by dotted path, the JSON types that it may have, such as `string` or
    `array|object`. `accepted` changes are no drift any more; `known` ones were told before.
    """

    fields: tuple[tuple[str, str], ...]
    required: tuple[str, ...]
    policy: DriftPolicy = DriftPolicy.EVOLVE
    accepted: tuple[Change, ...] = ()
    known: tuple[Change, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class SchemaChangeRecord:
    """A change of a stream of a connection, from when it was first seen.

    `records` counts those in which a type differed or a field was missing; of a new field, those
    of the page that showed it first. `policy` is what was in force when it was last seen.
    """

    id: UUID
    connection_id: UUID
    stream: str
    change: Change
    expected: str
    policy: DriftPolicy
    records: int
    state: DriftState
    first_seen_at: datetime
    last_seen_at: datetime
    first_run_id: UUID
    last_run_id: UUID
    accepted_at: datetime | None
    accepted_by: str | None


@dataclass(frozen=True, slots=True)
class StreamPolicy:
    """What is in force for one stream of a connection."""

    stream: str
    policy: DriftPolicy
    is_default: bool
