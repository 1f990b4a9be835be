"""Refused records put in again: their page is read once more, and only their entries kept.

A record alone would often make another entry than on its page: conversions of a second answer
are joined to it there, and rows of one action type each are gathered there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from core.jsonvalue import JSONObject, JSONValue


@dataclass(frozen=True, slots=True)
class Replay:
    """Which records of a page are put in, by their positions, and what replaces records of it.

    `corrections` may hold other records too: those that an earlier replay corrected.
    """

    positions: tuple[int, ...]
    corrections: Mapping[int, JSONObject]


def corrected(records: Sequence[JSONValue], replay: Replay | None) -> list[JSONValue]:
    """`records` with the corrections of `replay` in their places."""
    found = list(records)
    for position, record in (replay.corrections if replay else {}).items():
        found[position] = record
    return found


def rows_of_replay(rows: pa.Table, replay: Replay) -> pa.Table:
    """Of a page's identified rows, those that share an entry with a replayed record."""
    keys = _keys(rows)
    wanted = {key for key, position in zip(keys, _positions(rows), strict=True)
              if position in set(replay.positions)}  # fmt: skip
    return rows.filter(pa.array([key in wanted for key in keys], pa.bool_())).combine_chunks()


def counted_by_replay(
    entries: pa.Table, rows: pa.Table, replay: Replay
) -> tuple[pa.Table, tuple[int | None, ...]]:
    """`entries` counting the replayed records alone, and in which entry each of those is.

    A record that makes several entries counts with the first.

    `position` becomes a place among the replay's own positions: the page that a replay keeps
    holds them in that order.
    """
    place = {position: index for index, position in enumerate(replay.positions)}
    members: dict[Any, list[int]] = defaultdict(list)
    for key, position in zip(_keys(rows), _positions(rows), strict=True):
        if position in place:
            members[key].append(place[position])
    held = [members[key] for key in _keys(entries)]
    owner: dict[int, int] = {}
    for entry, each in enumerate(held):
        for index in each:
            owner.setdefault(index, entry)
    columns: dict[str, list[int]] = {
        "position": [min(each) for each in held],
        "records": [sum(owner[i] == entry for i in each) for entry, each in enumerate(held)],
    }
    for name, values in columns.items():
        at = entries.schema.get_field_index(name)
        entries = entries.set_column(at, entries.schema.field(at), pa.array(values, pa.int64()))
    return entries, tuple(owner.get(index) for index in range(len(place)))


def _keys(rows: pa.Table) -> list[Any]:
    days = rows["date"].cast(pa.int32()).to_pylist()
    return list(zip(days, rows["digest"].to_pylist(), strict=True))


def _positions(rows: pa.Table) -> list[int]:
    found: list[int] = rows["position"].to_numpy().tolist()
    return found
