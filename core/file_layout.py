"""What an uploaded file turned out to hold: decided once by a connector, obeyed ever after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from core.errors import Bug
from core.file_fields import NUMBER_FIELDS, WHOLE_FIELDS
from core.jsonvalue import JSONObject
from core.series import ColumnRole

ROW = "$row"
"""Key of a record's place in its file: the line of a text file, the row of a sheet, else a count
from 1."""

REFUSED = "$refused"
"""Key of a record that could not be read whole: {"field", "reason", "mend"}."""

CELLS = "$cells"
"""Key of what could be read of a refused record: a list of texts."""


@dataclass(frozen=True, slots=True)
class LaidSeries:
    """A column of a wide file that makes a series, or one for each of its `values` (a FACTOR)."""

    role: ColumnRole
    channel: str | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileLayout:
    """Where the fields of an entry stand in a file's records, and how they are written.

    `columns` maps a field of core.file_fields to a header. `date_format` (strptime) was asked
    for; `date_order` (DMY, MDY, YMD) was inferred; neither is needed for year-first days.
    `header_currency` is the code or symbol that the header of an amount names.

    Of a wide file, `series` tells its columns by header and `passed_over` those that nothing is
    made of; each row covers `period_days` days, or `period_months` months, from its date on.
    """

    columns: Mapping[str, str]
    date_basis: str = "DELIVERY"
    date_format: str | None = None
    date_order: str | None = None
    decimal_separator: str = "."
    header_currency: str | None = None
    series: Mapping[str, LaidSeries] = field(default_factory=dict)
    passed_over: tuple[str, ...] = ()
    period_days: int | None = None
    period_months: int | None = None

    @property
    def is_long(self) -> bool:
        """Whether a record is about one action type of an entity's day, not about the day."""
        return "action_type" in self.columns and "value" in self.columns

    @property
    def is_wide(self) -> bool:
        """Whether a record holds many series, not one entity's day."""
        return bool(self.series)

    def as_json(self) -> JSONObject:
        """The layout as JSON, for a page's request; of a wide file alone it tells the series."""
        document: dict[str, Any] = asdict(self)
        return document if self.is_wide else {k: v for k, v in document.items() if k not in _WIDE}


def number_columns(layout: FileLayout) -> list[tuple[str, bool]]:
    """The keys of columns that hold numbers, and whether those are always whole."""
    fields = [field for field in NUMBER_FIELDS if field in layout.columns]
    found = [(layout.columns[field], field in WHOLE_FIELDS) for field in fields]
    numbers = (key for key, each in layout.series.items() if each.role is not ColumnRole.FACTOR)
    return [*found, *((key, False) for key in numbers)]


_WIDE = frozenset({"series", "passed_over", "period_days", "period_months"})


def layout_of(document: JSONObject) -> FileLayout:
    """The layout that `as_json` wrote; Bug when `document` is none."""
    try:
        given: dict[str, Any] = dict(document)
        laid = {header: _laid(each) for header, each in given.pop("series", {}).items()}
        passed_over = tuple(given.pop("passed_over", ()))
        return FileLayout(**given, series=laid, passed_over=passed_over)
    except (TypeError, ValueError, KeyError) as error:
        raise Bug(f"the page's options are no file layout: {error}") from error


def _laid(document: Mapping[str, Any]) -> LaidSeries:
    return LaidSeries(ColumnRole(document["role"]), document["channel"], tuple(document["values"]))
