"""What transform.normalise.conversions makes of one row's actions, for a page's rows at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from transform.normalise.columns import ArrowColumn
from transform.normalise.conversions import ABSENT
from transform.normalise.plain import NotPlain

Ints = npt.NDArray[np.int64]

_join: Final[Any] = pc.binary_join_element_wise
_NOTHING: Final = pa.scalar("")
_COMMA: Final = pa.scalar(",")
_FIRST_PRINTED: Final = 0x20
_QUOTE, _BACKSLASH = ord('"'), ord("\\")


@dataclass(frozen=True, slots=True)
class Actions:
    """The actions of all rows one after the other.

    `lists`: as the rows have them; `rows`: each action's row; `types`: the action types that
    there are, in their order; `codes`: each action's place among them; `values`: by name of the
    window, `value` for the default one, null where an action has none.
    """

    lists: ArrowColumn
    rows: Ints
    types: Sequence[str]
    codes: Ints
    values: Mapping[str, ArrowColumn]

    def places(self, family: Sequence[str]) -> Ints:
        """Each action's place in `family`; its length for those that are not in it."""
        found = [family.index(name) if name in family else len(family) for name in self.types]
        return np.array(found, dtype=np.int64)[self.codes]


def actions_of(lists: Any) -> Actions:
    """A column of lists of objects of text. Raises NotPlain for an action without a type."""
    flat = lists.flatten()
    names = [field.name for field in flat.type]
    columns = dict(zip(names, flat.flatten(), strict=True))
    encoded = columns.pop("action_type").dictionary_encode()
    if encoded.null_count:
        raise NotPlain
    types = encoded.dictionary.to_pylist()
    order = sorted(range(len(types)), key=types.__getitem__)
    rank = np.empty(len(types), dtype=np.int64)
    rank[order] = np.arange(len(types))
    return Actions(
        lists=lists,
        rows=_ints(pc.list_parent_indices(lists)),
        types=[types[index] for index in order],
        codes=rank[_ints(encoded.indices)],
        values=columns,
    )


def chosen_types(
    counts: Actions, values: Actions, family: Sequence[str]
) -> tuple[Ints, ArrowColumn]:
    """For each row the place in `family` of the first type that it has, and that type."""
    best = np.full(len(counts.lists), len(family), dtype=np.int64)
    for actions in (counts, values):
        np.minimum.at(best, actions.rows, actions.places(family))
    return best, pa.array([*family, None], pa.string()).take(pa.array(best, pa.int64()))


def values_of(actions: Actions, family: Sequence[str], chosen: Ints) -> ArrowColumn:
    """Each row's last value of its chosen type, zero where it has none."""
    values = actions.values["value"]
    places = actions.places(family)
    found = np.flatnonzero((places == chosen[actions.rows]) & (places < len(family)))
    at = np.full(len(actions.lists), len(values), dtype=np.int64)
    at[actions.rows[found]] = found
    return pa.concat_arrays([values, pa.array([ABSENT], pa.string())]).take(
        pa.array(at, pa.int64())
    )


def actions_column(counts: Actions, values: Actions) -> Any:
    """Both arrays of each row as compact JSON, sorted by action type; null without either."""
    joined = _join(
        pa.scalar('{"actions":['),
        _listed(counts),
        pa.scalar('],"action_values":['),
        _listed(values),
        pa.scalar("]}"),
        _NOTHING,
    )
    has_either = pc.or_(pc.is_valid(counts.lists), pc.is_valid(values.lists))
    return pc.if_else(has_either, joined, pa.scalar(None, pa.string()))


def _listed(actions: Actions) -> Any:
    order = np.argsort(actions.rows * (len(actions.types) + 1) + actions.codes, kind="stable")
    texts = _objects(actions).take(pa.array(order, pa.int64()))
    ends = np.cumsum(np.bincount(actions.rows, minlength=len(actions.lists)))
    offsets = np.concatenate(([0], ends)).astype(np.int32)
    lists: Any = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), texts)
    return pc.binary_join(lists, _COMMA)


def _objects(actions: Actions) -> Any:
    """Each action as JSON, without the windows that it does not have."""
    heads = [f'{{"action_type":{orjson.dumps(name).decode()}' for name in actions.types]
    parts: list[Any] = [pa.array(heads, pa.string()).take(pa.array(actions.codes, pa.int64()))]
    for name, column in actions.values.items():
        if column.null_count < len(column):
            parts.append(_member(name, column))
    return _join(*parts, pa.scalar("}"), _NOTHING, null_handling="replace", null_replacement="")


def _member(name: str, column: Any) -> Any:
    letters = np.frombuffer(column.buffers()[2] or b"", dtype=np.uint8)
    if np.any((letters < _FIRST_PRINTED) | (letters == _QUOTE) | (letters == _BACKSLASH)):
        raise NotPlain
    return _join(pa.scalar(f',"{name}":"'), column, pa.scalar('"'), _NOTHING)


def _ints(array: Any) -> Ints:
    found: Ints = array.to_numpy(zero_copy_only=False).astype(np.int64)
    return found
