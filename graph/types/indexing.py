"""How the index of documents stands."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.records.documents import IndexMeasures, IndexState, SearchIndex, SearchStatus
from graph.bounds.sizes import listed
from graph.ids import RUN


@strawberry.type(name="VectorIndex", description="The vectors of one model of embeddings.")
class VectorIndex:
    """VectorIndex on the wire."""

    model: str = strawberry.field(description="The model, and what changes its vectors.")
    dimension: int = strawberry.field(description="How many numbers a vector has.")
    is_serving: bool = strawberry.field(
        description="Whether it is asked. Else it is being built, or another one has replaced it."
    )
    documents: int = strawberry.field(description="Documents that have a vector of it.")
    embedded: int = strawberry.field(description="Texts that were given to the model so far.")
    reused: int = strawberry.field(
        description="Times that it needed not to be: the same text had a vector already."
    )
    created_at: dt.datetime = strawberry.field(description="When it was begun.")
    serving_since: dt.datetime | None = strawberry.field(
        description="Since when it is asked, or was at last; null before."
    )

    @classmethod
    def from_record(cls, record: SearchIndex) -> VectorIndex:
        """The index on the wire."""
        return cls(
            model=record.model,
            dimension=record.dimension,
            is_serving=record.state is IndexState.SERVING,
            documents=record.documents,
            embedded=record.embedded,
            reused=record.reused,
            created_at=record.created_at,
            serving_since=record.serving_since,
        )


@strawberry.type(
    name="SearchMeasures", description="What was found of the index at the end of its newest run."
)
class SearchMeasures:
    """SearchMeasures on the wire."""

    entries: int = strawberry.field(
        description="Entries behind the documents: so many vectors one for each row would take."
    )
    texts: int = strawberry.field(description="Different texts: so many vectors had to be made.")
    repeated_share: float = strawberry.field(
        description="Documents whose text, titles apart, another one has too; from 0 to 1."
    )
    restated_share: float = strawberry.field(
        description="Versions that took another's place in thirty days, for each document."
    )
    probes: int = strawberry.field(description="Titles that were asked as questions.")
    recall: float | None = strawberry.field(
        description=(
            "Of the ten nearest documents of a probe that there are, the share that the index "
            "finds. Null where nothing could be asked."
        )
    )
    found_share: float | None = strawberry.field(
        description="Probes whose own document is among the ten nearest. Null as `recall` is."
    )

    @classmethod
    def from_record(cls, record: IndexMeasures) -> SearchMeasures:
        """The measures on the wire."""
        return cls(
            entries=record.entries,
            texts=record.texts,
            repeated_share=record.repeated,
            restated_share=record.restated,
            probes=record.probes,
            recall=record.recall,
            found_share=record.found,
        )


@strawberry.type(name="SearchIndex", description="How your search stands.")
class IndexStanding:
    """SearchIndex on the wire."""

    looked_at: dt.datetime | None = strawberry.field(
        description="Documents say what was known at this moment; null before the first."
    )
    is_current: bool = strawberry.field(description="Whether nothing was learned since.")
    run_id: strawberry.ID | None = strawberry.field(
        description="The run that waits or works, to follow or to cancel; null for none."
    )
    documents: int = strawberry.field(description="Documents as they stand.")
    superseded: int = strawberry.field(description="Earlier versions that are kept beside them.")
    vectors: list[VectorIndex] = listed("By model, the newest first.", size=2)
    measures: SearchMeasures | None = strawberry.field(
        description="What upkeep has found; null before the first run."
    )
    measured_at: dt.datetime | None = strawberry.field(description="When; null as `measures` is.")

    @classmethod
    def from_record(cls, record: SearchStatus) -> IndexStanding:
        """The status on the wire."""
        found = record.measures
        return cls(
            looked_at=record.looked_at,
            is_current=record.is_current,
            run_id=None if record.run_id is None else RUN.encode(record.run_id),
            documents=record.documents,
            superseded=record.superseded,
            vectors=[VectorIndex.from_record(each) for each in record.indexes],
            measures=None if found is None else SearchMeasures.from_record(found),
            measured_at=record.measured_at,
        )
