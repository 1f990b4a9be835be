"""What to read."""

from __future__ import annotations

import strawberry

from core.commands import FileOptions, FileReading
from core.series import ColumnRole, Period, SeriesColumn
from graph.inputs.dates import DateRangeInput
from resolvers.files import columns, series


@strawberry.input(description="Which days of a connection to read.")
class StartIngestionInput:
    """What startIngestion takes."""

    connection_id: strawberry.ID = strawberry.field(description="Id of an ACTIVE connection.")
    dates: DateRangeInput | None = strawberry.field(
        default=None,
        description=(
            "The days, none later than today in the account's zone. Left out: from its look-back "
            "up to today."
        ),
    )


@strawberry.input(description="Which header of a file holds a field of an entry.")
class FileColumnInput:
    """One mapping."""

    field: str = strawberry.field(
        description=(
            "Field of an entry, such as `date`, `campaign_id`, `spend`, `impressions`, `clicks`, "
            "`conversions` or `conversion_value`. A wrong one is answered with the whole list."
        )
    )
    header: str = strawberry.field(description="The header, as the file spells it.")


@strawberry.input(
    description="What a column of a wide file, of a connection of level `SERIES`, is."
)
class SeriesColumnInput:
    """One column."""

    header: str = strawberry.field(description="The header, as the file spells it.")
    role: ColumnRole = strawberry.field(description="What it is to a model.")
    channel: str | None = strawberry.field(
        default=None,
        description=(
            "Which channel it measures. Left out: what its header says of media, else `Unassigned`."
        ),
    )


@strawberry.input(
    description=(
        "How to read an uploaded file. What is left out is detected; what cannot be detected "
        "without doubt is asked for."
    )
)
class IngestFileInput:
    """What ingestFile takes."""

    connection_id: strawberry.ID = strawberry.field(description="Id of an ACTIVE FILE connection.")
    upload_id: strawberry.ID = strawberry.field(description="The id that the upload answered.")
    columns: list[FileColumnInput] = strawberry.field(
        default_factory=list,
        description="Where fields are found; wins over detection.",
    )
    date_format: str | None = strawberry.field(
        default=None, description="How days are written, in strptime codes such as `%d/%m/%Y`."
    )
    decimal_separator: str | None = strawberry.field(
        default=None, description="`.` or `,`: what stands before the fraction of a number."
    )
    delimiter: str | None = strawberry.field(
        default=None, description="The one character between the columns of a text file."
    )
    encoding: str | None = strawberry.field(
        default=None, description="Encoding of a text file, such as `utf-8`."
    )
    sheet: str | None = strawberry.field(
        default=None, description="Name of the sheet to read of a workbook."
    )
    series: list[SeriesColumnInput] = strawberry.field(
        default_factory=list,
        description=(
            "What columns of a wide file are; wins over what headers such as `tv_S`, `tv_spend` "
            "or `revenue` say. For connections of level `SERIES`."
        ),
    )
    period: Period | None = strawberry.field(
        default=None,
        description=(
            "How long a row of a wide file covers, from its date on. Left out: as its dates "
            "follow each other, which must then be without a gap."
        ),
    )
    reading: FileReading = strawberry.field(
        default=FileReading.PARTIAL,
        description="What the file says about the rows it does not hold.",
    )

    save_mapping: bool = strawberry.field(
        default=False,
        description=(
            "Keep how this file is read with the connection: later files are read the same way "
            "where ingestFile says nothing else."
        ),
    )

    def to_options(self) -> FileOptions:
        """The options, not yet checked but for their columns."""
        return FileOptions(
            columns=columns([(column.field, column.header) for column in self.columns]),
            date_format=self.date_format,
            decimal_separator=self.decimal_separator,
            delimiter=self.delimiter,
            encoding=self.encoding,
            sheet=self.sheet,
            series=series([(each.header, _column(each)) for each in self.series]),
            period=self.period,
            reading=self.reading,
        )


def _column(given: SeriesColumnInput) -> SeriesColumn:
    return SeriesColumn(given.role, given.channel)
