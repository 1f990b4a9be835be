"""Export: files of one snapshot of your data, for a model to load."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry

from core.records.exports import ExportCheck as CheckRecord
from core.records.exports import ExportFile as FileRecord
from core.records.exports import ExportKind, ExportRecord, ExportState, Severity
from core.scope import Permission
from graph.bounds.sizes import about
from graph.context import Info
from graph.fields import guarded, resolved
from graph.ids import EXPORT
from graph.scalars import JSON, BigInt
from graph.types.links import present
from graph.types.node import Node
from graph.types.runs import Run
from resolvers import exports, runs

ExpiresIn = Annotated[
    int,
    strawberry.argument(
        description="For how many seconds the link holds: 60 to 604,800 (7 days), and never "
        "longer than the export."
    ),
]


@strawberry.type(description="One file of an export.")
class ExportFile:
    """ExportFile of the records on the wire."""

    export: strawberry.Private[ExportRecord]
    name: str = strawberry.field(description="Such as `wide.parquet`.")
    media_type: str = strawberry.field(description="MIME type, such as `text/csv`.")
    size_bytes: BigInt = strawberry.field(description="Size in bytes.")
    sha256: str = strawberry.field(
        description="SHA-256 of the file, in hex; also the download's `ETag`."
    )
    rows: BigInt | None = strawberry.field(description="Rows; null of what is no table.")

    @classmethod
    def from_record(cls, export: ExportRecord, record: FileRecord) -> ExportFile:
        """The file on the wire."""
        return cls(
            export=export,
            name=record.name,
            media_type=record.media_type,
            size_bytes=BigInt(record.bytes),
            sha256=record.sha256,
            rows=None if record.rows is None else BigInt(record.rows),
        )

    @resolved(
        "Where to fetch it, without further credentials: whoever has the link has the file until "
        "it expires or the export ends. Takes `Range` and `If-Range`, so that a download that "
        "broke off goes on. Null unless the export is READY."
    )
    async def url(self, info: Info, *, expires_in: ExpiresIn = exports.LINK_SECONDS) -> str | None:
        """Signed on demand."""
        return await exports.link(info.context.session, self.export, self.name, expires_in)


@strawberry.type(description="A finding of the checks that look at an export before a model does.")
class ExportCheck:
    """ExportCheck of the records on the wire."""

    check: str = strawberry.field(description="Which one, such as `vif`.")
    severity: Severity = strawberry.field(description="How it weighs.")
    columns: list[str] = strawberry.field(description="Columns of the wide table it is about.")
    value: JSON | None = strawberry.field(description="What was measured; null without a measure.")
    threshold: JSON | None = strawberry.field(description="What it was held against.")
    message: str = strawberry.field(description="What was found, in words.")

    @classmethod
    def from_record(cls, record: CheckRecord) -> ExportCheck:
        """The finding on the wire."""
        return cls(
            check=record.id,
            severity=record.severity,
            columns=list(record.columns),
            value=record.value,
            threshold=record.threshold,
            message=record.message,
        )


@strawberry.federation.type(
    keys=["id"],
    description=(
        "Files of one snapshot of your data. The same definition as of the same moment gives the "
        "same bytes, whenever it is made."
    ),
)
class Export(Node):
    """ExportRecord on the wire."""

    record: strawberry.Private[ExportRecord]
    kind: ExportKind = strawberry.field(description="What it is for.")
    state: ExportState = strawberry.field(description="What there is of it.")
    as_of: dt.datetime = strawberry.field(description="As of when the data was known.")
    definition_sha256: str = strawberry.field(
        description="SHA-256 of the definition's canonical JSON, in hex."
    )
    row_hash: str | None = strawberry.field(
        description=(
            "Hash of the rows of its main table, whatever the format; null until READY. That table "
            "is `wide` of a causal export, and `features` of one of features."
        )
    )
    rows: BigInt | None = strawberry.field(description="Rows of its main table; null until READY.")
    requested_by: str = strawberry.field(description="Who asked for it, such as `user:…`.")
    created_at: dt.datetime = strawberry.field(description="When it was asked for.")
    ready_at: dt.datetime | None = strawberry.field(description="When its files were there.")
    expires_at: dt.datetime | None = strawberry.field(
        description="When its files go by themselves."
    )
    removed_at: dt.datetime | None = strawberry.field(description="When its files went.")
    removed_by: str | None = strawberry.field(description="Who had them go, such as `user:…`.")

    @classmethod
    def from_record(cls, record: ExportRecord) -> Export:
        """The export on the wire."""
        return cls(
            id=EXPORT.encode(record.id),
            record=record,
            kind=record.kind,
            state=record.state,
            as_of=record.as_of,
            definition_sha256=record.definition_sha256,
            row_hash=record.row_hash,
            rows=None if record.rows is None else BigInt(record.rows),
            requested_by=record.requested_by,
            created_at=record.created_at,
            ready_at=record.ready_at,
            expires_at=record.expires_at,
            removed_at=record.removed_at,
            removed_by=record.removed_by,
        )

    @resolved("What was asked for, every default filled in.")
    def definition(self) -> JSON:
        """As it was hashed."""
        return self.record.definition

    @guarded(
        "Its files, in the order of their names; still named here when they are gone.",
        needs=Permission.CAUSAL_DATA_ACCESS,
        size=about(20),
    )
    def files(self) -> list[ExportFile] | None:
        """From the row."""
        found = sorted(self.record.files, key=lambda file: file.name)
        return [ExportFile.from_record(self.record, file) for file in found]

    @guarded(
        "What the checks before modelling found.",
        needs=Permission.CAUSAL_DATA_ACCESS,
        size=about(20),
    )
    def checks(self) -> list[ExportCheck] | None:
        """From the row."""
        return [ExportCheck.from_record(check) for check in self.record.checks]

    @guarded(
        "What `manifest.json` says: columns and their roles, units, maturity, what was left out; "
        "null until READY.",
        needs=Permission.CAUSAL_DATA_ACCESS,
    )
    def manifest(self) -> JSON | None:
        """From the row."""
        return self.record.manifest

    @resolved("The run that makes, or made, its files.")
    async def run(self, info: Info) -> Run:
        """Batched over the whole answer."""
        record = await runs.run(info.context.session, self.record.run_id)
        return Run.from_record(present(record, "run"))
