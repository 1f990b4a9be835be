"""SubjectErasure: the receipt of forgetting one person."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.records.forgetting import StillNamed
from core.records.forgetting import SubjectErasure as Erasure
from core.records.retention import LetGo
from graph.context import Info
from graph.fields import resolved
from graph.scalars import BigInt
from graph.types.links import present
from graph.types.runs import Run
from resolvers import runs


@strawberry.type(description="What was let go of for naming a person.")
class SubjectGone:
    """LetGo on the wire, as an erasure counts it."""

    raw_pages: BigInt = strawberry.field(description="Bodies of raw pages.")
    raw_bytes: BigInt = strawberry.field(description="Their bytes, before compression.")
    refused_records: BigInt = strawberry.field(
        description="What refused records of these pages held; open ones were dismissed."
    )
    uploads: BigInt = strawberry.field(description="Uploaded files.")
    upload_bytes: BigInt = strawberry.field(description="Their bytes.")
    document_versions: BigInt = strawberry.field(description="Superseded versions of documents.")
    vectors: BigInt = strawberry.field(description="Vectors of these.")
    cached_answers: BigInt = strawberry.field(
        description="Kept answers: all of your tenant's, whatever was in them."
    )

    @classmethod
    def from_record(cls, record: LetGo) -> SubjectGone:
        """The counts on the wire."""
        return cls(
            raw_pages=BigInt(record.raw_pages),
            raw_bytes=BigInt(record.raw_bytes),
            refused_records=BigInt(record.refused_records),
            uploads=BigInt(record.uploads),
            upload_bytes=BigInt(record.upload_bytes),
            document_versions=BigInt(record.document_versions),
            vectors=BigInt(record.vectors),
            cached_answers=BigInt(record.cached_answers),
        )


@strawberry.type(description="What names the person still.")
class SubjectLeft:
    """StillNamed on the wire."""

    raw_pages: BigInt = strawberry.field(
        description="Raw pages. Beyond a preview: those that an open run needs; ask again after it."
    )
    uploads: BigInt = strawberry.field(description="Uploaded files; as `rawPages`.")
    messages: BigInt = strawberry.field(
        description="Messages of webhooks that were in no page yet; ask again later."
    )
    documents: BigInt = strawberry.field(
        description=(
            "Versions of documents. Beyond a preview: those that say a label, such as a "
            "campaign's name, which stays where it comes from."
        )
    )

    @classmethod
    def from_record(cls, record: StillNamed) -> SubjectLeft:
        """The counts on the wire."""
        return cls(
            raw_pages=BigInt(record.raw_pages),
            uploads=BigInt(record.uploads),
            messages=BigInt(record.messages),
            documents=BigInt(record.documents),
        )


@strawberry.type(
    description=(
        "The receipt of forgetting one person. It does not say whom: what names them is kept, "
        "sealed, until the run has finished, and for a day where it ended otherwise."
    )
)
class SubjectErasure:
    """The record on the wire."""

    record: strawberry.Private[Erasure]
    is_preview: bool = strawberry.field(
        description="Whether it was only counted what names them: nothing went."
    )
    gone: SubjectGone | None = strawberry.field(
        description="What went; null until the run has finished."
    )
    left: SubjectLeft | None = strawberry.field(
        description="What names them still; null until the run has finished."
    )
    finished_at: dt.datetime | None = strawberry.field(
        description="When the run had looked at all there is; null before."
    )

    @classmethod
    def from_record(cls, record: Erasure) -> SubjectErasure:
        """The receipt on the wire."""
        return cls(
            record=record,
            is_preview=record.is_preview,
            gone=None if record.gone is None else SubjectGone.from_record(record.gone),
            left=None if record.left is None else SubjectLeft.from_record(record.left),
            finished_at=record.finished_at,
        )

    @resolved("The run that does it: follow it, cancel it, or try it again.")
    async def run(self, info: Info) -> Run:
        """Batched over the whole answer."""
        found = await runs.run(info.context.session, self.record.run_id)
        return Run.from_record(present(found, "run"))
