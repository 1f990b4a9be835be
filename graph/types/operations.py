"""Registered operations, stages and what was seen, on the wire."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import strawberry

from core.records.operations import (
    OperationKey,
    OperationKind,
    OperationRecord,
    Stage,
    StageRecord,
)
from core.records.operations import SeenOperation as SeenRecord
from graph.bounds.sizes import listed
from graph.ids import OPERATION
from graph.scalars import BigInt


@strawberry.type(description="A document that may be asked for by its id.")
class Operation:
    """OperationRecord on the wire."""

    id: strawberry.ID = strawberry.field(
        description="Names it here, for that client. Clients send `documentId`."
    )
    document_id: str = strawberry.field(
        description="SHA-256 of the document, in hex: what a client sends as `documentId`."
    )
    client: str = strawberry.field(description="The client that it was registered for.")
    name: str = strawberry.field(description="The operation's name in the document.")
    kind: OperationKind = strawberry.field(description="What it does.")
    document: str = strawberry.field(description="The document, as it was registered.")
    description: str = strawberry.field(
        description="What it is for: the comment at its head, where nothing else was said."
    )
    owner: str | None = strawberry.field(description="Who answers for it, if anybody was named.")
    cost: BigInt = strawberry.field(
        description="Its cost in points with variables left out; `explain` reckons with yours."
    )
    is_built_in: bool = strawberry.field(
        description="Whether it is the platform's own: every tenant has it, at every stage."
    )
    registered_at: dt.datetime | None = strawberry.field(
        description="When it was registered; null of the platform's own."
    )
    registered_by: str | None = strawberry.field(description="Who did it, such as `user:…`.")
    retired_at: dt.datetime | None = strawberry.field(
        description="Since when it is asked for no more; null while it is in force."
    )

    @classmethod
    def from_record(cls, record: OperationRecord) -> Operation:
        """The operation on the wire."""
        return cls(
            id=OPERATION.encode(OperationKey(record.id, record.client)),
            document_id=record.id,
            client=record.client,
            name=record.name,
            kind=record.kind,
            document=record.document,
            description=record.description,
            owner=record.owner,
            cost=BigInt(record.cost),
            is_built_in=record.is_built_in,
            registered_at=record.registered_at,
            registered_by=record.registered_by,
            retired_at=record.retired_at,
        )


@strawberry.type(description="A document that a client sent as text while its stage was LOG.")
class SeenOperation:
    """SeenOperation of the records on the wire."""

    document_id: str = strawberry.field(description="SHA-256 of the document as it was sent.")
    client: str | None = strawberry.field(
        description="Who sent it; null for callers whose credentials name no client."
    )
    document: str = strawberry.field(
        description="The document without its literals, which are not kept."
    )
    first_seen_at: dt.datetime = strawberry.field(description="When it was first sent.")
    last_seen_at: dt.datetime = strawberry.field(description="When it was last sent.")
    times: BigInt = strawberry.field(description="How often it was sent.")
    is_registered: bool = strawberry.field(description="Whether it is registered now.")

    @classmethod
    def from_record(cls, record: SeenRecord) -> SeenOperation:
        """The document on the wire."""
        return cls(
            document_id=record.id,
            client=record.client,
            document=record.document,
            first_seen_at=record.first_seen_at,
            last_seen_at=record.last_seen_at,
            times=BigInt(record.times),
            is_registered=record.is_registered,
        )


@strawberry.type(description="The stage of one client.")
class ClientStage:
    """StageRecord on the wire."""

    client: str = strawberry.field(description="The client, as its credentials name it.")
    stage: Stage = strawberry.field(description="What it may send.")
    set_at: dt.datetime = strawberry.field(description="Since when.")
    set_by: str = strawberry.field(description="Who set it, such as `user:…`.")


@strawberry.type(description="What your clients may send.")
class OperationStages:
    """The stages of a tenant on the wire."""

    stage: Stage = strawberry.field(description="Of every client without a stage of its own.")
    set_at: dt.datetime | None = strawberry.field(
        description="Since when; null if it was never set."
    )
    set_by: str | None = strawberry.field(description="Who set it, such as `user:…`.")
    clients: list[ClientStage] = listed("Clients with a stage of their own, by name.", size=10)

    @classmethod
    def from_records(cls, records: Sequence[StageRecord]) -> OperationStages:
        """The stages on the wire."""
        own = next((each for each in records if each.client is None), None)
        return cls(
            stage=Stage.ALLOW if own is None else own.stage,
            set_at=None if own is None else own.set_at,
            set_by=None if own is None else own.set_by,
            clients=[
                ClientStage(
                    client=each.client, stage=each.stage, set_at=each.set_at, set_by=each.set_by
                )
                for each in records
                if each.client is not None
            ],
        )
