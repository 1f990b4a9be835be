"""Long files: many rows for an entity's day, each about one action type, made into one entry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from connectors.file.normalise.metrics import METRICS, read_field
from connectors.file.normalise.records import FileRecords
from connectors.file.normalise.repeats import Keys, first_known, refuse_apart, taken
from core.jsonvalue import JSONValue
from transform.normalise.columns import ArrowColumn, parsed
from transform.normalise.conversions import ABSENT, NO_ACTIONS, VIDEO_VIEW, action_values, chosen
from transform.normalise.reading import mask

Lists: TypeAlias = dict[str, list[dict[str, str | None]]]

_ACTIONS: Final = "actions"
_VALUES: Final = "action_values"


class ActionRow(NamedTuple):
    """What one row adds to its entry: an action type and its value, in the list it belongs to."""

    field: str
    type: str
    value: str | None


def action_rows(page: FileRecords) -> list[ActionRow | None]:
    """What each row adds, None for nothing.

    Rows with a value that is no number, or with a value and no type, are refused.
    """
    values = read_field(page, "value", "amount").plain
    nameless = page.blank("action_type") & mask(values.is_valid())
    page.refuse(nameless, "action_type", "is empty beside a value")
    columns = (page.column("action_field"), page.column("action_type"), values)
    return [
        None if kind is None else ActionRow(field or _ACTIONS, kind, value)
        for field, kind, value in zip(*(column.to_pylist() for column in columns), strict=True)
    ]


def with_actions(
    columns: Mapping[str, ArrowColumn],
    page: FileRecords,
    keys: Keys,
    rows: Sequence[ActionRow | None],
) -> dict[str, ArrowColumn]:
    """`columns` with the metrics and the gathered actions of its key on every row.

    Keys whose metrics differ from row to row are refused whole.
    """
    agreed = {name: columns[name] for name in METRICS if name in columns}
    for name, column in agreed.items():
        agreed[name] = first_known(column, keys)
        refuse_apart(page, keys, mask(pc.not_equal(column, agreed[name])), name)
    gathered = _gathered(keys, rows)
    actions = _action_columns([gathered[key] for key in range(int(keys.max(initial=-1)) + 1)])
    return {**columns, **{name: taken(c, keys) for name, c in actions.items()}, **agreed}


def _gathered(keys: Keys, rows: Sequence[ActionRow | None]) -> dict[int, Lists]:
    """The lists of each key, in the order of the page."""
    found: dict[int, Lists] = defaultdict(dict)
    for key, row in zip(keys.tolist(), rows, strict=True):
        if row is not None:
            action: dict[str, str | None] = {"action_type": row.type, "value": row.value}
            found[key].setdefault(row.field, []).append(action)
    return found


def _action_columns(entries: Sequence[Lists]) -> dict[str, ArrowColumn]:
    """Conversions by family, video views and the lists themselves, one row per entry.

    A type that does not stand in a list did not happen; a list that is not there is unknown.
    """
    counted = [action_values(lists.get(_ACTIONS)) or NO_ACTIONS for lists in entries]
    valued = [action_values(lists.get(_VALUES)) or NO_ACTIONS for lists in entries]
    picked = [chosen(*pair) for pair in zip(counted, valued, strict=True)]
    is_counted = [_ACTIONS in lists or not lists for lists in entries]
    is_valued = [_VALUES in lists for lists in entries]
    views = [row.get(VIDEO_VIEW, ABSENT) for row in counted]
    return {
        "conversion_type": pa.array([each.type for each in picked], pa.string()),
        "conversions": _numbers([each.count for each in picked], is_counted, "amount"),
        "conversion_value": _numbers([each.value for each in picked], is_valued, "amount"),
        "video_views": _numbers(views, is_counted, "integer"),
        "actions": pa.array([_json(lists) for lists in entries], pa.string()),
    }


def _numbers(values: Sequence[JSONValue], is_known: Sequence[bool], kind: str) -> ArrowColumn:
    pairs = zip(values, is_known, strict=True)
    column = parsed([value if known else None for value, known in pairs], kind)
    return column.values


def _json(lists: Lists) -> str | None:
    """The lists, each sorted by action type, as Meta's normaliser keeps them."""
    if not lists:
        return None
    by_type = itemgetter("action_type")
    named = {_ACTIONS: [], _VALUES: [], **lists}
    return orjson.dumps({name: sorted(rows, key=by_type) for name, rows in named.items()}).decode()
