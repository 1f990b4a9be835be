"""What an export of features is made of: everything that its bytes follow from, but the moment."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from pydantic import TypeAdapter

from core import global_ids
from core.causal import canonical_json
from core.jsonvalue import JSONObject
from core.records.exports import ExportFormat
from core.records.features import EntityKind, ViewKey
from core.units import DateRange

FORMAT: Final = "liftos-feature-export"
FORMAT_VERSION: Final = 1
"""Grows when the same definition and moment begin to give other bytes."""

ROW_HASH: Final = (
    "sha256 of the features table as text: a line of column names and one for each row, moment by "
    "moment; values separated by commas and lines ended by LF; moments as ISO 8601 with "
    "+00:00, floats as the shortest decimal that reads back as the same double, nothing for what "
    "is missing, texts as RFC 4180 has them. It is the sha256 of features.csv."
)
MAX_MOMENTS: Final = 10_000
MAX_ROWS: Final = 10_000_000
ENTITY: Final = "entity"
AT: Final = "at"
KEYS: Final = (ENTITY, AT)
"""Columns beside the features: no feature may be called so."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Moments every so many hours, from `since` on and none after `until`."""

    since: datetime
    until: datetime
    every_hours: int

    def __len__(self) -> int:
        """How many there are; none where `until` is before `since`."""
        return max(0, (self.until - self.since) // self._step + 1)

    def __iter__(self) -> Iterator[datetime]:
        """Oldest first, in UTC."""
        since = self.since.astimezone(UTC)
        return (since + number * self._step for number in range(len(self)))

    @property
    def _step(self) -> timedelta:
        return timedelta(hours=self.every_hours)


@dataclass(frozen=True, slots=True)
class FeatureDefinition:
    """Everything that decides over the rows of an export of features.

    `entities` are UUIDs as text, or channels; empty: all that media was known of by the export's
    moment in days that a window of the view looks at.
    """

    view: ViewKey
    moments: Moments
    entities: tuple[str, ...] = ()
    formats: tuple[ExportFormat, ...] = (ExportFormat.PARQUET,)
    kind: Literal["FEATURES"] = "FEATURES"

    def to_json(self) -> JSONObject:
        """As it is kept with an export."""
        kept: JSONObject = _KEPT.dump_python(self, mode="json")
        return kept

    @classmethod
    def from_json(cls, kept: JSONObject) -> FeatureDefinition:
        """The definition that `to_json` kept."""
        return _KEPT.validate_python(kept)

    @property
    def sha256(self) -> str:
        """Of its canonical JSON, in hex."""
        return hashlib.sha256(canonical_json(self.to_json())).hexdigest()

    @property
    def dates(self) -> DateRange:
        """The days of its moments, in UTC."""
        first, *others = self.moments
        return DateRange(first.date(), others[-1].date() if others else first.date())


@dataclass(frozen=True, slots=True)
class ExportFeatures:
    """Ask for an export of a version of a view; `as_of` None: of what is known by now."""

    moments: Moments
    entities: tuple[str, ...]
    formats: tuple[ExportFormat, ...]
    as_of: datetime | None = None


def entity_id(kind: EntityKind, entity: str) -> str:
    """An entity as the API names it: a global id, or a channel's name."""
    if kind is EntityKind.CAMPAIGN:
        return global_ids.CAMPAIGN.encode(UUID(entity))
    if kind is EntityKind.CONNECTION:
        return global_ids.CONNECTION.encode(UUID(entity))
    return entity


_KEPT: Final = TypeAdapter(FeatureDefinition)
