"""Entries as the database writes them: which members of a shape the fields of an entry are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import orjson
from strawberry.utils.str_converters import to_camel_case

from core.records.shapes import Gap, Literal, Member, Nested, Place, Shape, Value
from core.scope import Permission
from graph.bounds.sizes import declared
from graph.executor.selection import Selected, Selection
from graph.permissions import needed

TYPENAME: Final = "__typename"
_COLUMNS: Final = (
    *("id", "date", "source", "account_id", "level", "entity_id", "entity_name", "date_basis"),
    *("attribution_setting", "channel", "platform_channel", "currency", "country", "geo"),
    *("device", "series_role", "covers_days", "time_zone", "learned_at", "first_learned_at"),
    *("vintage_count", "is_mature", "spend", "impressions", "clicks", "link_clicks", "reach"),
    *("video_views", "conversions", "conversion_value", "conversion_type", "value"),
    *("ctr", "cpc", "cpm", "cvr", "cpa", "roas"),
)
VALUES: Final[Mapping[str, str]] = MappingProxyType(
    {to_camel_case(column): column for column in _COLUMNS}
)
"""The fields that are one value of the row, and its column."""
GAPS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "calendar": ("date",),
        "campaign": ("campaign",),
        "campaignName": ("campaign", "named_at"),
        "naming": ("date", "campaign", "named_at"),
        "connection": ("connection_id",),
        "run": ("run_id",),
        "quality": ("checks_applied", "checks_failed"),
        "actions": ("actions",),
        "lineage": ("raw_page_id", "raw_position"),
        "converted": ("date", "currency", "spend", "conversion_value"),
        "vintages": ("date", "digest"),
    }
)
"""The fields that are resolved once for all entries alike in these columns, and put in."""


@dataclass(frozen=True, eq=False)
class Put:
    """A field that is put into a gap: `alone` selects nothing else, under `key`."""

    key: str
    columns: tuple[str, ...]
    alone: Selection


@dataclass(frozen=True, eq=False)
class Row:
    """What a list's selection is of each of its rows.

    `puts` are what goes into the gaps, in the order of the shape; `objects` counts the objects of
    the schema that are in every row; `needs` are the permissions of fields below gaps.
    """

    shape: Shape
    puts: tuple[Put, ...]
    objects: int
    needs: frozenset[Permission]


def entry_row(selection: Selection) -> Row | None:
    """The row of entries; None where something else than the database has to write them."""
    members: list[Member] = []
    puts: list[Put] = []
    for each in selection.fields:
        if each.name in VALUES:
            members.append(Value(each.key, VALUES[each.name]))
        elif each.name == TYPENAME:
            members.append(typename(each))
        elif each.name in GAPS and not is_budgeted(each):
            members.append(Gap(each.key, GAPS[each.name]))
            puts.append(Put(each.key, GAPS[each.name], Selection(selection.type, (each,))))
        else:
            return None
    needs = frozenset[Permission]().union(*(needs_of(put.alone) for put in puts))
    return Row(tuple(members), tuple(puts), 1, needs)


def edge_row(selection: Selection, tag: str) -> Row | None:
    """The row of edges in the list of the tag `tag`."""
    members: list[Member] = []
    nodes: list[Row] = []
    for each in selection.fields:
        if each.name == "cursor":
            members.append(Place(each.key, tag))
        elif each.name == TYPENAME:
            members.append(typename(each))
        else:
            entry = entry_row(each.selection) if each.selection else None
            if entry is None:
                return None
            members.append(Nested(each.key, entry.shape))
            nodes.append(entry)
    return Row(
        tuple(members),
        tuple(put for node in nodes for put in node.puts),
        1 + len(nodes),
        frozenset[Permission]().union(*(node.needs for node in nodes)),
    )


def typename(of: Selected) -> Literal:
    """The name of the type that it is a field of."""
    return Literal(of.key, orjson.dumps(of.parent.name).decode())


def is_budgeted(of: Selected) -> bool:
    """Whether a list below is charged for each entry, so that it cannot be asked once for many."""
    size = declared(of.definition).size
    if size is not None and size.lengths:
        return True
    return any(map(is_budgeted, of.selection.fields if of.selection else ()))


def needs_of(selection: Selection) -> frozenset[Permission]:
    """The permissions of the fields in it, at any depth."""
    own = (needed(each.definition) for each in selection.fields)
    below = (needs_of(each.selection) for each in selection.fields if each.selection)
    return frozenset(filter(None, own)).union(*below)
