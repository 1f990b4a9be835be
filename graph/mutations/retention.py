"""Setting how long things are kept, and forgetting persons."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.scope import Permission
from graph.context import Info
from graph.fields import mutation
from graph.inputs.retention import RetentionInput
from graph.types.errors import Refused
from graph.types.forgetting import SubjectErasure
from graph.types.retention import Retention
from resolvers import forgetting, retention


@strawberry.type(description="What is kept for how long.")
class SetRetentionPayload:
    """What setRetention leaves behind."""

    retention: Retention = strawberry.field(
        description="As it is set by now; of a preview, as it would be."
    )


@strawberry.type(description="The erasure is queued.")
class EraseSubjectPayload:
    """What eraseSubject leaves behind."""

    erasure: SubjectErasure = strawberry.field(
        description="Its receipt, which is filled in when `run` has finished."
    )


SetRetentionResult: TypeAlias = Annotated[
    SetRetentionPayload | Refused,
    strawberry.union("SetRetentionResult", description="The days, or what stood in the way."),
]
EraseSubjectResult: TypeAlias = Annotated[
    EraseSubjectPayload | Refused,
    strawberry.union("EraseSubjectResult", description="The erasure, or what stood in the way."),
]


@strawberry.type
class RetentionMutations:
    """Root fields by which things go."""

    @mutation(
        "Set how long your tenant keeps what was sent to it, and logs. What is due goes for good "
        "within a quarter of an hour; entries and their vintages stay.",
        needs=Permission.MEMORY_ADMIN,
    )
    async def set_retention(
        self,
        info: Info,
        *,
        input: Annotated[  # noqa: A002 - the schema's name
            RetentionInput, strawberry.argument(description="What is to change.")
        ],
        preview: Annotated[
            bool, strawberry.argument(description="Only tell what would go: set nothing.")
        ] = False,
    ) -> SetRetentionResult:
        """Over what is set by now."""
        session = info.context.session
        wanted = input.applied_to(await retention.kept(session))
        keeping = await retention.change(session, wanted, is_preview=preview)
        return SetRetentionPayload(retention=Retention.from_record(keeping))

    @mutation(
        "Let go of every page, file and superseded text that names one person, whole and for "
        "good; what was counted of them stays. A run does it: its receipt says what went and what "
        "names them still.",
        needs=Permission.MEMORY_ADMIN,
    )
    async def erase_subject(
        self,
        info: Info,
        *,
        identifiers: Annotated[
            list[str],
            strawberry.argument(
                description=(
                    "1 to 50 that name this person alone, of 4 to 320 characters: e-mail "
                    "addresses, numbers of a customer, ids of clicks."
                )
            ),
        ],
        preview: Annotated[
            bool, strawberry.argument(description="Only count what names them.")
        ] = False,
    ) -> EraseSubjectResult:
        """Queued with the names sealed."""
        session = info.context.session
        record, _ = await forgetting.erase(session, identifiers, is_preview=preview)
        return EraseSubjectPayload(erasure=SubjectErasure.from_record(record))
