"""Exports: reading and deleting them, and links to their files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from core.errors import BadInput, Bug, LiftosError
from core.missing import no_export
from core.records.exports import ExportRecord, ExportState, object_path
from core.records.pages import Page
from resolvers.paging import Listing, PageArguments
from resolvers.session import Session
from resolvers.text import uuid_part

MAX_EXPORTS = 100
LINK_SECONDS = 3_600
MOST_LINK_SECONDS = 7 * 24 * 3_600
LEAST_LINK_SECONDS = 60


def _sort_key(record: ExportRecord) -> tuple[str]:
    return (str(record.id),)


EXPORTS: Listing[ExportRecord] = Listing("exports", MAX_EXPORTS, (uuid_part,), _sort_key)


async def page(
    session: Session, arguments: PageArguments, states: Sequence[ExportState]
) -> Page[ExportRecord]:
    """One page of the tenant's exports, newest first."""
    request = session.request(EXPORTS, arguments)
    return await session.stores.exports.page(session.scope, request, states)


async def export(session: Session, export_id: UUID) -> ExportRecord | None:
    """One export."""
    return await session.loaders.exports.load(export_id)


async def one(session: Session, export_id: UUID) -> ExportRecord:
    """One export, or NotFound."""
    found = await export(session, export_id)
    if found is None:
        raise no_export()
    return found


async def delete(session: Session, export_id: UUID) -> ExportRecord:
    """End an export; its links open nothing from here on, and its files go."""
    ended = await session.stores.export_removals.delete(session.scope, export_id)
    await _forget_files(session, ended)
    return ended


async def link(session: Session, record: ExportRecord, file: str, seconds: int) -> str | None:
    """Where a file can be fetched for so long; None when it cannot be had any more.

    The audit log has a line of it before anybody has the link.
    """
    if not LEAST_LINK_SECONDS <= seconds <= MOST_LINK_SECONDS:
        raise BadInput(
            f"expiresIn is {seconds}, but must be between {LEAST_LINK_SECONDS} and "
            f"{MOST_LINK_SECONDS:,} seconds",
            field="expiresIn",
            mend="ask for a new link when this one has expired",
        )
    if session.links is None:
        raise Bug("this session makes no links")
    now = session.clock()
    if not record.can_be_read(now):
        return None
    await session.loaders.linked_exports.load(record.id)
    return session.links.url(session.scope, record.id, file, _until(record, now, seconds))


def _until(record: ExportRecord, now: datetime, seconds: int) -> datetime:
    """When the link ends: never after the export itself."""
    until = now + timedelta(seconds=seconds)
    return until if record.expires_at is None else min(until, record.expires_at)


async def _forget_files(session: Session, record: ExportRecord) -> None:
    names = [object_path(record.id, file.name) for file in record.files]
    try:
        await session.stores.objects.delete(session.scope, names)
    except LiftosError:
        # The export is over all the same; upkeep removes what is left of it.
        return
