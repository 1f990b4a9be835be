"""A page of attribution rows as the database writes it: the whole connection as JSON."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any, Final, TypeAlias

import orjson
from strawberry.utils.str_converters import to_camel_case

from core.periods import Grain
from core.records.attribution import AttributionDefinition
from core.records.shapes import Gap, Literal, Member, Shape, Value
from core.scope import Permission
from graph.context import Info
from graph.executor.completion import together
from graph.executor.rendered import Rendered
from graph.executor.selection import Selected, Selection, selection_of
from graph.executor.unusual import Unusual
from graph.scalars import write_date_time
from graph.written.entries import TYPENAME, Put, is_budgeted, needs_of
from graph.written.filling import Told, told_of
from graph.written.page_info import page_info
from resolvers import attribution
from resolvers.attribution import WrittenPage, key_names
from resolvers.attribution_calendar import PeriodCalendar, calendar_of
from resolvers.paging import PageArguments

_KEY: Final = (
    *("channel", "source", "country", "geo", "device", "date_basis", "attribution_setting"),
    *("series", "series_role", "currency"),
)
_MEASURES: Final = (
    *("until", "entries", "days", "spend", "impressions", "clicks", "link_clicks", "reach"),
    *("conversions", "conversion_value", "value", "unconverted", "is_mature", "is_partial"),
    *("quality", "learned_at", "ctr", "cpc", "cpm", "cvr", "cpa", "roas"),
)
_KEYS: Final[Mapping[str, str]] = {
    **{to_camel_case(column): column for column in _KEY},
    "accountId": "account",
}
"""Fields that are a part of the row's key, null where `by` does not name it."""
_VALUES: Final[Mapping[str, str]] = {
    **{to_camel_case(column): column for column in _MEASURES},
    "date": "time",
}
_CALENDAR: Final[Mapping[str, str]] = {
    to_camel_case(field.name): field.name for field in fields(PeriodCalendar)
}
"""Fields that follow from the row's period alone, and are put in once it is known."""
_RELATED: Final[Mapping[str, str]] = {
    "campaign": "campaign",
    "connection": "connection",
    "calendar": "time",
}
"""Fields that are resolved once for all rows alike in this column, and put in."""
_WRITTEN: Final = frozenset({TYPENAME, *_KEYS, *_VALUES, *_CALENDAR, *_RELATED})
_CURSORS: Final = frozenset({"startCursor", "endCursor"})
_AROUND: Final = frozenset({TYPENAME, "nodes", "pageInfo", "asOf"})


@dataclass(frozen=True, slots=True, eq=False)
class RowsPlan:
    """What is selected of a page that can be written: `nodes` once, and what stands around."""

    selection: Selection
    nodes: Selection

    @property
    def tells_ends(self) -> bool:
        """Whether a cursor is selected."""
        infos = (each.selection for each in self.selection.fields if each.name == "pageInfo")
        return any(each.name in _CURSORS for info in infos if info for each in info.fields)


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """The shape of rows, and what goes into its gaps: runs of the calendar's columns, relations."""

    shape: Shape
    gaps: tuple[list[Selected] | Put, ...]

    @property
    def needs(self) -> frozenset[Permission]:
        """The permissions of fields below gaps."""
        puts = (gap for gap in self.gaps if isinstance(gap, Put))
        return frozenset[Permission]().union(*(needs_of(put.alone) for put in puts))

    @property
    def is_constant(self) -> bool:
        """Whether nothing in it is of the row."""
        return all(isinstance(each, Literal) for each in self.shape)


StandIn: TypeAlias = Callable[[datetime, Mapping[str, Any]], object]
"""Makes what a relation is resolved of, as of a moment, from the column that it is known by."""


async def rendered_page(
    info: Info,
    definition: AttributionDefinition,
    arguments: PageArguments,
    as_of: datetime | None,
    stand_in: StandIn,
    *,
    has_calendar: bool,
) -> Rendered | None:
    """The page as its field answers it; None where it has to be answered as objects."""
    selection = selection_of(info) if info.context.renders else None
    plan = None if selection is None else plan_of(selection)
    if plan is None:
        return None
    session = info.context.session
    row = _row(plan.nodes, definition, has_calendar=has_calendar)
    if row.is_constant or not all(map(session.scope.may, row.needs)):
        return None
    found = await attribution.written(
        session, definition, arguments, as_of, row.shape, tells_ends=plan.tells_ends
    )
    try:
        filling, related = await _filling(info, row, found, stand_in)
    except Unusual:
        return None
    return _rendered(plan.selection, found, filling, related)


