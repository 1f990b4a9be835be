"""Transformations: entries made anew from raw pages, and what that changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from core.jsonvalue import JSONObject
from core.units import DateRange

MAX_EXAMPLES = 20


class TransformationPart(StrEnum):
    """What of an entry a transformation may change.

    NUMBERS are its metrics and the labels that its source gives it, as the present code reads
    them from the raw page; QUALITY is which checks it passes.
    """

    CHANNELS = "CHANNELS"
    NUMBERS = "NUMBERS"
    QUALITY = "QUALITY"


class Names(StrEnum):
    """By which name of its campaign an entry goes after a transformation."""

    KEPT = "KEPT"
    PRESENT = "PRESENT"


@dataclass(frozen=True, slots=True)
class Transformation:
    """What a run of kind TRANSFORMATION does; a preview writes nothing."""

    parts: frozenset[TransformationPart] = frozenset(TransformationPart)
    names: Names = Names.KEPT
    is_preview: bool = False

    def to_json(self) -> JSONObject:
        """As it is kept with a run."""
        return {
            "parts": sorted(self.parts),
            "names": self.names,
            "is_preview": self.is_preview,
        }

    @classmethod
    def from_json(cls, kept: JSONObject) -> Transformation:
        """What `to_json` kept."""
        fields: dict[str, Any] = dict(kept)
        return cls(
            frozenset(map(TransformationPart, fields["parts"])),
            Names(fields["names"]),
            fields["is_preview"],
        )


@dataclass(frozen=True, slots=True)
class StartTransformation:
    """Make entries of `dates` anew (None: of all days), of `connections` (empty: of all)."""

    dates: DateRange | None
    connections: tuple[UUID, ...]
    what: Transformation


@dataclass(frozen=True, slots=True)
class RuleEffect:
    """How many entries a version of a channel rule moved to its channel."""

    rule_id: UUID
    name: str
    version: int
    entries: int


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one entry, as text; `rule_id`: the channel rule that is the reason."""

    date: date
    digest: UUID
    field: str
    before: str | None
    after: str | None
    rule_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Diff:
    """What a transformation changed, or would; `looked_at` = `unchanged` + `changed` + `unread`.

    `unread` entries do not come out of their page any more: they were left as they are. `fields`
    counts changed entries by field. `examples` are the first MAX_EXAMPLES changes.
    """

    is_preview: bool = False
    looked_at: int = 0
    unchanged: int = 0
    changed: int = 0
    unread: int = 0
    fields: Mapping[str, int] = field(default_factory=dict)
    rules: tuple[RuleEffect, ...] = ()
    examples: tuple[FieldChange, ...] = ()

    def __add__(self, other: Diff) -> Diff:
        fields = Counter(self.fields)
        fields.update(other.fields)
        return Diff(
            self.is_preview,
            self.looked_at + other.looked_at,
            self.unchanged + other.unchanged,
            self.changed + other.changed,
            self.unread + other.unread,
            dict(sorted(fields.items())),
            _added((*self.rules, *other.rules)),
            (*self.examples, *other.examples)[:MAX_EXAMPLES],
        )


def _added(effects: tuple[RuleEffect, ...]) -> tuple[RuleEffect, ...]:
    entries: Counter[tuple[UUID, str, int]] = Counter()
    for each in effects:
        entries[each.rule_id, each.name, each.version] += each.entries
    return tuple(RuleEffect(*rule, count) for rule, count in entries.items())
