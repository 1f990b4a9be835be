"""Rows as JSON text, written by Postgres in the schema's own text form.

What is written equals, byte for byte, what orjson writes of the scalars of the API: decimals as
plain digits without trailing zeros in a string, moments in UTC with `Z`, strings escaped as
`to_json` does, which escapes what orjson escapes. Nothing that a caller gave becomes SQL but
response keys, which are names of GraphQL, as literals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, groupby
from typing import Any, Final, TypeAlias

import asyncpg
import orjson

from core.records.shapes import Gap, Literal, Nested, Place, Shape, Value, Written

_MOST_ARGUMENTS: Final = 90
"""Of one call of concat(): a function of Postgres takes a hundred."""


def text(expression: str) -> str:
    """A string."""
    return f"coalesce(to_json({expression}), 'null'::json)"


def name(expression: str) -> str:
    """A member of an enum, which needs no escapes."""
    return f"coalesce('\"' || {expression} || '\"', 'null')"


def bare(expression: str) -> str:
    """A whole number or a truth value."""
    return f"coalesce(({expression})::text, 'null')"


def day(expression: str) -> str:
    """A date."""
    return name(f"({expression})::text")


def decimal(expression: str) -> str:
    """A Decimal."""
    return name(f"trim_scale({expression})::text")


@dataclass(frozen=True, slots=True)
class Plain:
    """A column that is never null and needs no escapes: a string of what it looks like as text."""

    expression: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A DateTime, written here: Postgres takes longer over one than over any other value.

    Rows that were learned together share it.
    """

    expression: str


Form: TypeAlias = str | Plain | Moment
"""How a value is written: SQL of its JSON, or one of those above."""


@dataclass(frozen=True, slots=True)
class Relation:
    """What can be written of the rows of a relation.

    `values` are SQL of JSON text by the names of columns, `keys` what gaps are known by, and
    `place` makes the cursor of the list of a tag.
    """

    values: Mapping[str, Form]
    keys: Mapping[str, str]
    place: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class _Sql:
    expression: str


