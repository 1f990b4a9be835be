"""How long things are kept, and what goes by that."""

from __future__ import annotations

import strawberry

from core.records.retention import LetGo
from graph.scalars import BigInt
from resolvers.retention import Keeping


@strawberry.type(description="What would go at this moment; upkeep looks every quarter of an hour.")
class RetentionDue:
    """LetGo on the wire, as retention asks it."""

    raw_pages: BigInt = strawberry.field(description="Bodies of raw pages.")
    raw_bytes: BigInt = strawberry.field(description="Their bytes, before compression.")
    refused_records: BigInt = strawberry.field(
        description="What refused records of these pages held; open ones are dismissed."
    )
    uploads: BigInt = strawberry.field(description="Uploaded files.")
    upload_bytes: BigInt = strawberry.field(description="Their bytes.")
    document_versions: BigInt = strawberry.field(description="Superseded versions of documents.")
    vectors: BigInt = strawberry.field(
        description="Vectors of texts that no document would say any more."
    )
    run_events: BigInt = strawberry.field(
        description="Events of runs that have ended; the last of each run stays."
    )
    runs: BigInt = strawberry.field(
        description="Runs that follow by themselves and led to nothing, with their events."
    )
    dead_letters: BigInt = strawberry.field(description="Dead letters that are laid aside.")

    @classmethod
    def from_record(cls, record: LetGo) -> RetentionDue:
        """The counts on the wire."""
        return cls(
            raw_pages=BigInt(record.raw_pages),
            raw_bytes=BigInt(record.raw_bytes),
            refused_records=BigInt(record.refused_records),
            uploads=BigInt(record.uploads),
            upload_bytes=BigInt(record.upload_bytes),
            document_versions=BigInt(record.document_versions),
            vectors=BigInt(record.vectors),
            run_events=BigInt(record.run_events),
            runs=BigInt(record.runs),
            dead_letters=BigInt(record.dead_letters),
        )


@strawberry.type(
    description=(
        "After how many days things go; null is never. Entries and their vintages always stay."
    )
)
class Retention:
    """Keeping on the wire."""

    verbatim_days: int | None = strawberry.field(
        description="Bodies of raw pages and of uploaded files, and what was refused of them."
    )
    version_days: int | None = strawberry.field(
        description="Superseded versions of documents, and vectors that none needs any more."
    )
    log_days: int | None = strawberry.field(
        description="Events of runs that have ended; dead letters are laid aside."
    )
    due: RetentionDue = strawberry.field(description="What is due by these days.")

    @classmethod
    def from_record(cls, record: Keeping) -> Retention:
        """The days on the wire."""
        return cls(
            verbatim_days=record.wanted.verbatim_days,
            version_days=record.wanted.version_days,
            log_days=record.wanted.log_days,
            due=RetentionDue.from_record(record.due),
        )
