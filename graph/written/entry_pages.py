"""A page of entries as the database writes it: the whole connection as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Final
from uuid import UUID
from weakref import WeakKeyDictionary

from core.records.entries import EntryPageRequest, EntryRecord
from core.records.shapes import WrittenPage
from graph.context import Info
from graph.executor.rendered import Rendered
from graph.executor.selection import Selected, Selection, selection_of
from graph.executor.unusual import Unusual
from graph.written.entries import TYPENAME, Row, edge_row, entry_row, typename
from graph.written.filling import StandIn, filled, is_allowed
from graph.written.page_info import page_info
from resolvers import entries
from resolvers.paging import Listing

_PLANS: Final[WeakKeyDictionary[Selection, dict[str, Mapping[str, Row] | None]]] = (
    WeakKeyDictionary()
)
"""Of selections, by the tag of the list, the rows of the lists in it by response key.

They live as long as the operations that they are of.
"""


async def rendered_page(
    info: Info,
    asked: EntryPageRequest,
    stand_in: StandIn,
    campaign: UUID | None = None,
) -> Rendered | None:
    """The page as its field answers it; None where it has to be answered as objects."""
    selection = selection_of(info) if info.context.renders else None
    listing = entries.listing(asked.order)
    rows = None if selection is None else _known_rows(selection, listing.tag)
    if selection is None or rows is None or not is_allowed(info, rows.values()):
        return None
    shapes = tuple(row.shape for row in rows.values())
    page = await entries.written(info.context.session, asked, shapes, campaign)
    told, objects = dict[str, bytes](), 1
    try:
        for (key, row), written in zip(rows.items(), page.written, strict=True):
            texts, found = await filled(info, row, written, stand_in)
            told[key], objects = b"[%b]" % b",".join(texts), objects + found
    except Unusual:
        return None
    for each in selection.fields:
        if each.name == "pageInfo":
            objects += 1
            told[each.key] = _page_info(each, page, listing)
        elif each.name == "totalCount":
            told[each.key] = b"%d" % await _count(info, asked, campaign)
        elif each.name == TYPENAME:
            told[each.key] = typename(each).json.encode()
    members = (b'"%b":%b' % (each.key.encode(), told[each.key]) for each in selection.fields)
    body = b"{%b}" % b",".join(members)
    return Rendered(body, objects, selection.keys, selection.opaque)


def _known_rows(selection: Selection, tag: str) -> Mapping[str, Row] | None:
    known = _PLANS.setdefault(selection, {})
    if tag not in known:
        known[tag] = _rows(selection, tag)
    return known[tag]


def _rows(selection: Selection, tag: str) -> Mapping[str, Row] | None:
    rows: dict[str, Row] = {}
    for each in selection.fields:
        if each.name not in {"nodes", "edges"} or each.selection is None:
            continue
        of_edges = each.name == "edges"
        row = edge_row(each.selection, tag) if of_edges else entry_row(each.selection)
        if row is None:
            return None
        rows[each.key] = row
    return rows if selection.is_whole else None


def _page_info(of: Selected, page: WrittenPage, listing: Listing[EntryRecord]) -> bytes:
    def end(number: int) -> str | None:
        return page.ends and listing.place(entries.sort_key(page.ends[number]))

    ends = {"start": partial(end, 0), "end": partial(end, 1)}
    return page_info(of, has_next=page.has_next, has_previous=page.has_previous, **ends)


async def _count(info: Info, asked: EntryPageRequest, campaign: UUID | None) -> int:
    where = asked.where if campaign is None else replace(asked.where, campaigns=(campaign,))
    return await entries.count(info.context.session, where, asked.as_of)
