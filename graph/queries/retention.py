"""How long things are kept, and persons who were forgotten."""

from __future__ import annotations

import strawberry

from core.scope import Permission
from graph.bounds.sizes import paged
from graph.context import Info
from graph.fields import guarded
from graph.pagination import After, Before, Connection, First, Last, connection
from graph.types.forgetting import SubjectErasure
from graph.types.retention import Retention
from resolvers import forgetting, retention
from resolvers.paging import PageArguments


@strawberry.type
class RetentionQueries:
    """Root fields about what is kept, and what is not."""

    @guarded(
        "How long your tenant keeps what was sent to it, and what is due by that.",
        needs=Permission.MEMORY_ADMIN,
        weight=10,
    )
    async def retention(self, info: Info) -> Retention:
        """One per tenant."""
        return Retention.from_record(await retention.current(info.context.session))

    @guarded(
        "Receipts of the persons who were forgotten, the newest first.",
        needs=Permission.MEMORY_ADMIN,
        size=paged(forgetting.MAX_ERASURES),
    )
    async def erasures(
        self,
        info: Info,
        *,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[SubjectErasure] | None:
        """One page."""
        arguments = PageArguments(first, after, last, before)
        page = await forgetting.page(info.context.session, arguments)
        return connection(page, forgetting.ERASURES, SubjectErasure.from_record)
