"""Rows of a file that share a natural key: which ones do, and which of them contradict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from connectors.file.normalise.records import FileRecords
from core.file_layout import ROW
from transform.frames import BREAKDOWNS
from transform.normalise.columns import ArrowColumn, Mask
from transform.normalise.reading import mask

Keys: TypeAlias = npt.NDArray[np.int64]

_KEY: Final = ("date", "account_id", "entity_id", "attribution_setting", *BREAKDOWNS)
_AGREE: Final = "write the same metrics on every row of an entity's day"
_MEND: Final = "add up the rows of an entity's day before uploading, or leave the repeat out"


def natural_keys(columns: Mapping[str, ArrowColumn], accepted: Mask) -> Keys:
    """The number of each row's natural key, in order of first appearance; -1 for refused rows."""
    keys = np.zeros(len(accepted), dtype=np.int64)
    for name in (name for name in _KEY if name in columns):
        coded = columns[name].dictionary_encode(null_encoding="encode")
        keys = keys * len(coded.dictionary) + coded.indices.to_numpy()
        keys, _ = pd.factorize(keys)
    return np.where(accepted, keys, -1)


def refuse_contradictions(page: FileRecords, keys: Keys, field: str) -> None:
    """Refuse a later row of a key unless it says the same in every cell, mapped or not.

    `field` is the one that is named as at fault.
    """
    numbered = pd.Series(keys[keys >= 0], index=np.flatnonzero(keys >= 0))
    repeats = numbered[numbered.duplicated()]
    if repeats.empty:
        return
    first = dict(zip(*_parts(numbered.drop_duplicates()), strict=True))
    reason = f"has another row for this {page.header('date')}, with other values: row"
    reasons: list[str | None] = [None] * len(keys)
    for key, place in zip(*_parts(repeats), strict=True):
        record, earlier = _record(page, place), _record(page, first[key])
        row, _ = earlier.pop(ROW), record.pop(ROW)
        if record != earlier:
            reasons[place] = f"{reason} {row}"
    page.refuse_with(reasons, field, _MEND)


def first_known(column: ArrowColumn, keys: Keys) -> ArrowColumn:
    """On every row, the first value of its key that is not null."""
    known = np.flatnonzero(mask(column.is_valid()) & (keys >= 0))[::-1]
    first = np.full(int(keys.max(initial=-1)) + 1, -1)
    first[keys[known]] = known
    return taken(column, np.where(keys >= 0, first[keys] if len(first) else -1, -1))


def taken(column: ArrowColumn, places: Keys) -> ArrowColumn:
    """The values at `places`; null where a place is negative."""
    indices: ArrowColumn = pa.array(places, pa.int64(), mask=places < 0)
    return column.take(indices)


def refuse_apart(page: FileRecords, keys: Keys, apart: Mask, field: str) -> None:
    """Refuse the keys whole of which a row is marked: its `field` is another than its first's."""
    found = np.unique(keys[apart])
    disagreeing = np.isin(keys, found[found >= 0])
    page.refuse(disagreeing, field, "differs between rows of one entity and day", _AGREE)


def _parts(numbered: pd.Series[int]) -> tuple[list[int], list[int]]:
    """Keys and places."""
    return numbered.tolist(), numbered.index.tolist()


def _record(page: FileRecords, place: int) -> dict[str, Any]:
    record: Any = page.reading.records[place]
    return dict(record)
