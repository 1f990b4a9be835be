"""Completion by columns: a field of all objects of a list at a time, instead of field by field.

What is below a list is completed for the whole list together: loaders meet all keys at once, and
values are read, checked and coerced in loops that are not Python's own. Anything out of the
ordinary raises Unusual, before anything of it was told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, TypeAlias, TypeVar

from graphql import (
    FieldNode,
    GraphQLObjectType,
    GraphQLOutputType,
    Undefined,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.pyutils import Path

from graph.executor.leaves import coerced
from graph.executor.plan import TYPENAME, Caller, Column, caller_of, info_of, plan_of
from graph.executor.rendered import Rendered
from graph.executor.selection import Selected, Selection, Variant
from graph.executor.unusual import Unusual

T = TypeVar("T")
Values: TypeAlias = list[Any]
Kinds: TypeAlias = set[type]
DONE = frozenset({type(None), Rendered})
"""Types of values that are complete whatever they are of."""
LISTS = frozenset({list, tuple})


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What the resolvers of one field answered, or raised, for the objects of a list."""

    rows: Sequence[Any]
    node: FieldNode
    values: Values


@dataclass(slots=True, eq=False)
class Completion:
    """What a field answered, on its way; the field's own place is `path`.

    `found` keeps what resolvers below answered, so that none is asked twice where it ends in
    Unusual. `objects` counts those of the schema.
    """

    executor: Any
    variant: Variant
    path: Path | None
    found: list[Found] = field(default_factory=list)
    objects: int = 0

    async def values(self, type_: GraphQLOutputType, of: Selected, values: Values) -> Values:
        """`values` of one type, completed; they are of the field `of`, or in its lists."""
        if is_non_null_type(type_):
            done = await self.values(type_.of_type, of, values)
            return _without_none(done)
        kinds = _kinds(values)
        if DONE.isdisjoint(kinds):
            return await self._present(type_, of, values, kinds)
        present = [value for value in values if type(value) not in DONE]
        done = await self._present(type_, of, present, kinds - DONE)
        self.objects += sum(value.objects for value in values if type(value) is Rendered)
        return _among(values, done)

    async def _present(self, type_: Any, of: Selected, values: Values, kinds: Kinds) -> Values:
        if not values:
            return values
        if is_list_type(type_):
            return await self._lists(type_.of_type, of, values, kinds)
        if is_leaf_type(type_):
            return coerced(type_, values, kinds)
        if is_object_type(type_):
            selection = of.selection or self.variant.selection(of.nodes, type_)
            return await self._objects(selection, values, kinds)
        return await self._of_several(type_, of, values)

    async def _lists(
        self, type_: GraphQLOutputType, of: Selected, values: Values, kinds: Kinds
    ) -> Values:
        """All items of all lists together, and then each list its own again."""
        if not kinds <= LISTS:
            raise Unusual
        items = list(chain.from_iterable(values))
        done = iter(await self.values(type_, of, items))
        return [list(islice(done, len(each))) for each in values]

    async def _of_several(self, type_: Any, of: Selected, values: Values) -> Values:
        """Objects of an interface or a union, those of each type together."""
        resolve = type_.resolve_type or self.executor.type_resolver
        info = info_of(self.executor, of, self.path and self.path.prev)
        places: dict[Any, list[int]] = {}
        for place, name in enumerate(_answers(lambda value: resolve(value, info, type_), values)):
            places.setdefault(name, []).append(place)
        groups = [
            self._group(type_, of, name, [values[place] for place in where])
            for name, where in places.items()
        ]
        done: Values = [None] * len(values)
        for where, group in zip(places.values(), await together(groups), strict=True):
            for place, value in zip(where, group, strict=True):
                done[place] = value
        return done

    async def _group(self, type_: Any, of: Selected, name: object, rows: Values) -> Values:
        schema = self.executor.schema
        concrete = schema.get_type(name) if isinstance(name, str) else None
        if not is_object_type(concrete) or not schema.is_sub_type(type_, concrete):
            raise Unusual
        return await self._objects(self.variant.selection(of.nodes, concrete), rows, _kinds(rows))

    async def _objects(self, selection: Selection, rows: Values, kinds: Kinds) -> Values:
        _check(selection.type, rows, kinds)
        self.objects += len(rows)
        plan = plan_of(self.variant, selection)
        found = [self._found(column, rows) for column in plan.columns]
        await _awaited(plan.columns, found)
        columns = await self._columns(plan.columns, found)
        if not columns:
            return [{} for _ in rows]
        return [dict(zip(plan.keys, row, strict=True)) for row in zip(*columns, strict=True)]

    def _found(self, column: Column, rows: Values) -> Values:
        """The field of each object, as it is answered."""
        selected = column.selected
        if column.read is not None:
            return _answers(column.read, rows)
        if selected.name == TYPENAME:
            return [selected.parent.name] * len(rows)
        try:
            call = caller_of(self.executor, column, self.path)
        except Exception as error:
            raise Unusual from error
        values = [_called(call, row) for row in rows]
        self.found.append(Found(rows, selected.nodes[0], values))
        return values

    async def _columns(self, columns: Sequence[Column], found: Sequence[Values]) -> list[Values]:
        """Each column completed; those below which something is waited for, at the same time."""
        done: list[Values] = []
        waiting: list[int] = []
        for place, (column, values) in enumerate(zip(columns, found, strict=True)):
            if column.waits_below:
                waiting.append(place)
                done.append(values)
            else:
                done.append(await self._column(column, values))
        told = await together([self._column(columns[place], found[place]) for place in waiting])
        for place, values in zip(waiting, told, strict=True):
            done[place] = values
        return done

    def _column(self, column: Column, values: Values) -> Coroutine[Any, Any, Values]:
        selected = column.selected
        return self.values(selected.definition.type, selected, values)


