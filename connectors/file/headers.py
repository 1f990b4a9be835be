"""Where the header row stands, and which column holds which field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import count, islice

from core.commands import FileOptions
from core.errors import BadInput
from core.file_fields import (
    FILE_FIELDS,
    NODE_FIELDS,
    SERIES_FIELDS,
    field_of,
    series_field_of,
)
from core.file_layout import CELLS, REFUSED, ROW
from core.file_orders import ORDER_FIELDS, order_field_of
from core.records.connections import Level
from core.series import detected

HEADER_ROWS = 50
"""How many rows from the top a header may stand below: titles and blank lines come first."""

_ENOUGH = 2
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the headers of a file may name: fields by alias, and what was mapped by hand.

    `columns`: header by field. `series`: headers mapped to series; `has_series`: others may be.
    """

    fields: tuple[str, ...]
    field_of: Callable[[str], tuple[str, int] | None]
    columns: Mapping[str, str]
    series: AbstractSet[str] = frozenset()
    has_series: bool = False

    def named(self, text: str) -> str | None:
        """What a header names, None for nothing."""
        found = self.field_of(text)
        if found is not None:
            return found[0]
        is_series = text in self.series or (self.has_series and detected(text) is not None)
        return f"series {text}" if is_series else None


def vocabulary(options: FileOptions, level: Level) -> Vocabulary:
    """The vocabulary of files whose rows are about `level`."""
    if level is Level.ORDER:
        return Vocabulary(tuple(ORDER_FIELDS), order_field_of, options.columns)
    if level is not Level.SERIES:
        return Vocabulary(tuple(FILE_FIELDS), field_of, options.columns)
    named = frozenset(options.series)
    return Vocabulary(SERIES_FIELDS, series_field_of, options.columns, named, has_series=True)


def recognised(cells: Iterable[str | None], words: Vocabulary) -> int:
    """How many different fields the cells name, as headers or by an explicit mapping."""
    texts = [cell.strip() for cell in cells if cell]
    known = {found for text in texts if (found := words.named(text)) is not None}
    return len(known | {field for field, header in words.columns.items() if header in texts})


@dataclass(frozen=True, slots=True)
class Headers:
    """Columns as the file titles them, and as keys of a record, where each is unique."""

    titles: tuple[str, ...]
    keys: tuple[str, ...]


def headers_of(titles: Sequence[str]) -> Headers:
    """Titles with their keys: blank ones called by place, repeated and reserved ones numbered."""
    taken = {ROW, REFUSED, CELLS}
    keys = []
    for place, title in enumerate(titles, start=1):
        stem = title or f"column_{place}"
        key = next(
            name
            for name in _numbered(stem)
            if name not in taken and (name == title or name not in titles)
        )
        taken.add(key)
        keys.append(key)
    return Headers(tuple(titles), tuple(keys))


def _numbered(stem: str) -> Iterator[str]:
    yield stem
    yield from (f"{stem}_{n}" for n in count(2))


def find_header(
    rows: Iterable[tuple[int, Sequence[str | None]]], words: Vocabulary
) -> tuple[int, Headers]:
    """The number and the names of the row that names most fields; the first of equals.

    BadInput when no row names two fields, or the one that was mapped.
    """
    head = [
        (number, [(cell or "").strip() for cell in cells])
        for number, cells in islice(rows, HEADER_ROWS)
    ]
    if not head:
        raise BadInput("the file is empty", field="file", mend="upload a file that holds rows")
    best = max(head, key=lambda row: (recognised(row[1], words), -row[0]))
    if recognised(best[1], words) >= min(_ENOUGH, len(words.columns) or _ENOUGH):
        return best[0], headers_of(best[1])
    raise BadInput(
        f"no header row was found in the first {HEADER_ROWS} rows; the first row holds: "
        + listed(head[0][1]),
        field="columns",
        mend="begin with a row of column names such as date, campaign_id, spend, or map them "
        'in columns: {"date": "<your header>"}',
    )


def map_columns(headers: Headers, words: Vocabulary) -> dict[str, str]:
    """The key of each field's column: the one that was mapped, else its best alias.

    An empty text in its place leaves the field out. BadInput for a field or header that does not
    exist and for two columns that name one field equally well.
    """
    mapped = {
        field: _explicit(field, name.strip(), headers, words)
        for field, name in words.columns.items()
    }
    taken = {key for key in mapped.values() if key} | words.series
    for field, candidates in _candidates(headers, taken, words).items():
        if field not in mapped:
            mapped[field] = _best(field, candidates)
    return {field: key for field, key in mapped.items() if key}


def _explicit(field: str, name: str, headers: Headers, words: Vocabulary) -> str:
    if field not in words.fields:
        raise BadInput(
            f"{field!r} is not a field of {'a wide file' if words.has_series else 'an entry'}",
            field="columns",
            mend=f"use one of {', '.join(words.fields)}"
            + (", and map the rest in series" if words.has_series else ""),
        )
    if headers.titles.count(name) > 1:
        raise _ambiguous(field, [name] * headers.titles.count(name))
    if name and name not in headers.keys:
        raise BadInput(
            f"no column is called {name!r}; the file has {listed(headers.titles)}",
            field=f"columns.{field}",
            mend="give a header exactly as it stands in the file",
        )
    return name


def _candidates(
    headers: Headers, taken: AbstractSet[str], words: Vocabulary
) -> dict[str, list[tuple[int, str, str]]]:
    found: dict[str, list[tuple[int, str, str]]] = {}
    for title, key in zip(headers.titles, headers.keys, strict=True):
        match = words.field_of(title)
        if match is not None and key not in taken:
            found.setdefault(match[0], []).append((match[1], title, key))
    return found


def _best(field: str, candidates: Sequence[tuple[int, str, str]]) -> str:
    rank = min(candidate[0] for candidate in candidates)
    best = [candidate for candidate in candidates if candidate[0] == rank]
    if len(best) > 1:
        raise _ambiguous(field, [title for _, title, _ in best])
    return best[0][2]


def _ambiguous(field: str, titles: Sequence[str]) -> BadInput:
    return BadInput(
        f"{len(titles)} columns may be {field}: {listed(titles)}",
        field=f"columns.{field}",
        mend=f"rename all but one of them in the file, or map {field} to the right one in columns",
    )


def node_column(headers: Headers, first: Mapping[str, str | None]) -> dict[str, str]:
    """The field that Keboola's `parent_id` holds, by the node that the first record came from."""
    field = NODE_FIELDS.get(first.get("fb_graph_node") or "")
    return {field: "parent_id"} if field and "parent_id" in headers.keys else {}


def listed(names: Sequence[str | None]) -> str:
    """The first of some headers, as an error shows them."""
    shown = [repr(name) for name in names if name]
    return ", ".join(shown[:_SHOWN]) + (", \u2026" if len(shown) > _SHOWN else "")
