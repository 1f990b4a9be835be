"""What ended badly."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.records.dead_letters import DeadLetterFilter
from core.scope import Permission
from graph.bounds.sizes import paged
from graph.context import Info
from graph.fields import guarded
from graph.inputs.dead_letters import DeadLetterFilterInput
from graph.pagination import After, Before, Connection, First, Last, connection
from graph.types.dead_letters import DeadLetter
from resolvers import dead_letters
from resolvers.paging import PageArguments


@strawberry.type
class DeadLetterQueries:
    """Root fields about dead letters."""

    @guarded(
        "Runs that are FAILED or PARKED and that nobody laid aside since, newest first.",
        needs=Permission.MEMORY_READ,
        size=paged(dead_letters.MAX_DEAD_LETTERS),
    )
    async def dead_letters(
        self,
        info: Info,
        *,
        filter: Annotated[  # noqa: A002 - the schema's name
            DeadLetterFilterInput | None,
            strawberry.argument(description="Which ones; all when left out."),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[DeadLetter]:
        """One page."""
        where = DeadLetterFilter() if filter is None else filter.to_filter()
        arguments = PageArguments(first, after, last, before)
        page = await dead_letters.page(info.context.session, where, arguments)
        return connection(page, dead_letters.DEAD_LETTERS, DeadLetter.from_record)
