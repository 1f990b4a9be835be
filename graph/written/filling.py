"""What goes into the gaps of rows that the database wrote: each thing completed once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from core.records.shapes import Written
from graph.context import Info
from graph.executor.beside import completed
from graph.executor.completion import together
from graph.executor.rendered import Rendered, encoded
from graph.written.entries import Put, Row

StandIn: TypeAlias = Callable[[Mapping[str, Any]], object]
"""Makes what a field is resolved of from the columns that its gap is known by."""
Told: TypeAlias = Mapping[object, tuple[bytes, int]]
"""By what a gap is known by, its JSON and how many objects are in it."""


def is_allowed(info: Info, rows: Iterable[Row]) -> bool:
    """Whether the caller may see every field below gaps; each refusal is told where it is asked."""
    may = info.context.session.scope.may
    return all(may(permission) for row in rows for permission in row.needs)


async def filled(
    info: Info, row: Row, written: Written, stand_in: StandIn
) -> tuple[list[bytes], int]:
    """The rows as JSON, and how many objects of the schema are in them; raises Unusual."""
    known = [list(dict.fromkeys(written.keys(gap))) for gap in range(len(row.puts))]
    told = await together(
        [told_of(info, put, keys, stand_in) for put, keys in zip(row.puts, known, strict=True)]
    )
    texts = written.texts([{key: text for key, (text, _) in each.items()} for each in told])
    objects = len(texts) * row.objects
    for gap, each in enumerate(told):
        counts = {key: count for key, (_, count) in each.items()}
        objects += sum(map(counts.__getitem__, written.keys(gap)))
    return texts, objects


async def told_of(info: Info, put: Put, keys: list[object], stand_in: StandIn) -> Told:
    """The JSON of the field for each key, and the objects in it."""
    rows = [stand_in(dict(zip(put.columns, _parts(put, key), strict=True))) for key in keys]
    values = [done[put.key] for done in await completed(info, put.alone, rows)]
    opaque = put.alone.opaque
    found = (
        (encoded(value), 0 if put.key in opaque else _objects(value, opaque)) for value in values
    )
    return dict(zip(keys, found, strict=True))


def _parts(put: Put, key: Any) -> tuple[Any, ...]:
    return key if len(put.columns) > 1 else (key,)


def _objects(value: Any, opaque: frozenset[str]) -> int:
    """How many objects of the schema are in a completed value; `opaque` keys hold none."""
    if isinstance(value, Rendered):
        return value.objects
    if isinstance(value, list):
        return sum(_objects(each, opaque) for each in value)
    if isinstance(value, dict):
        return 1 + sum(_objects(v, opaque) for key, v in value.items() if key not in opaque)
    return 0
