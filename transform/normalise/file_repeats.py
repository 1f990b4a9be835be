"""Rows of a file that share a natural key: which ones do, and which of them contradict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from core.file_fields import ENTITY_FIELDS
from core.file_layout import ROW
from core.jsonvalue import JSONObject
from core.records.connections import Level
from transform.normalise.columns import ArrowColumn, Mask
from transform.normalise.file_records import FileRecords

Keys: TypeAlias = npt.NDArray[np.int64]

_MEND: Final = "add up the rows of an entity's day before uploading, or leave the repeat out"


def natural_keys(columns: Mapping[str, ArrowColumn], accepted: Mask) -> Keys:
    """The number of each row's natural key, in order of first appearance; -1 for refused rows."""
    days = columns["date"].cast(pa.int32())
    others = (columns[name] for name in ("account_id", "entity_id", "attribution_setting"))
    rows = zip(*(column.to_pylist() for column in (days, *others)), strict=True)
    known: dict[tuple[object, ...], int] = {}
    marked = zip(rows, accepted.tolist(), strict=True)
    keys = [known.setdefault(row, len(known)) if is_in else -1 for row, is_in in marked]
    return np.array(keys, dtype=np.int64)


def refuse_contradictions(page: FileRecords, keys: Keys, level: Level) -> None:
    """Refuse a later row of a key unless it says the same in every cell, mapped or not."""
    if len(np.unique(keys[keys >= 0])) == np.count_nonzero(keys >= 0):
        return
    first: dict[int, int] = {}
    texts: list[str | None] = [None] * len(keys)
    for position, key in enumerate(keys.tolist()):
        earlier = page.records[first.setdefault(key, position)]
        if key >= 0 and _cells(page.records[position]) != _cells(earlier):
            texts[position] = str(earlier[ROW])
    different = np.array([text is not None for text in texts], dtype=bool)
    reason = f"has another row for this {page.header('date')}, with other values: row"
    page.refuse_with(different, ENTITY_FIELDS[level][0], reason, texts, _MEND)


def _cells(record: JSONObject) -> dict[str, object]:
    return {key: value for key, value in record.items() if key != ROW}
