"""Starting transformations."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.scope import Permission
from graph.bounds.sizes import listed
from graph.context import Info
from graph.fields import mutation
from graph.inputs.transformations import StartTransformationInput
from graph.types.errors import Refused
from graph.types.runs import Run
from resolvers import transformations


@strawberry.type(description="The transformation is queued.")
class StartTransformationPayload:
    """What startTransformation leaves behind."""

    runs: list[Run] = listed(
        "A run for each connection; `receipt.diff` says what it changed.", size=20
    )


StartTransformationResult: TypeAlias = Annotated[
    StartTransformationPayload | Refused,
    strawberry.union(
        "StartTransformationResult", description="The runs, or what stood in the way."
    ),
]


@strawberry.type
class TransformationMutations:
    """Root fields that start transformations."""

    @mutation(
        "Make entries anew in the background from what their sources once sent, by your present "
        "rules and our present code, without asking the sources. A vintage is written wherever "
        "something differs: what is asked as of an earlier moment stays as it was.",
        needs=Permission.MEMORY_ADMIN,
    )
    async def start_transformation(
        self,
        info: Info,
        *,
        input: Annotated[  # noqa: A002 - the schema's name
            StartTransformationInput, strawberry.argument(description="What to make anew.")
        ],
    ) -> StartTransformationResult:
        """All runs are queued, or none."""
        started = await transformations.start(info.context.session, input.to_command())
        return StartTransformationPayload(runs=[Run.from_record(run) for run in started])