def _kinds(values: Values) -> Kinds:
    kinds = set(map(type, values))
    if any(kind is UNDEFINED or issubclass(kind, Exception) or _waits(kind) for kind in kinds):
        raise Unusual
    return kinds


UNDEFINED = type(Undefined)


def _waits(thing: object) -> bool:
    return hasattr(thing, "__await__")


def _without_none(values: Values) -> Values:
    if type(None) in set(map(type, values)):
        raise Unusual
    return values


def _among(values: Values, done: Iterable[Any]) -> Values:
    """Those that were complete before, where they stand; between them what is `done`."""
    rest = iter(done)
    return [value if type(value) in DONE else next(rest) for value in values]


def _answers(ask: Caller, values: Values) -> Values:
    try:
        return list(map(ask, values))
    except Exception as error:
        raise Unusual from error


def _called(call: Caller, row: object) -> Any:
    """What a resolver answers; what it raises is an answer too, as the executor sees it."""
    try:
        return call(row)
    except Exception as error:  # noqa: BLE001 - it is told where ordinary completion tells it
        return error


def _check(type_: GraphQLObjectType, rows: Values, kinds: Kinds) -> None:
    """Whether they are of the type: one of each class is asked."""
    is_of: Any = type_.is_type_of
    if is_of is None:
        return
    samples = [next(row for row in rows if type(row) is kind) for kind in kinds]
    if not all(told is True for told in _answers(lambda row: is_of(row, None), samples)):
        raise Unusual


async def _awaited(columns: Sequence[Column], found: Sequence[Values]) -> None:
    """Wait for what the resolvers of one level promised, all together."""
    waiting = [
        (values, place)
        for column, values in zip(columns, found, strict=True)
        if column.waits
        for place, value in enumerate(values)
        if _waits(value)
    ]
    told = await settled([values[place] for values, place in waiting])
    for (values, place), value in zip(waiting, told, strict=True):
        values[place] = value


async def settled(promised: Sequence[Any]) -> Values:
    """What each comes to, or raises; what ends a task ends this too."""
    if not promised:
        return []
    told = await asyncio.gather(*promised, return_exceptions=True)
    for value in told:
        if isinstance(value, BaseException) and not isinstance(value, Exception):
            raise value
    return list(told)


async def together(parts: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """All of them; raises once none is under way any more."""
    if len(parts) == 1:
        return [await parts[0]]
    told = await settled(parts)
    for value in told:
        if isinstance(value, Exception):
            raise value
    return told
