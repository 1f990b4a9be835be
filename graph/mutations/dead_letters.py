"""Queueing again what ended badly, and laying it aside."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.scope import Permission
from graph.bounds.sizes import listed
from graph.context import Info
from graph.fields import mutation
from graph.inputs.dead_letters import DeadLetterChoiceInput
from graph.types.errors import Refused
from graph.types.runs import Run
from resolvers import dead_letters

Chosen = Annotated[DeadLetterChoiceInput, strawberry.argument(description="Which ones.")]


@strawberry.type(description="The runs are queued once more.")
class RequeueDeadLettersPayload:
    """What requeueDeadLetters leaves behind."""

    runs: list[Run] = listed("The runs that do the work now.", size=20)


@strawberry.type(description="The runs are laid aside.")
class DismissDeadLettersPayload:
    """What dismissDeadLetters leaves behind."""

    runs: int = strawberry.field(description="How many they were.")


RequeueDeadLettersResult: TypeAlias = Annotated[
    RequeueDeadLettersPayload | Refused,
    strawberry.union("RequeueDeadLettersResult", description="The runs, or what stood in the way."),
]
DismissDeadLettersResult: TypeAlias = Annotated[
    DismissDeadLettersPayload | Refused,
    strawberry.union("DismissDeadLettersResult", description="How many, or what stood in the way."),
]


@strawberry.type
class DeadLetterMutations:
    """Root fields that write dead letters."""

    @mutation(
        "Run once more what ended badly, one or many, each from where it stopped: `retryRun` in "
        "bulk. All of them or none.",
        needs=Permission.MEMORY_WRITE,
    )
    async def requeue_dead_letters(self, info: Info, *, input: Chosen) -> RequeueDeadLettersResult:  # noqa: A002 - the schema's name
        """In one transaction."""
        runs = await dead_letters.requeue(info.context.session, input.to_choice())
        return RequeueDeadLettersPayload(runs=[Run.from_record(run) for run in runs])

    @mutation(
        "Lay aside what ended badly. The runs stay as they are, and `retryRun` still takes them "
        "up; one that ends badly again is a dead letter again.",
        needs=Permission.MEMORY_WRITE,
    )
    async def dismiss_dead_letters(
        self,
        info: Info,
        *,
        input: Chosen,  # noqa: A002 - the schema's name
        why: Annotated[str, strawberry.argument(description="Kept with each of them.")],
    ) -> DismissDeadLettersResult:
        """All of them or none."""
        count = await dead_letters.dismiss(info.context.session, input.to_choice(), why)
        return DismissDeadLettersPayload(runs=count)
