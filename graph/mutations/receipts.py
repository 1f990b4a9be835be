"""Deciding on what runs held back, and what receipts are judged by."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.scope import Permission
from graph.context import Info
from graph.fields import mutation
from graph.ids import CONNECTION, RUN
from graph.inputs.receipts import ReceiptRulesInput
from graph.mutations.connections import ConnectionId
from graph.queries.runs import RunId
from graph.types.connections import ConnectedSource
from graph.types.errors import Refused
from graph.types.runs import Run
from resolvers import connections, receipts, restatements


@strawberry.type(description="What was shown has vanished.")
class AcceptShrinkPayload:
    """What acceptShrink leaves behind."""

    run: Run = strawberry.field(description="The run, with its receipt made anew.")


@strawberry.type(description="What would have vanished stays.")
class RejectShrinkPayload:
    """What rejectShrink leaves behind."""

    run: Run = strawberry.field(description="The run, with its receipt made anew.")


@strawberry.type(description="The connection's receipts are judged by these rules.")
class SetReceiptRulesPayload:
    """What setReceiptRules leaves behind."""

    connection: ConnectedSource = strawberry.field(description="The connection.")


@strawberry.type(description="The connection reads as far back as was proposed.")
class AcceptLookBackPayload:
    """What acceptProposedLookBack leaves behind."""

    connection: ConnectedSource = strawberry.field(description="The connection.")


AcceptLookBackResult: TypeAlias = Annotated[
    AcceptLookBackPayload | Refused,
    strawberry.union(
        "AcceptLookBackResult", description="The connection, or what stood in the way."
    ),
]
AcceptShrinkResult: TypeAlias = Annotated[
    AcceptShrinkPayload | Refused,
    strawberry.union("AcceptShrinkResult", description="The run, or what stood in the way."),
]
RejectShrinkResult: TypeAlias = Annotated[
    RejectShrinkPayload | Refused,
    strawberry.union("RejectShrinkResult", description="The run, or what stood in the way."),
]
SetReceiptRulesResult: TypeAlias = Annotated[
    SetReceiptRulesPayload | Refused,
    strawberry.union(
        "SetReceiptRulesResult", description="The connection, or what stood in the way."
    ),
]


@strawberry.type
class ReceiptMutations:
    """Root fields that decide on receipts."""

    @mutation(
        "Let the entries vanish that a run held back: exactly those that `heldShrink` shows. "
        "Answers CONFLICT when any of them was read or changed since.",
        needs=Permission.MEMORY_WRITE,
    )
    async def accept_shrink(self, info: Info, *, run_id: RunId) -> AcceptShrinkResult:
        """All of them or none."""
        record = await receipts.accept_shrink(info.context.session, RUN.decode(run_id, "runId"))
        return AcceptShrinkPayload(run=Run.from_record(record))

    @mutation("Keep the entries that a run held back.", needs=Permission.MEMORY_WRITE)
    async def reject_shrink(self, info: Info, *, run_id: RunId) -> RejectShrinkResult:
        """They stand as they did."""
        record = await receipts.reject_shrink(info.context.session, RUN.decode(run_id, "runId"))
        return RejectShrinkPayload(run=Run.from_record(record))

    @mutation(
        "Say what the receipts of a connection are judged by, from its next run on.",
        needs=Permission.MEMORY_ADMIN,
    )
    async def set_receipt_rules(
        self,
        info: Info,
        *,
        input: Annotated[ReceiptRulesInput, strawberry.argument(description="The rules.")],  # noqa: A002 - the schema's name
    ) -> SetReceiptRulesResult:
        """Checked, then written."""
        session = info.context.session
        connection_id = CONNECTION.decode(input.connection_id, "connectionId")
        record = await connections.one(session, connection_id)
        wanted = input.applied_to(await receipts.policy(session, connection_id))
        await receipts.set_policy(session, connection_id, wanted)
        session.loaders.policies.clear(connection_id)
        return SetReceiptRulesPayload(connection=ConnectedSource.from_record(record))

    @mutation(
        "Take `proposedLookBackDays` as the connection's look-back. Answers CONFLICT when none is "
        "proposed.",
        needs=Permission.MEMORY_ADMIN,
    )
    async def accept_proposed_look_back(
        self, info: Info, *, connection_id: ConnectionId
    ) -> AcceptLookBackResult:
        """As it is proposed at this moment."""
        found = CONNECTION.decode(connection_id, "connectionId")
        record = await restatements.accept(info.context.session, found)
        return AcceptLookBackPayload(connection=ConnectedSource.from_record(record))
