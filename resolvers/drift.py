"""Changes of streams: reading them, taking note of them, and what is to become of them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from core.errors import BadInput
from core.records.connections import ConnectionRecord, Source
from core.records.drift import DriftPolicy, DriftState, SchemaChangeRecord, StreamPolicy
from core.records.pages import Page
from core.records.runs import RunRecord
from resolvers import connections
from resolvers.paging import Listing, PageArguments
from resolvers.session import Session
from resolvers.text import uuid_part

MAX_CHANGES = 100


def _sort_key(record: SchemaChangeRecord) -> tuple[str]:
    return (str(record.id),)


SCHEMA_CHANGES: Listing[SchemaChangeRecord] = Listing(
    "schema-changes", MAX_CHANGES, (uuid_part,), _sort_key
)


async def page(
    session: Session,
    arguments: PageArguments,
    connections: Sequence[UUID],
    states: Sequence[DriftState],
) -> Page[SchemaChangeRecord]:
    """One page of changes, newest first."""
    request = session.request(SCHEMA_CHANGES, arguments)
    return await session.stores.drift.page(session.scope, request, connections, states)


async def accept(
    session: Session, ids: Sequence[UUID]
) -> tuple[tuple[SchemaChangeRecord, ...], tuple[RunRecord, ...]]:
    """Take note of changes, and have the runs that waited for it go on."""
    if not ids:
        raise BadInput("ids is empty", field="ids", mend="name the changes to accept")
    changes, runs = await session.stores.drift.accept(session.scope, ids)
    for run in runs:
        await session.stores.topics.announce(session.scope, run.id)
    return changes, runs


async def set_policy(
    session: Session, connection_id: UUID, stream: str | None, policy: DriftPolicy
) -> ConnectionRecord:
    """Say what becomes of records that are not as expected, from the next run on."""
    connection = await connections.one(session, connection_id)
    known = _streams(connection.source)
    if not known:
        raise BadInput(
            f"{connection.name!r} is a {connection.source} connection: nothing is expected of "
            "what it brings",
            field="connectionId",
            mend="name a connection of a source that is asked for its records",
        )
    if stream is not None and stream not in known:
        raise BadInput(
            f"{connection.source} has no stream {stream!r}",
            field="stream",
            mend=f"use one of {', '.join(known)}, or leave it out to mean all of them",
        )
    await session.stores.drift.set_policy(session.scope, connection_id, stream or "", policy)
    return connection


async def policies(
    session: Session, connection_id: UUID, source: Source
) -> tuple[StreamPolicy, ...]:
    """What is in force for each stream of a connection of which something is expected."""
    chosen = await session.loaders.schema_policies.load(connection_id) or {}
    usual = chosen.get("")
    return tuple(
        StreamPolicy(
            stream,
            chosen.get(stream, usual or DriftPolicy.EVOLVE),
            is_default=stream not in chosen and usual is None,
        )
        for stream in _streams(source)
    )


def _streams(source: Source) -> tuple[str, ...]:
    return tuple(each.name for each in source.manifest.streams if each.fields)
