"""Putting refused records in again, and laying them aside."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.scope import Permission
from graph.bounds.sizes import listed
from graph.context import Info
from graph.fields import mutation
from graph.inputs.rejections import DismissRejectedInput, ReplayRejectedInput
from graph.types.errors import Refused
from graph.types.runs import Run
from resolvers import rejections


@strawberry.type(description="The replays are queued.")
class ReplayRejectedPayload:
    """What replayRejected leaves behind."""

    runs: list[Run] = listed(
        "A run for each connection; follow them with `ingestionProgress`.", size=20
    )


@strawberry.type(description="The records are laid aside.")
class DismissRejectedPayload:
    """What dismissRejected leaves behind."""

    records: int = strawberry.field(description="How many they were.")


ReplayRejectedResult: TypeAlias = Annotated[
    ReplayRejectedPayload | Refused,
    strawberry.union("ReplayRejectedResult", description="The runs, or what stood in the way."),
]
DismissRejectedResult: TypeAlias = Annotated[
    DismissRejectedPayload | Refused,
    strawberry.union("DismissRejectedResult", description="The count, or what stood in the way."),
]


@strawberry.type
class RejectionMutations:
    """Root fields that write refused records."""

    @mutation(
        "Put refused records in again, as they are or corrected, by the way that every record "
        "goes. One that is refused again stays OPEN with its new reason; one whose day was read "
        "again since is SUPERSEDED and changes nothing.",
        needs=Permission.MEMORY_WRITE,
    )
    async def replay_rejected(
        self,
        info: Info,
        *,
        input: Annotated[ReplayRejectedInput, strawberry.argument(description="What to replay.")],  # noqa: A002 - the schema's name
    ) -> ReplayRejectedResult:
        """Chosen, corrected and queued in one transaction."""
        made = await rejections.replay(info.context.session, input.to_choice(), input.patch)
        return ReplayRejectedPayload(runs=[Run.from_record(run) for run in made])

    @mutation(
        "Lay refused records aside. They stay listed as DISMISSED, with who did it and why.",
        needs=Permission.MEMORY_WRITE,
    )
    async def dismiss_rejected(
        self,
        info: Info,
        *,
        input: Annotated[  # noqa: A002 - the schema's name
            DismissRejectedInput, strawberry.argument(description="What to lay aside.")
        ],
    ) -> DismissRejectedResult:
        """All of them or none."""
        records = await rejections.dismiss(info.context.session, input.to_choice(), input.why)
        return DismissRejectedPayload(records=records)
