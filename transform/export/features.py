"""Features as tables: a row for each entity and moment, and one for each value that is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC
from decimal import Decimal
from typing import Any, Final, TypeAlias

import pyarrow as pa

from core.feature_exports import (
    AT,
    ENTITY,
    FORMAT,
    FORMAT_VERSION,
    ROW_HASH,
    FeatureDefinition,
    entity_id,
)
from core.jsonvalue import JSONObject
from core.records.exports import ExportFile, ExportRecord
from core.records.features import (
    Feature,
    FeatureType,
    FeatureVector,
    FeatureViewRecord,
)

Vectors: TypeAlias = Mapping[str, FeatureVector]
"""Features of entities as of one moment, by entity, in the order of rows."""

_MOMENT: Final = pa.timestamp("us", tz="UTC")
_TYPES: Final[Mapping[FeatureType, pa.DataType]] = {
    FeatureType.INT64: pa.int64(),
    FeatureType.FLOAT64: pa.float64(),
}
_TEXT: Final = pa.string()
_KEYS: Final[Mapping[str, pa.DataType]] = {ENTITY: _TEXT, AT: _MOMENT}


@dataclass(frozen=True, slots=True)
class FeatureTables:
    """The two tables of an export of a view.

    `features`: one row per entity and moment, a column for each feature, null where it is missing.
    `missing`: one row per entity, moment and feature that is missing, and the `reason`.
    """

    of: FeatureViewRecord
    record: ExportRecord

    @property
    def features(self) -> pa.Schema:
        """`entity`, `at`, and a column for each feature."""
        columns = {each.name: _TYPES[each.dtype] for each in self.of.view.features}
        return pa.schema({**_KEYS, **columns}, metadata=self._told)

    @property
    def missing(self) -> pa.Schema:
        """`entity`, `at`, `feature`, `reason`."""
        return pa.schema({**_KEYS, "feature": _TEXT, "reason": _TEXT}, metadata=self._told)

    @property
    def _told(self) -> dict[bytes | str, bytes | str]:
        """What every file says of itself where its format has a place for it."""
        return {
            "format": FORMAT,
            "view": self.of.view.name,
            "view_version": str(self.of.version),
            "as_of": self.record.as_of.astimezone(UTC).isoformat(),
            "definition_sha256": self.record.definition_sha256,
        }

    def rows(self, vectors: Vectors) -> pa.RecordBatch:
        """Rows of `features`."""
        keys = self._keys(vectors, dict.fromkeys(vectors, 1))
        columns = [
            pa.array([_number(each, vector.values[place]) for vector in vectors.values()], kind)
            for place, each in enumerate(self.of.view.features)
            for kind in (_TYPES[each.dtype],)
        ]
        return pa.record_batch([*keys, *columns], schema=self.features)

    def gaps(self, vectors: Vectors) -> pa.RecordBatch:
        """Rows of `missing`."""
        names = [each.name for each in self.of.view.features]
        found = [
            (entity, name, reason.value)
            for entity, vector in vectors.items()
            for name, reason in zip(names, vector.missing, strict=True)
            if reason is not None
        ]
        counted = dict.fromkeys(vectors, 0)
        for entity, _, _ in found:
            counted[entity] += 1
        texts = [pa.array([each[place] for each in found], _TEXT) for place in (1, 2)]
        return pa.record_batch([*self._keys(vectors, counted), *texts], schema=self.missing)

    def _keys(self, vectors: Vectors, rows: Mapping[str, int]) -> list[pa.Array[Any]]:
        """The columns of keys: each entity as the API names it, in so many rows."""
        kind = self.of.view.entity
        ids = [entity_id(kind, each) for each in vectors for _ in range(rows[each])]
        moments = [vector.at for entity, vector in vectors.items() for _ in range(rows[entity])]
        return [pa.array(ids, _TEXT), pa.array(moments, _MOMENT)]


@dataclass(slots=True)
class Counted:
    """How many entities, moments and rows there are, and values missing by feature and reason."""

    entities: int
    moments: int
    rows: int = 0
    missing: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, gaps: pa.RecordBatch, rows: int) -> None:
        """Count one batch of rows, and its values that are missing."""
        self.rows += rows
        features, reasons = (gaps.column(place).to_pylist() for place in ("feature", "reason"))
        self.missing.update(zip(map(str, features), map(str, reasons), strict=True))


def feature_manifest(
    tables: FeatureTables,
    definition: FeatureDefinition,
    counted: Counted,
    row_hash: str,
    files: Sequence[ExportFile],
) -> JSONObject:
    """What `manifest.json` says; `files` are those that stand beside it."""
    view = tables.of.view
    return {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "definition": definition.to_json(),
        "definition_sha256": definition.sha256,
        "as_of": tables.record.as_of.astimezone(UTC).isoformat(),
        "view": {
            "name": view.name,
            "version": tables.of.version,
            "entity": view.entity.value,
            "owner": view.owner,
            "description": view.description,
            "ttl_days": view.ttl_days,
        },
        "currency": view.currency if view.has_amounts else None,
        "columns": [
            {"name": ENTITY, "dtype": "string"},
            {"name": AT, "dtype": "timestamp[us, UTC]"},
            *map(_column, view.features),
        ],
        "entities": counted.entities,
        "moments": counted.moments,
        "rows": counted.rows,
        "row_hash": row_hash,
        "row_hash_of": ROW_HASH,
        "missing": [
            {"feature": feature, "reason": reason, "values": values}
            for (feature, reason), values in sorted(counted.missing.items())
        ],
        "files": [asdict(each) for each in files],
    }


def _column(feature: Feature) -> JSONObject:
    return {
        "name": feature.name,
        "dtype": feature.dtype.value.lower(),
        "metric": feature.metric.value,
        "aggregate": feature.aggregate.value,
        "window_days": feature.window_days,
        "lag_days": feature.lag_days,
    }


def _number(feature: Feature, value: Decimal | None) -> int | float | None:
    """The nearest that its column can hold: of a count the same, of all else the nearest double."""
    if value is None:
        return None
    return int(value) if feature.dtype is FeatureType.INT64 else float(value)
