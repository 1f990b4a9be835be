"""Rows of answers as a pandas frame or an Arrow table; neither library is needed for the rest."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import TYPE_CHECKING, Any, TypeAlias, Union, cast, get_args, get_origin

from pydantic import BaseModel

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Table:
    """Flat rows and their columns, in order: rows of one model are one, and `wide` makes others."""

    columns: Mapping[str, type]
    rows: Sequence[Mapping[str, Any]]

    def told(self, *, exact: bool) -> list[dict[str, Any]]:
        """The rows, Decimals as floats unless `exact`."""
        return [
            {name: _value(row[name], exact=exact) for name in self.columns} for row in self.rows
        ]


Rows: TypeAlias = Iterable[BaseModel] | Table


def records(rows: Rows, *, exact: bool = False) -> list[dict[str, Any]]:
    """One flat dict a row: what is nested is named `campaign_id`, enums are their text.

    Decimals become floats unless `exact`; what is unknown is None, never 0.
    """
    return table(rows).told(exact=exact)


def frame(rows: Rows, *, exact: bool = False) -> pd.DataFrame:
    """A frame with the columns of `records`; unknown numbers are NaN, days are datetime64."""
    pandas = importlib.import_module("pandas")
    kept = table(rows)
    made = pandas.DataFrame(kept.told(exact=exact), columns=[*kept.columns])
    for name, kind in kept.columns.items():
        if kind is date or kind is datetime:
            made[name] = pandas.to_datetime(made[name], utc=kind is datetime)
        elif kind is float or (kind is Decimal and not exact):
            made[name] = made[name].astype("float64")
        elif kind is int:
            made[name] = made[name].astype("Int64")
    return cast("pd.DataFrame", made)


def arrow(rows: Rows, *, exact: bool = False) -> pa.Table:
    """A table with the columns of `records`, typed by the rows' model: also where all are null.

    Decimals are float64, or decimal128(38, 18) when `exact`.
    """
    pyarrow = importlib.import_module("pyarrow")
    kept = table(rows)
    types = {
        date: pyarrow.date32(),
        datetime: pyarrow.timestamp("us", tz="UTC"),
        Decimal: pyarrow.decimal128(38, 18) if exact else pyarrow.float64(),
        bool: pyarrow.bool_(),
        int: pyarrow.int64(),
        float: pyarrow.float64(),
        list: pyarrow.list_(pyarrow.string()),
    }
    schema = pyarrow.schema(
        [(name, types.get(kind, pyarrow.string())) for name, kind in kept.columns.items()]
    )
    made = pyarrow.Table.from_pylist(kept.told(exact=exact), schema=schema)
    return cast("pa.Table", made)


def table(rows: Rows) -> Table:
    """Rows of one model, flat; no rows have no columns."""
    if isinstance(rows, Table):
        return rows
    kept = list(rows)
    return Table(_columns(type(kept[0])) if kept else {}, [_flat(row) for row in kept])


def _flat(row: BaseModel) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, told in type(row).model_fields.items():
        value = getattr(row, name)
        nested = _model_in(told.annotation)
        if nested is None:
            found[name] = value
            continue
        inner: Mapping[str, Any] = (
            dict.fromkeys(_columns(nested)) if value is None else _flat(value)
        )
        found |= {_joined(name, part): each for part, each in inner.items()}
    return found


def _columns(model: type[BaseModel]) -> dict[str, type]:
    found: dict[str, type] = {}
    for name, told in model.model_fields.items():
        nested = _model_in(told.annotation)
        if nested is None:
            found[name] = _kind(told.annotation)
        else:
            found |= {_joined(name, part): kind for part, kind in _columns(nested).items()}
    return found


def _joined(name: str, part: str) -> str:
    """`campaign_id` of `campaign` keeps its name; its `id` is `campaign_node_id`."""
    if part == "id":
        return f"{name}_node_id"
    return part if part.startswith(f"{name}_") else f"{name}_{part}"


def _model_in(annotation: Any) -> type[BaseModel] | None:
    kind = _one(annotation)
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _kind(annotation: Any) -> type:
    kind = _one(annotation)
    kind = get_origin(kind) or kind
    return str if not isinstance(kind, type) or issubclass(kind, Enum) else kind


def _one(annotation: Any) -> Any:
    """What is left of an annotation without None."""
    if get_origin(annotation) in {Union, UnionType}:
        [kind] = [each for each in get_args(annotation) if each is not type(None)]
        return kind
    return annotation


def _value(value: Any, *, exact: bool) -> Any:
    if isinstance(value, Decimal):
        return value if exact else float(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list):
        return [_text(each) for each in value]
    return value


def _text(item: Any) -> str:
    return item.model_dump_json(by_alias=True) if isinstance(item, BaseModel) else str(item)
