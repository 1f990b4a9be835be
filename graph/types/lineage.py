"""Where numbers came from: raw pages and positions in them."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import strawberry

from core.records.lineage import RawPageRecord
from core.scope import Permission
from graph.context import Info
from graph.fields import guarded, resolved
from graph.ids import RAW_PAGE
from graph.scalars import JSON, BigInt
from graph.types.links import present
from graph.types.node import Node
from graph.types.runs import Run
from resolvers import lineage, runs


@strawberry.federation.type(
    keys=["id"],
    description=(
        "One page exactly as a source sent it, kept byte for byte for as long as you want it kept."
    ),
)
class RawPage(Node):
    """RawPageRecord on the wire."""

    record: strawberry.Private[RawPageRecord]
    number: int = strawberry.field(description="Its place among the pages of its run, from 1.")
    stream: str = strawberry.field(description="Which of the source's lists it is a page of.")
    media_type: str = strawberry.field(description="MIME type of the body.")
    sha256: str = strawberry.field(description="SHA-256 of the body, in hex.")
    size_bytes: BigInt = strawberry.field(description="Size of the body before compression.")
    fetched_at: dt.datetime = strawberry.field(description="When the source answered it.")
    fetched: BigInt | None = strawberry.field(
        description=(
            "Records on it: each one is stored, unchanged or rejected. Null until they are; 0 on a "
            "page of the platform's own totals."
        )
    )
    stored: BigInt | None = strawberry.field(description="Records that brought something new.")
    unchanged: BigInt | None = strawberry.field(
        description="Records that said what was already known."
    )
    rejected: BigInt | None = strawberry.field(description="Records refused.")
    body_gone_at: dt.datetime | None = strawberry.field(
        description=(
            "When its body was let go of, with its time or because it named somebody who is to be "
            "forgotten; `sha256` and `sizeBytes` still tell what it was. Null while it is kept."
        )
    )

    @classmethod
    def from_record(cls, record: RawPageRecord) -> RawPage:
        """The page on the wire."""
        return cls(
            id=RAW_PAGE.encode(record.id),
            record=record,
            number=record.number,
            stream=record.stream,
            media_type=record.media_type,
            sha256=record.sha256,
            size_bytes=record.size_bytes,
            fetched_at=record.fetched_at,
            fetched=record.fetched,
            stored=record.stored,
            unchanged=record.unchanged,
            rejected=record.rejected,
            body_gone_at=record.body_gone_at,
        )

    @guarded("What was asked of the source, without secrets.", needs=Permission.MEMORY_WRITE)
    def request(self) -> JSON | None:
        """Null, with an error, for callers who may not see it."""
        return self.record.request

    @resolved("The run that fetched it.")
    async def run(self, info: Info) -> Run:
        """Batched over the whole answer."""
        record = await runs.run(info.context.session, self.record.run_id)
        return Run.from_record(present(record, "run"))


@strawberry.type(description="Where a number stands in what the source sent.")
class Lineage:
    """A raw page and a place in it."""

    raw_page_id: strawberry.Private[UUID]
    position: int = strawberry.field(description="Place of the record in its page, from 0.")

    @resolved("The page that held it.")
    async def raw_page(self, info: Info) -> RawPage:
        """Batched over the whole answer."""
        record = await lineage.raw_page(info.context.session, self.raw_page_id)
        return RawPage.from_record(present(record, "raw page"))
