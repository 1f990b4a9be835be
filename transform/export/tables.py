"""Tables of an export in Arrow, sorted, so that the same facts give the same rows in order."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from transform.export.columns import GEO, TIME
from transform.export.wide import WideTable

Column: TypeAlias = "pa.Array[Any]"

_LONG: Final[dict[str, pa.DataType]] = {
    "source_relation": pa.string(),
    "date_day": pa.date32(),
    "platform": pa.string(),
    "account_id": pa.string(),
    "account_name": pa.string(),
    "campaign_id": pa.string(),
    "campaign_name": pa.string(),
    "clicks": pa.int64(),
    "impressions": pa.int64(),
    "spend": pa.float64(),
    "conversions": pa.float64(),
    "conversions_value": pa.float64(),
}
LONG_SCHEMA: Final = pa.schema(_LONG)
"""The columns of Fivetran's ad_reporting__campaign_report; null is unknown."""


def wide_table(wide: WideTable) -> pa.Table:
    """`time`, `geo` where there are geos, and every column as float64 without a null."""
    columns = _keys(wide, np.arange(len(wide.places)))
    for at, column in enumerate(wide.columns):
        columns[column.name] = pa.array(np.ascontiguousarray(wide.numbers[:, at]))
    return pa.table(columns)


def wide_frame(wide: WideTable) -> pd.DataFrame:
    """The wide table for the checks before modelling."""
    columns = {column.name: wide.numbers[:, at] for at, column in enumerate(wide.columns)}
    keys: dict[str, object] = {TIME: pd.to_datetime([time for _, time in wide.places])}
    if wide.has_geo:
        keys[GEO] = [geo for geo, _ in wide.places]
    return pd.DataFrame({**keys, **columns})


def cells_table(wide: WideTable) -> pa.Table:
    """One row per row and column of the wide table; `quality` is null where nothing was assessed.

    `column` is its name, `is_imputed`: no source told the value, and zero stands for it;
    `is_mature`: it had settled.
    """
    rows = np.repeat(np.arange(len(wide.places)), len(wide.columns))
    names = pa.array([column.name for column in wide.columns], pa.string())
    which: Any = pa.array(np.tile(np.arange(len(names)), len(wide.places)))
    quality = wide.quality.reshape(-1)
    return pa.table(
        {
            **_keys(wide, rows),
            "column": names.take(which),
            "is_imputed": pa.array(wide.is_imputed.reshape(-1)),
            "is_mature": pa.array(wide.is_mature.reshape(-1)),
            "quality": pa.array(np.nan_to_num(quality), mask=np.isnan(quality)),
        }
    )


def _keys(wide: WideTable, rows: npt.NDArray[np.int64]) -> dict[str, Column]:
    at: Any = pa.array(rows)
    keys: dict[str, Column] = {
        TIME: pa.array([time for _, time in wide.places], pa.date32()).take(at)
    }
    if wide.has_geo:
        keys[GEO] = pa.array([geo for geo, _ in wide.places], pa.string()).take(at)
    return keys
