"""Who did what."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.records.audit import AuditFilter as Wanted
from core.scope import Permission
from graph.bounds.sizes import paged
from graph.context import Info
from graph.fields import guarded
from graph.inputs.audit import AuditFilter
from graph.pagination import After, Before, Connection, First, Last, connection
from graph.types.audit import AuditLine
from resolvers import audit
from resolvers.paging import PageArguments


@strawberry.type
class AuditQueries:
    """Root fields about the audit log."""

    @guarded(
        "What was done for your tenant and by whom, and what was refused, newest first: "
        "credentials, keys, settings, runs that were asked for, exports, downloads.",
        needs=Permission.MEMORY_ADMIN,
        size=paged(audit.MAX_LINES),
    )
    async def audit_log(
        self,
        info: Info,
        *,
        filter: Annotated[  # noqa: A002 - the schema's name
            AuditFilter | None,
            strawberry.argument(description="Which lines; all of your tenant's when left out."),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[AuditLine] | None:
        """One page."""
        arguments = PageArguments(first, after, last, before)
        wanted = Wanted() if filter is None else filter.to_filter()
        page = await audit.page(info.context.session, arguments, wanted)
        return connection(page, audit.LINES, AuditLine.from_record)
