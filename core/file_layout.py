"""What an uploaded file turned out to hold: decided once by a connector, obeyed ever after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from core.errors import Bug
from core.jsonvalue import JSONObject

ROW = "$row"
"""Key of a record's place in its file: the line of a text file, the row of a sheet, else a count
from 1."""

REFUSED = "$refused"
"""Key of a record that could not be read whole: {"field", "reason", "mend"}."""

CELLS = "$cells"
"""Key of what could be read of a refused record: a list of texts."""


@dataclass(frozen=True, slots=True)
class FileLayout:
    """Where the fields of an entry stand in a file's records, and how they are written.

    `columns` maps a field of core.file_fields to a header. `date_format` (strptime) was asked
    for; `date_order` (DMY, MDY, YMD) was inferred; neither is needed for year-first days.
    `header_currency` is the code or symbol that the header of an amount names.
    """

    columns: Mapping[str, str]
    date_basis: str = "DELIVERY"
    date_format: str | None = None
    date_order: str | None = None
    decimal_separator: str = "."
    header_currency: str | None = None

    @property
    def is_long(self) -> bool:
        """Whether a record is about one action type of an entity's day, not about the day."""
        return "action_type" in self.columns and "value" in self.columns

    def as_json(self) -> JSONObject:
        """The layout as JSON, for a page's request."""
        return asdict(self)


def layout_of(document: JSONObject) -> FileLayout:
    """The layout that `as_json` wrote; Bug when `document` is none."""
    try:
        return FileLayout(**document)  # type: ignore[arg-type]  # checked just below
    except TypeError as error:
        raise Bug(f"the page's options are no file layout: {error}") from error
