"""What a mutation, the command line or a schedule may ask for, in records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from core.jsonvalue import JSONObject
from core.records.connections import Breakdown, Level, Source
from core.records.runs import RunKind
from core.series import ColumnRole, Period, SeriesColumn
from core.units import DateRange


class FileReading(StrEnum):
    """What a file says about the rows it does not hold.

    PARTIAL: nothing. COMPLETE: the file is all there is for the days from its first to its
    last, so an entry of those days that it no longer holds has vanished.
    """

    PARTIAL = "PARTIAL"
    COMPLETE = "COMPLETE"


@dataclass(frozen=True, slots=True)
class FileOptions:
    """How to read an uploaded file; None is detected, and asked for when it is ambiguous.

    `columns` maps a field of an entry (`date`, `spend`, `campaign_id`, …) to the header that
    holds it and wins over detection. `date_format` is a strptime format such as %d/%m/%Y.
    Of a wide file, `series` says by header what a column is, `period` what a row covers.
    """

    columns: dict[str, str] = field(default_factory=dict)
    date_format: str | None = None
    decimal_separator: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    series: dict[str, SeriesColumn] = field(default_factory=dict)
    period: Period | None = None
    reading: FileReading = FileReading.PARTIAL

    def filled_from(self, saved: FileOptions) -> FileOptions:
        """These options, and the saved mapping's where these say nothing; `reading` is ours."""
        names = (each.name for each in fields(self))
        said = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        said["columns"] = saved.columns | self.columns
        said["series"] = saved.series | self.series
        return replace(saved, **said)

    def to_json(self) -> JSONObject:
        """As it is kept with a run or a connection."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: JSONObject) -> FileOptions:
        """The options that `to_json` kept."""
        said: dict[str, Any] = dict(kept)
        reading = FileReading(said.pop("reading", FileReading.PARTIAL))
        period = said.pop("period", None)
        series = {
            header: SeriesColumn(ColumnRole(column["role"]), column["channel"])
            for header, column in said.pop("series", {}).items()
        }
        return cls(**said, series=series, period=period and Period(period), reading=reading)


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run that is to be queued, of any kind; `options` are as its kind understands them."""

    kind: RunKind
    connection_id: UUID | None = None
    dates: DateRange | None = None
    upload_id: UUID | None = None
    options: JSONObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StartIngestion:
    """Read a connection: `dates` for an API source, `upload_id` and `file` for a FILE one.

    `spans`: only these days of `dates`, newest first; all of them where there are none.

    `saves_mapping`: keep `file` with the connection, for files to come.
    """

    connection_id: UUID
    dates: DateRange | None = None
    spans: tuple[DateRange, ...] = ()
    kind: RunKind = RunKind.INGESTION
    upload_id: UUID | None = None
    file: FileOptions = field(default_factory=FileOptions)
    saves_mapping: bool = False

    @property
    def run(self) -> NewRun:
        """The run that does it."""
        spans = [[f"{span.since}", f"{span.until}"] for span in self.spans]
        options: JSONObject = {"spans": spans} if spans else {}
        return NewRun(
            self.kind,
            self.connection_id,
            self.dates,
            self.upload_id,
            self.file.to_json() if self.upload_id else options,
        )


@dataclass(frozen=True, slots=True)
class Credentials:
    """What opens an account of `source`, in `parts` called as its manifest calls them.

    Sealed at once; none of it comes back out.
    """

    source: Source
    parts: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class StartBackfill:
    """Read past days, if that takes no more than `max_calls` of the source.

    `includes_settled`: also days that were read after the source had stopped changing them.
    """

    connection_id: UUID
    dates: DateRange
    max_calls: int
    includes_settled: bool = False


@dataclass(frozen=True, slots=True)
class ConnectSource:
    """Set up a connection; without `credentials` for a source that takes none."""

    source: Source
    account_id: str
    name: str
    currency: str
    time_zone: str
    level: Level
    look_back_days: int
    credentials: Credentials | None = None
    breakdown: Breakdown | None = None


@dataclass(frozen=True, slots=True)
class ChangeConnection:
    """What of a connection is to be otherwise; None stays as it is."""

    name: str | None = None
    look_back_days: int | None = None


@dataclass(frozen=True, slots=True)
class CreateTenant:
    """A new organisation; `slug` is its short name in lower case."""

    slug: str
    name: str
    countries: tuple[str, ...] = ("US",)
    fiscal_start_month: int = 1
    fiscal_year_named_by_end: bool = True
    reporting_currency: str = "USD"
    tier: str = "FREE"
