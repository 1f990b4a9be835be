"""Entries that are named one by one, as the database writes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from weakref import WeakKeyDictionary

from core.records.entries import EntryKey
from graph.context import Info
from graph.executor.rendered import Rendered
from graph.executor.selection import Selection, selection_of
from graph.executor.unusual import Unusual
from graph.ids import ENTRY
from graph.written.entries import Row, entry_row
from graph.written.filling import StandIn, filled, is_allowed
from resolvers import entries

_ROWS: Final[WeakKeyDictionary[Selection, list[Row | None]]] = WeakKeyDictionary()
"""Of selections, the row, in a list of one; they live as long as their operations."""


async def rendered_entries(
    info: Info, keys: Sequence[EntryKey], stand_in: StandIn
) -> Rendered | None:
    """The list of the entries of `keys`, null for each that there is none of.

    None where they have to be answered as objects.
    """
    selection = selection_of(info, ENTRY.type_name) if info.context.renders else None
    if selection is None or len(set(keys)) < len(keys):
        return None
    known = _ROWS.setdefault(selection, [])
    if not known:
        known.append(entry_row(selection) if selection.is_whole else None)
    [row] = known
    if row is None or not is_allowed(info, [row]):
        return None
    found, written = await entries.written_by_keys(info.context.session, keys, row.shape)
    try:
        texts, objects = await filled(info, row, written, stand_in)
    except Unusual:
        return None
    told = dict(zip(found, texts, strict=True))
    body = b"[%b]" % b",".join(told.get(key, b"null") for key in keys)
    return Rendered(body, objects, selection.keys, selection.opaque)