def plan_of(selection: Selection) -> RowsPlan | None:
    """The plan of a selection of AttributionRowConnection; None where it needs objects."""
    lists = [each for each in selection.fields if each.name == "nodes"]
    if len(lists) != 1 or not all(each.name in _AROUND for each in selection.fields):
        return None
    nodes = lists[0].selection
    if nodes is None or not all(_is_written(each) for each in nodes.fields):
        return None
    return RowsPlan(selection, nodes)


def _is_written(of: Selected) -> bool:
    return of.name in _WRITTEN and not is_budgeted(of)


def _runs(nodes: Selection, *, has_calendar: bool) -> Iterator[tuple[bool, list[Selected]]]:
    """The fields of a row, those of the calendar that stand together as one."""
    for is_gap, group in groupby(
        nodes.fields, lambda each: has_calendar and each.name in _CALENDAR
    ):
        yield is_gap, list(group)


def _row(nodes: Selection, definition: AttributionDefinition, *, has_calendar: bool) -> _Row:
    members: list[Member] = []
    gaps: list[list[Selected] | Put] = []
    keys = key_names(definition)
    known = {*keys, "time"} if definition.grain is Grain.DAY else {*keys}
    for is_run, group in _runs(nodes, has_calendar=has_calendar):
        if is_run:
            members.append(Gap(group[0].key, ("time",)))
            gaps.append(group)
            continue
        for each in group:
            column = _RELATED.get(each.name)
            if column in known:
                members.append(Gap(each.key, (column,)))
                gaps.append(Put(each.key, (column,), Selection(nodes.type, (each,))))
            else:
                members.append(_member(each, keys, nodes.type.name))
    return _Row(tuple(members), tuple(gaps))


def _member(selected: Selected, keys: Collection[str], type_name: str) -> Member:
    name = selected.name
    if name in _VALUES:
        return Value(selected.key, _VALUES[name])
    if _KEYS.get(name) in keys:
        return Value(selected.key, _KEYS[name])
    return Literal(selected.key, f'"{type_name}"' if name == TYPENAME else "null")


async def _filling(
    info: Info, row: _Row, found: WrittenPage, stand_in: StandIn
) -> tuple[list[Mapping[object, bytes]], int]:
    """What goes into each gap by what it is known by, and the objects in it; raises Unusual."""
    moment, written = found.rows.as_of, found.rows.written
    filling = await together(
        [
            told_of(info, gap, list(dict.fromkeys(written.keys(at))), partial(stand_in, moment))
            if isinstance(gap, Put)
            else _calendar(info, gap, found, at)
            for at, gap in enumerate(row.gaps)
        ]
    )
    objects = sum(each[key][1] for at, each in enumerate(filling) for key in written.keys(at))
    return [{key: text for key, (text, _) in each.items()} for each in filling], objects


async def _calendar(info: Info, run: list[Selected], found: WrittenPage, at: int) -> Told:
    """What stands in a run of the calendar, by the first day of the period."""
    periods = found.periods(at)
    known = await calendar_of(info.context.session, periods, found.rows.as_of)
    return {period.since: (_facts(run, known.get(period)).encode(), 0) for period in periods}


def _facts(group: Sequence[Selected], facts: PeriodCalendar | None) -> str:
    """The members of a run, but for the key of the first, which the shape has."""
    told = [
        "null" if facts is None else orjson.dumps(getattr(facts, _CALENDAR[each.name])).decode()
        for each in group
    ]
    rest = (f',"{each.key}":{text}' for each, text in zip(group[1:], told[1:], strict=True))
    return told[0] + "".join(rest)


def _rendered(
    selection: Selection,
    found: WrittenPage,
    filling: Sequence[Mapping[object, bytes]],
    related: int,
) -> Rendered:
    rows = b",".join(found.rows.written.texts(filling))
    told = b",".join(
        b'"%b":%b' % (each.key.encode(), _around(each, selection, found, rows))
        for each in selection.fields
    )
    infos = sum(each.name == "pageInfo" for each in selection.fields)
    objects = 1 + found.rows.size + infos + related
    return Rendered(b"{%b}" % told, objects, selection.keys, selection.opaque)


def _around(selected: Selected, selection: Selection, found: WrittenPage, rows: bytes) -> bytes:
    match selected.name:
        case "nodes":
            return b"[%b]" % rows
        case "asOf":
            return f'"{write_date_time(found.rows.as_of)}"'.encode()
        case "pageInfo":
            return _page_info(selected, found)
        case _:
            return f'"{selection.type.name}"'.encode()


def _page_info(of: Selected, found: WrittenPage) -> bytes:
    rows = found.rows
    ends = {"start": partial(found.cursor, 0), "end": partial(found.cursor, -1)}
    return page_info(of, has_next=rows.has_next, has_previous=rows.has_previous, **ends)
