"""Which character separates the cells of a text file."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence

from connectors.file.headers import HEADER_ROWS, Vocabulary, recognised
from core.commands import FileOptions
from core.errors import BadInput

DELIMITERS = (",", ";", "\t", "|")
_NAMES = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
_HINT = "sep="


def choose_delimiter(lines: Sequence[str], options: FileOptions, words: Vocabulary) -> str:
    """The delimiter asked for, or named by a `sep=` line, else the one that makes a table.

    That is: the one under which most cells of one row are known headers, then the one under
    which most rows have equally many cells, then the one that makes most cells.
    """
    if options.delimiter is not None:
        return _wanted(options.delimiter)
    first = lines[0].strip("\r\n\ufeff") if lines else ""
    if first.lower().startswith(_HINT) and len(first) == len(_HINT) + 1:
        return first[-1]
    return max(DELIMITERS, key=lambda delimiter: _score(lines, delimiter, words))


def _wanted(text: str) -> str:
    delimiter = _NAMES.get(text.lower(), text)
    if len(delimiter) == 1 and delimiter not in {'"', "\r", "\n"}:
        return delimiter
    raise BadInput(
        f"{text!r} is not a delimiter", field="delimiter", mend="give one character, or tab"
    )


def _score(lines: Sequence[str], delimiter: str, words: Vocabulary) -> tuple[int, float, int]:
    rows = [row for line in lines if (row := _cells(line, delimiter))]
    known = max((recognised(row, words) for row in rows[:HEADER_ROWS]), default=0)
    width, count = Counter(len(row) for row in rows).most_common(1)[0] if rows else (0, 0)
    return known, count / max(len(rows), 1) if width > 1 else 0.0, width


def _cells(line: str, delimiter: str) -> list[str]:
    """The cells of one line by itself, so that an open quote swallows no others."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return [line]
