"""What goes with its time, and what goes because it names a person who is to be forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import structlog

from core.records.retention import LetGo, Retention
from core.scope import SystemScope, TenantScope
from core.subjects import Naming
from jobs.scopes import upkeep_scope
from stores.wiring import Stores

_AT_ONCE: Final = 200

log = structlog.get_logger(__name__)


async def expire_verbatim(stores: Stores) -> None:
    """Let go of what tenants do not want kept any longer."""
    reason = SystemScope(reason="let go of what is kept too long", actor="upkeep")
    for tenant_id, wanted in (await stores.retention.tenants(reason)).items():
        gone = await expire(stores, upkeep_scope(tenant_id), wanted)
        if gone.rows:
            log.info("let go of with its time", tenant_id=str(tenant_id), rows=gone.rows)


async def expire(stores: Stores, scope: TenantScope, wanted: Retention) -> LetGo:
    """All that is due by now."""
    total = LetGo()
    while (gone := await stores.retention.expire(scope, wanted)).rows:
        total += gone
    return total


async def forget_subject(
    stores: Stores, scope: TenantScope, identifiers: Sequence[str], *, is_preview: bool
) -> tuple[LetGo, dict[str, int]]:
    """Let go of every body that names a person; what went, and how much names them still.

    Safe to repeat, and to be killed: what is gone is gone. A body goes whole: what else its
    record says of the person goes with it, as do the records of others beside it.
    """
    naming = Naming.of(identifiers)
    pages, uploads = list[UUID](), set[UUID]()
    async for page_id, upload_id, body in stores.retention.bodies(scope):
        if naming.is_in(body):
            pages.append(page_id)
            uploads |= {upload_id} - {None}  # type: ignore[arg-type]  # just taken out
    for upload_id in await stores.retention.uploads(scope):
        if upload_id not in uploads and await _is_in(stores, scope, upload_id, naming):
            uploads.add(upload_id)
    waiting = sum(map(naming.is_in, await stores.retention.waiting(scope)))
    gone = LetGo()
    if not is_preview:
        gone = await _gone(stores, scope, pages, sorted(uploads))
    left = {
        "pages_left": len(pages) - gone.raw_pages,
        "uploads_left": len(uploads) - gone.uploads,
        "messages_left": waiting,
    }
    if not is_preview:
        await stores.retention.note_erased(scope, gone, left)
    return gone, left


async def _gone(
    stores: Stores, scope: TenantScope, pages: Sequence[UUID], uploads: Sequence[UUID]
) -> LetGo:
    total = await stores.retention.let_go(scope, (), uploads)
    for start in range(0, len(pages), _AT_ONCE):
        total += await stores.retention.let_go(scope, pages[start : start + _AT_ONCE], ())
    return total


async def _is_in(stores: Stores, scope: TenantScope, upload_id: UUID, naming: Naming) -> bool:
    before = b""
    async for chunk in stores.uploads.chunks(scope, upload_id):
        if naming.is_in(before + chunk):
            return True
        before = chunk[-naming.longest :]
    return False
