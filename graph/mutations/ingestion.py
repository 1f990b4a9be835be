"""Starting ingestion."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.scope import Permission
from graph.context import Info
from graph.fields import mutation
from graph.ids import CONNECTION, upload_id
from graph.inputs.ingestion import IngestFileInput, StartIngestionInput
from graph.types.errors import Refused
from graph.types.runs import Run
from resolvers import ingestion


@strawberry.type(description="The run is queued.")
class StartIngestionPayload:
    """What startIngestion leaves behind."""

    run: Run = strawberry.field(description="The run; follow it with `ingestionProgress`.")


@strawberry.type(description="The run is queued.")
class IngestFilePayload:
    """What ingestFile leaves behind."""

    run: Run = strawberry.field(description="The run; follow it with `ingestionProgress`.")


StartIngestionResult: TypeAlias = Annotated[
    StartIngestionPayload | Refused,
    strawberry.union("StartIngestionResult", description="The run, or what stood in its way."),
]
IngestFileResult: TypeAlias = Annotated[
    IngestFilePayload | Refused,
    strawberry.union("IngestFileResult", description="The run, or what stood in its way."),
]


@strawberry.type
class IngestionMutations:
    """Root fields that start runs."""

    @mutation("Read days of a connection in the background.", needs=Permission.MEMORY_WRITE)
    async def start_ingestion(
        self,
        info: Info,
        *,
        input: Annotated[StartIngestionInput, strawberry.argument(description="What to read.")],  # noqa: A002 - the schema's name
    ) -> StartIngestionResult:
        """Checked, then queued."""
        record = await ingestion.start(
            info.context.session,
            CONNECTION.decode(input.connection_id, "connectionId"),
            input.dates.to_range("dates") if input.dates else None,
        )
        return StartIngestionPayload(run=Run.from_record(record))

    @mutation("Read an uploaded file in the background.", needs=Permission.MEMORY_WRITE)
    async def ingest_file(
        self,
        info: Info,
        *,
        input: Annotated[  # noqa: A002 - the schema's name
            IngestFileInput, strawberry.argument(description="Which file, and how to read it.")
        ],
    ) -> IngestFileResult:
        """Checked, then queued."""
        record = await ingestion.ingest_file(
            info.context.session,
            CONNECTION.decode(input.connection_id, "connectionId"),
            upload_id(input.upload_id, "uploadId"),
            input.to_options(),
            saves_mapping=input.save_mapping,
        )
        return IngestFilePayload(run=Run.from_record(record))
