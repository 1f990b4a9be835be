"""What callers may send, and what would break if it were less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import BadInput
from core.records.operations import SeenOperation, Stage, StageRecord
from core.records.pages import Page
from core.scope import LONGEST_CLIENT
from persisted import built_in
from resolvers.paging import Listing, PageArguments
from resolvers.session import Session
from resolvers.text import exact, text_part

MAX_PAGE = 100


@dataclass(frozen=True, slots=True)
class StageChange:
    """The stages after a change, or as they would be, and what that stage keeps out."""

    stages: tuple[StageRecord, ...]
    breaks: tuple[SeenOperation, ...]


def _sort_key(record: SeenOperation) -> tuple[str, str, str]:
    return (record.first_seen_at.isoformat(), record.client or "", record.id)


SEEN: Listing[SeenOperation] = Listing(
    "operations-seen", MAX_PAGE, (text_part, text_part, text_part), _sort_key
)


async def stages(session: Session) -> tuple[StageRecord, ...]:
    """What was set: the tenant's own first, then its clients' by name."""
    return await session.stores.operation_stages.stages(session.scope)


async def change(
    session: Session, client: str | None, stage: Stage | None, *, preview: bool
) -> StageChange:
    """Let `client`, or every one without a stage of its own, send so much within a second.

    None as stage lets a client go by the tenant's again. A preview changes nothing.
    """
    if client is not None:
        _check(client)
    if client is None and stage is None:
        raise BadInput("a stage is missing", field="stage", mend="give one of ALLOW to BLOCK")
    before = await stages(session)
    breaks = await _breaks(session, before, client, stage)
    if not preview:
        await session.stores.operation_stages.set_stage(session.scope, client, stage)
    return StageChange(before if preview else await stages(session), breaks)


async def seen(
    session: Session, arguments: PageArguments, clients: Sequence[str]
) -> Page[SeenOperation]:
    """One page of the documents that were sent as text under LOG, newest first."""
    request = session.request(SEEN, arguments)
    for client in clients:
        exact(client, "clients")
    return await session.stores.operation_stages.seen(
        session.scope, request, clients, tuple(built_in())
    )


async def _breaks(
    session: Session, before: Sequence[StageRecord], client: str | None, stage: Stage | None
) -> tuple[SeenOperation, ...]:
    by_client = {record.client: record.stage for record in before}
    after = stage or by_client.get(None, Stage.ALLOW)
    if after.takes_any_document:
        return ()
    found = await session.stores.operation_stages.all_seen(session.scope, tuple(built_in()))
    return tuple(
        each
        for each in found
        if (each.client == client or (client is None and each.client not in by_client))
        and (after is Stage.BLOCK or not each.is_registered)
    )


def _check(client: str) -> None:
    if not 0 < len(client) <= LONGEST_CLIENT or not client.isprintable():
        raise BadInput(
            f"client must have 1 to {LONGEST_CLIENT} printable characters",
            field="client",
            mend="name the client as its credentials do",
        )
