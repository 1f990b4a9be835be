"""Webhooks: their address and secret, how their events are read, and trying that on a sample."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

from core.commands import ConnectSource, Credentials
from core.errors import BadInput, Conflict
from core.records.connections import ConnectionRecord, ConnectionStatus
from core.records.webhooks import WebhookSetup
from core.sources import SourceKind
from core.units import time_zone
from core.webhook_events import EventSource, OrderEvent, Reader, Unreadable, read_event
from core.webhook_mapping import EventKind, WebhookMapping, check_mapping
from core.webhook_signing import new_secret
from resolvers import connections
from resolvers.session import Session

SIGNING_SECRET: Final = "signing_secret"  # noqa: S105 - the name, not the secret
OVERLAP_HOURS: Final = 24
MOST_OVERLAP_HOURS: Final = 24 * 7
MOST_SAMPLES: Final = 100


@dataclass(frozen=True, slots=True)
class IssuedWebhook:
    """Where to send, and the secret to sign with, which is told once."""

    path: str
    secret: str = field(repr=False)
    previous_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SampleReading:
    """What an event of a sample says, or why it would be refused."""

    event: OrderEvent | None
    fault: Unreadable | None


async def connect(
    session: Session, command: ConnectSource
) -> tuple[ConnectionRecord, IssuedWebhook | None]:
    """Set up a connection; one of WEBHOOK gets its address and its secret."""
    if command.source.manifest.kind is not SourceKind.PUSH:
        return await connections.connect(session, command), None
    secret = new_secret()
    parts = Credentials(command.source, {SIGNING_SECRET: secret})
    made = await connections.connect(session, command, issued=parts)
    return made, IssuedWebhook(path_of(made.id), secret)


def path_of(connection_id: UUID) -> str:
    """Where events of a connection are posted, on this server."""
    return f"/webhooks/{connection_id}"


async def setup(session: Session, connection_id: UUID) -> WebhookSetup:
    """How a WEBHOOK connection is set up."""
    return await session.loaders.webhooks.load(connection_id) or WebhookSetup()


async def rotate_secret(
    session: Session, connection_id: UUID, overlap_hours: int
) -> tuple[ConnectionRecord, IssuedWebhook]:
    """A new secret, which holds at once; the one before holds for `overlap_hours` more."""
    found = await _webhook(session, connection_id)
    if not 0 <= overlap_hours <= MOST_OVERLAP_HOURS:
        raise BadInput(
            f"overlapHours is {overlap_hours}, but must be between 0 and {MOST_OVERLAP_HOURS}",
            field="overlapHours",
            mend=f"leave it out for {OVERLAP_HOURS}",
        )
    if found.status is ConnectionStatus.DISCONNECTED:
        raise Conflict(
            f"{found.name!r} is disconnected", field="connectionId", mend="connect it again"
        )
    secret = new_secret()
    until = await session.stores.webhooks.rotate_secret(
        session.scope, connection_id, secret, timedelta(hours=overlap_hours)
    )
    return found, IssuedWebhook(path_of(connection_id), secret, until)


async def set_mapping(
    session: Session, connection_id: UUID, mapping: WebhookMapping
) -> ConnectionRecord:
    """Read the connection's events by `mapping` from its next page on."""
    found = await _webhook(session, connection_id)
    checked = check_mapping(mapping)
    await session.stores.webhooks.set_mapping(session.scope, connection_id, checked)
    return found


async def try_mapping(
    session: Session, connection_id: UUID, sample: object, mapping: WebhookMapping | None
) -> tuple[SampleReading, ...]:
    """What each event of `sample` says by `mapping`, or by the one that is set; keeps nothing."""
    found = await _webhook(session, connection_id)
    used = check_mapping(mapping) if mapping else (await setup(session, connection_id)).mapping
    reader = Reader(used, time_zone(found.time_zone), found.currency)
    events = sample if isinstance(sample, list) else [sample]
    if not 1 <= len(events) <= MOST_SAMPLES or not all(isinstance(one, dict) for one in events):
        raise BadInput(
            f"the sample is no event, nor a list of 1 to {MOST_SAMPLES}",
            field="sample",
            mend="give a JSON object as it would be sent, or a list of them",
        )
    return tuple(
        _tried(event, index, reader, session.clock()) for index, event in enumerate(events)
    )


def mapping_of(
    paths: Iterable[tuple[str, str]], types: Iterable[tuple[str, EventKind]]
) -> WebhookMapping:
    """A mapping of parts that callers give one by one; BadInput for a part that stands twice."""
    return WebhookMapping(_once(paths, "paths"), _once(types, "types"))


V = TypeVar("V")


def _once(pairs: Iterable[tuple[str, V]], name: str) -> dict[str, V]:
    found: dict[str, V] = {}
    for key, value in pairs:
        if key in found:
            raise BadInput(f"{key!r} is given twice", field=name, mend="give it once")
        found[key] = value
    return found


def _tried(event: object, index: int, reader: Reader, now: datetime) -> SampleReading:
    source = EventSource("sample", index, now)
    try:
        read = read_event(event if isinstance(event, dict) else {}, source, reader)
    except Unreadable as fault:
        return SampleReading(None, fault)
    return SampleReading(read, None)


async def _webhook(session: Session, connection_id: UUID) -> ConnectionRecord:
    found = await connections.one(session, connection_id)
    if found.source.manifest.kind is not SourceKind.PUSH:
        raise BadInput(
            f"{found.name!r} is a {found.source} connection and takes no events",
            field="connectionId",
            mend="name a WEBHOOK connection",
        )
    return found
