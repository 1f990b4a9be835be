"""Tables and moments on the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import orjson
import typer


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under their headings; no cell is ever cut, so that ids can be copied."""
    table = [tuple(columns), *map(tuple, rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())


def show_fields(fields: Iterable[tuple[str, str]]) -> None:
    """Print one thing: a line for each of its fields."""
    lines = list(fields)
    width = max(len(name) for name, _ in lines)
    for name, value in lines:
        typer.echo(f"{name.ljust(width)}  {value}")


def show_lines(rows: Iterable[Mapping[str, object]]) -> None:
    """Print a JSON object a line, for programs."""
    for row in rows:
        typer.echo(orjson.dumps(row, default=str))


def moment(value: datetime | None, otherwise: str = "-") -> str:
    """A moment in UTC, to the second."""
    return otherwise if value is None else value.strftime("%Y-%m-%d %H:%M:%SZ")