_Piece: TypeAlias = str | _Sql | Moment | Gap
"""Text that is the same in all rows, text of the row, or something that is put in afterwards."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """How rows of a shape are selected: `items` of SQL, of which `written` makes the rows.

    `put` has for each `%b` of `form` what is put in there; None is text of the row. A gap takes an
    item for each of its columns.
    """

    form: bytes
    items: tuple[str, ...]
    put: tuple[Moment | Gap | None, ...]

    def written(self, rows: Sequence[asyncpg.Record], first: int) -> Written:
        """What `rows` hold from their column number `first` on."""
        columns: list[Sequence[Any]] = []
        for put in self.put:
            width = len(put.columns) if isinstance(put, Gap) else 1
            after = first + width
            if width > 1:
                columns.append([row[first:after] for row in rows])
            else:
                columns.append([row[first] for row in rows])
            if isinstance(put, Moment):
                columns[-1] = _moments(columns[-1])
            first = after
        gaps = tuple(number for number, put in enumerate(self.put) if isinstance(put, Gap))
        return Written(len(rows), self.form, tuple(columns), gaps)


def _moments(column: Sequence[datetime | None]) -> list[bytes]:
    """As graph.scalars writes them, each once."""
    told = {
        each: b"null" if each is None else orjson.dumps(each, option=orjson.OPT_UTC_Z)
        for each in set(column)
    }
    return [told[each] for each in column]


def rendering(shape: Shape, relation: Relation) -> Rendering:
    """How rows of `shape` are selected from `relation`."""
    form, items, put = "", list[str](), list[Moment | Gap | None]()
    pieces = _object(shape, relation)
    for is_put, run in groupby(pieces, lambda piece: isinstance(piece, Moment | Gap)):
        if is_put:
            for piece in run:
                if isinstance(piece, Gap):
                    items += (relation.keys[column] for column in piece.columns)
                    put.append(piece)
                elif isinstance(piece, Moment):
                    items.append(piece.expression)
                    put.append(piece)
                form += "%b"
            continue
        texts = [piece for piece in run if isinstance(piece, str | _Sql)]
        if any(isinstance(piece, _Sql) for piece in texts):
            items.append(_joined(texts))
            put.append(None)
            form += "%b"
        else:
            form += "".join(map(str, texts)).replace("%", "%%")
    return Rendering(form.encode(), tuple(items), tuple(put))


@dataclass(frozen=True, slots=True)
class Lines:
    """Rows as one value, a line each: `item` is SQL of it over the relation and what is `joined`.

    Whoever receives a row each makes more of a thousand rows than of their text.
    """

    item: str
    joined: str

    @staticmethod
    def of(value: bytes | None) -> list[bytes]:
        """The rows of a value; JSON has no line breaks of its own, for strings escape theirs."""
        return [] if value is None else value.split(b"\n")


def lines(shape: Shape, relation: Relation) -> Lines | None:
    """How rows of `shape` are selected from `relation` as one value, in the order they come in.

    None where something is put into them afterwards.
    """
    pieces = list(_object(shape, relation))
    moments = list(dict.fromkeys(each for each in pieces if isinstance(each, Moment)))
    given: list[str | _Sql] = []
    for piece in pieces:
        if isinstance(piece, Gap):
            return None
        given.append(_Sql(f"m{moments.index(piece)}.told") if isinstance(piece, Moment) else piece)
    # OFFSET 0: rows share moments, and each is written once, row by row in their order.
    told = (
        f" CROSS JOIN LATERAL (SELECT {_moment(each.expression)} AS told OFFSET 0) m{number}"
        for number, each in enumerate(moments)
    )
    return Lines(f"convert_to(string_agg({_concat(given)}, E'\\n'), 'UTF8')", "".join(told))


def _moment(expression: str) -> str:
    """SQL of what _moments writes."""
    utc = f"""to_char({expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
    return name(f"replace({utc}, '.000000Z', 'Z')")


def _object(shape: Shape, relation: Relation) -> Iterator[_Piece]:
    """The pieces of an object, of which no two that stand together are text of all rows."""
    held = "{"
    for piece in chain.from_iterable(_members(shape, relation)):
        if isinstance(piece, str):
            held += piece
        else:
            yield held
            yield piece
            held = ""
    yield held + "}"


def _members(shape: Shape, relation: Relation) -> Iterator[Iterator[_Piece]]:
    for number, member in enumerate(shape):
        key = orjson.dumps(member.key).decode()
        yield iter([f"{',' if number else ''}{key}:"])
        yield _member(member, relation)


def _member(member: Value | Literal | Place | Nested | Gap, relation: Relation) -> Iterator[_Piece]:
    match member:
        case Value(column=column):
            yield from _value(relation.values[column])
        case Literal(json=json):
            yield json
        case Place(tag=tag):
            yield _Sql(relation.place(tag))
        case Nested(members=members):
            yield from _object(members, relation)
        case Gap():
            yield member


def _value(form: Form) -> Iterator[_Piece]:
    if isinstance(form, Plain):
        yield '"'
        yield _Sql(form.expression)
        yield '"'
    else:
        yield _Sql(form) if isinstance(form, str) else form


def _joined(pieces: Sequence[str | _Sql]) -> str:
    """SQL of the pieces as one text, in UTF-8."""
    return f"convert_to({_concat(pieces)}, 'UTF8')"


def _concat(pieces: Sequence[str | _Sql]) -> str:
    given = [_quoted(each) if isinstance(each, str) else each.expression for each in pieces if each]
    while len(given) > _MOST_ARGUMENTS:
        starts = range(0, len(given), _MOST_ARGUMENTS)
        given = [f"concat({', '.join(given[at : at + _MOST_ARGUMENTS])})" for at in starts]
    return f"concat({', '.join(given)})"


def _quoted(literal: str) -> str:
    return "'" + literal.replace("'", "''") + "'"
