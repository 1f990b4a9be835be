"""A page of an uploaded file: its records, and their fields by the file's layout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa

from core.errors import BadInput
from core.file_layout import REFUSED, FileLayout
from core.jsonvalue import JSONObject
from transform.normalise.columns import ArrowColumn, Mask
from transform.normalise.reading import Reading

CORRECT: Final = "correct the cell and upload the row again"


class FileRecords:
    """The records of a page as columns of stripped text, and which of them are refused."""

    def __init__(self, records: list[JSONObject], layout: FileLayout) -> None:
        self.records = records
        self.layout = layout
        self.reading = Reading(records)
        self._refuse_unread()

    def has(self, field: str) -> bool:
        """Whether the file has a column for `field`."""
        return field in self.layout.columns

    def header(self, field: str) -> str:
        """What the file calls `field`; its own name when it has no such column."""
        return self.layout.columns.get(field, field)

    def texts(self, field: str) -> list[str | None]:
        """The field of each record, stripped; None where it is blank or absent."""
        key = self.layout.columns.get(field)
        if key is None:
            return [None] * len(self.records)
        values = [record.get(key) for record in self.records]
        return [value.strip() or None if isinstance(value, str) else None for value in values]

    def column(self, field: str) -> ArrowColumn:
        """`texts` as a column."""
        return pa.array(self.texts(field), pa.string())

    def refuse(self, refused: Mask, field: str, reason: str, mend: str = CORRECT) -> None:
        """Refuse the marked records, unless they already are; `reason` follows the header."""
        if refused.any():
            self.reading.refuse(refused, self.header(field), reason, mend)

    def refuse_each(
        self,
        refused: Mask,
        field: str,
        texts: Sequence[str | None],
        reason: str,
        mend: str = CORRECT,
    ) -> None:
        """Refuse the marked records; `reason` follows the header and the text at fault."""
        for text, same in _by_text(refused, texts):
            self.refuse(same, field, f"{text!r} {reason}", mend)

    def refuse_with(
        self, refused: Mask, field: str, reason: str, texts: Sequence[str | None], mend: str
    ) -> None:
        """Refuse the marked records; the text of each ends its `reason`."""
        for text, same in _by_text(refused, texts):
            self.refuse(same, field, f"{reason} {text}", mend)

    def _refuse_unread(self) -> None:
        faults = [record.get(REFUSED) for record in self.records]
        is_unread = np.array([fault is not None for fault in faults], dtype=bool)
        keys = [orjson.dumps(fault).decode() for fault in faults] if is_unread.any() else []
        for key, same in _by_text(is_unread, keys):
            fault = orjson.loads(key)
            self.reading.refuse(same, fault["field"], fault["reason"], fault["mend"])


def _by_text(marked: Mask, texts: Sequence[str | None]) -> Iterator[tuple[str, Mask]]:
    """The marked places of each distinct text."""
    places = np.flatnonzero(marked)
    if not len(places):
        return
    found = pd.Series([texts[place] or "" for place in places.tolist()], index=places)
    for text, group in found.groupby(found, sort=False):
        same = np.zeros(len(marked), dtype=bool)
        same[group.index.to_numpy()] = True
        yield str(text), same


def file_records(body: bytes, layout: FileLayout) -> FileRecords:
    """The records of `body`, JSON lines. BadInput when it is none."""
    try:
        lines: Any = orjson.loads(b"[" + body.strip().replace(b"\n", b",") + b"]")
    except orjson.JSONDecodeError as error:
        raise BadInput(f"the page is not JSON lines: {error}") from error
    return FileRecords(lines, layout)
