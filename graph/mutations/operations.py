"""Registering and retiring operations, and how strictly clients are held to them."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.records.operations import Stage
from core.scope import Permission
from graph.bounds.sizes import listed
from graph.context import Info, schema_of
from graph.fields import mutation
from graph.inputs.operations import OperationId, RegisterOperationsInput, operation_key
from graph.types.errors import Refused
from graph.types.operations import Operation, OperationStages, SeenOperation
from resolvers import operation_stages, operations


@strawberry.type(description="The operations as they are registered now.")
class RegisterOperationsPayload:
    """What registerOperations leaves behind."""

    operations: list[Operation] = listed("They, in the order given.", size=50)


@strawberry.type(description="The operation is asked for no more.")
class RetireOperationPayload:
    """What retireOperation leaves behind."""

    operation: Operation = strawberry.field(description="The operation.")


@strawberry.type(description="What your clients may send from now on, or would be able to.")
class OperationStagePayload:
    """What setOperationStage leaves behind."""

    stages: OperationStages = strawberry.field(
        description="As they are now; after a preview, as they were."
    )
    breaks: list[SeenOperation] = listed(
        "Documents that were seen under LOG and that the new stage keeps out, those sent most "
        "often first: what is not registered, and for BLOCK all that was sent as text.",
        size=50,
    )


RegisterOperationsResult: TypeAlias = Annotated[
    RegisterOperationsPayload | Refused,
    strawberry.union(
        "RegisterOperationsResult", description="The operations, or what stood in the way."
    ),
]
RetireOperationResult: TypeAlias = Annotated[
    RetireOperationPayload | Refused,
    strawberry.union(
        "RetireOperationResult", description="The operation, or what stood in the way."
    ),
]
OperationStageResult: TypeAlias = Annotated[
    OperationStagePayload | Refused,
    strawberry.union("OperationStageResult", description="The stages, or what stood in the way."),
]


@strawberry.type
class OperationMutations:
    """Root fields that write operations and stages."""

    @mutation(
        "Register documents, so that clients may name them by their SHA-256. To register one "
        "again changes its description, owner and cost, and puts it in force if it was retired.",
        needs=Permission.MEMORY_WRITE,
    )
    async def register_operations(
        self,
        info: Info,
        *,
        input: Annotated[  # noqa: A002 - the schema's name
            RegisterOperationsInput, strawberry.argument(description="The documents.")
        ],
    ) -> RegisterOperationsResult:
        """All or none."""
        given = input.to_operations(schema_of(info))
        found = await operations.register(info.context.session, given)
        return RegisterOperationsPayload(operations=[Operation.from_record(each) for each in found])

    @mutation(
        "Let an operation be asked for no more, within a second; by `documentId`, for every "
        "client. What runs already runs to its end.",
        needs=Permission.MEMORY_WRITE,
    )
    async def retire_operation(
        self, info: Info, *, operation_id: OperationId
    ) -> RetireOperationResult:
        """To retire what is retired changes nothing."""
        key = operation_key(operation_id, "operationId")
        record = await operations.retire(info.context.session, key)
        return RetireOperationPayload(operation=Operation.from_record(record))

    @mutation(
        "Set what clients may send; it holds at every door within a second. What runs already "
        "runs to its end. The platform's own operations, this one among them, can be sent by "
        "their id at every stage.",
        needs=Permission.MEMORY_ADMIN,
    )
    async def set_operation_stage(
        self,
        info: Info,
        *,
        stage: Annotated[
            Stage | None,
            strawberry.argument(
                description="The stage; null lets a client go by that of the tenant again."
            ),
        ] = None,
        client: Annotated[
            str | None,
            strawberry.argument(
                description="For this client alone, as its credentials name it: an API key's "
                "module, a token's `azp` or `client_id`. Left out, for every client without a "
                "stage of its own."
            ),
        ] = None,
        preview: Annotated[
            bool, strawberry.argument(description="Only tell what would break.")
        ] = False,
    ) -> OperationStageResult:
        """And say what it keeps out."""
        changed = await operation_stages.change(
            info.context.session, client, stage, preview=preview
        )
        return OperationStagePayload(
            stages=OperationStages.from_records(changed.stages),
            breaks=[SeenOperation.from_record(each) for each in changed.breaks],
        )
