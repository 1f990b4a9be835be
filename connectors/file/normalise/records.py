"""A page of an uploaded file: the fields of its records as text, and which are refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from typing import Any, Final, overload

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from core.errors import BadInput
from core.file_fields import critical_of
from core.file_layout import CELLS, REFUSED, ROW, FileLayout
from core.jsonvalue import JSONValue
from transform.normalise.columns import ArrowColumn, Mask
from transform.normalise.reading import Reading, mask
from transform.normalise.replay import Replay

CORRECT: Final = "correct the cell and upload the row again"

_SHOWN: Final = 60
"""How much of a text at fault is repeated."""

_BLANK: Final = pa.scalar("")
_FAULT: Final = pa.struct([(name, pa.string()) for name in ("field", "reason", "mend")])


class FileRecords:
    """The records of a page by the fields of its layout; a record itself is read when needed."""

    def __init__(self, body: bytes, layout: FileLayout, replay: Replay | None = None) -> None:
        self.layout = layout
        if replay is not None:
            body = _corrected(body, replay)
        self._table = _table(body, layout)
        self._columns: dict[str, ArrowColumn] = {}
        self.reading = Reading([{}] * len(self), None, None)
        self.reading.replay = replay
        self.reading.records = _Lines(body)
        self._refuse_unread()

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def has(self, field: str) -> bool:
        """Whether the file has a column for `field`."""
        return field in self.layout.columns

    def header(self, field: str) -> str:
        """What the file calls `field`; its own name when it has no such column."""
        return self.layout.columns.get(field, field)

    def column(self, field: str) -> ArrowColumn:
        """The field of each record, stripped; null where it is blank or absent."""
        if field not in self._columns:
            self._columns[field] = self._stripped(field)
        return self._columns[field]

    def blank(self, field: str) -> Mask:
        """Where the field is blank or absent."""
        return mask(self.column(field).is_null())

    def where(self, field: str, test: Callable[[str], bool]) -> Mask:
        """Where the field is present and passes; each distinct text is tested once."""
        return mask(mapped(self.column(field), test, pa.bool_()))

    def refuse(self, refused: Mask, field: str, reason: str, mend: str = CORRECT) -> None:
        """Refuse the marked records, unless they already are; `reason` follows the header."""
        if refused.any():
            check = critical_of(field)
            self.reading.refuse(refused, self.header(field), reason, mend, check=check)

    def refuse_each(self, refused: Mask, field: str, reason: str, mend: str = CORRECT) -> None:
        """Refuse the marked records; `reason` follows the header and the text at fault."""
        for text, same in _groups(refused, self.column(field)):
            shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}\u2026"
            self.refuse(same, field, f"{shown!r} {reason}", mend)

    def refuse_with(self, reasons: Sequence[str | None], field: str, mend: str = CORRECT) -> None:
        """Refuse each record that has a reason."""
        column = pa.array(reasons, pa.string())
        for reason, same in _groups(mask(column.is_valid()), column):
            self.refuse(same, field, reason, mend)

    def _stripped(self, field: str) -> ArrowColumn:
        key = field if field in self.layout.series else self.layout.columns.get(field)
        if key is None:
            return pa.nulls(len(self), pa.string())
        column: ArrowColumn = pc.utf8_trim_whitespace(self._table[key].combine_chunks())
        blank: ArrowColumn = pc.equal(column, _BLANK).fill_null(False)  # noqa: FBT003 - a value
        if not pc.any(blank).as_py():
            return column
        stripped: ArrowColumn = pc.replace_with_mask(column, blank, pa.scalar(None, pa.string()))
        return stripped

    def _refuse_unread(self) -> None:
        """Refuse what the connector could not read whole; it says why."""
        faults = self._table[REFUSED].combine_chunks()
        unread = mask(faults.is_valid())
        if unread.any():
            texts = [None if each is None else orjson.dumps(each) for each in faults.to_pylist()]
            for text, same in _groups(unread, pa.array(texts, pa.string())):
                self.reading.refuse(same, **orjson.loads(text))


class _Lines(Sequence[JSONValue]):
    """The records of a page, each parsed when it is asked for."""

    def __init__(self, body: bytes) -> None:
        self._lines = body.strip().split(b"\n")

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, place: int) -> JSONValue: ...
    @overload
    def __getitem__(self, place: slice) -> list[JSONValue]: ...
    def __getitem__(self, place: int | slice) -> JSONValue:
        if isinstance(place, slice):
            return [orjson.loads(line) for line in self._lines[place]]
        record: JSONValue = orjson.loads(self._lines[place])
        return record


def mapped(column: ArrowColumn, change: Callable[[str], Any], kind: pa.DataType) -> ArrowColumn:
    """`change` of each text as a column of `kind`, computed once per distinct text."""
    coded = column.dictionary_encode()
    texts: list[Any] = coded.dictionary.to_pylist()
    changed = [change(text) for text in texts]
    return pa.array(changed, kind).take(coded.indices)


def _corrected(body: bytes, replay: Replay) -> bytes:
    """The page with corrected records in place of those that came, read whole or not."""
    lines = body.strip().split(b"\n")
    for position, record in replay.corrections.items():
        kept = {
            key: value if value is None or key == ROW else str(value)
            for key, value in record.items()
            if key not in {REFUSED, CELLS}
        }
        lines[position] = orjson.dumps(kept)
    return b"\n".join(lines)


def _groups(marked: Mask, column: ArrowColumn) -> Iterator[tuple[str, Mask]]:
    """The marked places of each distinct text."""
    places = np.flatnonzero(marked)
    taken: list[Any] = column.filter(pa.array(marked)).to_pylist()
    texts = pd.Series(taken, index=places, dtype=object)
    for text, group in texts.groupby(texts, sort=False):
        same = np.zeros(len(marked), dtype=bool)
        same[group.index.to_numpy()] = True
        yield str(text), same


def _table(body: bytes, layout: FileLayout) -> Any:
    """The mapped cells of a page. BadInput when it is not JSON lines of texts."""
    keys = dict.fromkeys((*layout.columns.values(), *layout.series))
    schema = pa.schema([*((key, pa.string()) for key in keys), (REFUSED, _FAULT)])
    try:
        return pj.read_json(
            BytesIO(body),
            read_options=pj.ReadOptions(use_threads=False, block_size=len(body) + 1),
            parse_options=pj.ParseOptions(
                explicit_schema=schema, unexpected_field_behavior="ignore"
            ),
        )
    except pa.ArrowInvalid as error:
        raise BadInput(f"the page is not JSON lines of texts: {error}") from error
