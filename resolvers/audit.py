"""Who did what: reading the audit log, and acts that leave nothing else behind."""

from __future__ import annotations

import structlog

from core.errors import Transient
from core.records.audit import Act, AuditFilter, AuditRecord
from core.records.pages import Page
from resolvers.paging import Listing, PageArguments
from resolvers.session import Session

MAX_LINES = 100

log = structlog.get_logger(__name__)


def _number(text: str) -> str:
    return str(int(text))


def _sort_key(record: AuditRecord) -> tuple[str]:
    return (str(record.number),)


LINES: Listing[AuditRecord] = Listing("audit", MAX_LINES, (_number,), _sort_key)


async def page(
    session: Session, arguments: PageArguments, wanted: AuditFilter
) -> Page[AuditRecord]:
    """One page of the tenant's lines, newest first."""
    request = session.request(LINES, arguments)
    return await session.stores.audit.page(session.scope, request, wanted)


async def note_refusals(session: Session) -> None:
    """Keep what the operation asked for and was refused.

    A refusal stands whether or not its line can be written.
    """
    for refusal in dict.fromkeys(session.refusals):
        try:
            await session.stores.audit.note(
                session.scope,
                Act.ACCESS_REFUSED,
                f"field:{refusal.asked}",
                permission=refusal.permission,
            )
        except Transient as error:
            log.warning("a refusal left no line", asked=refusal.asked, error=repr(error))
