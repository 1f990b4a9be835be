"""Fetching things again by their global id."""

from __future__ import annotations

import asyncio
from typing import Annotated, cast

import strawberry

from core.errors import BadInput
from core.scope import Permission
from graph.bounds.sizes import items, sized_by
from graph.context import Info
from graph.fields import guarded
from graph.ids import ENTRY
from graph.nodes import opened
from graph.types.entries import rendered_nodes
from graph.types.node import Node

MAX_NODES = 1000


@strawberry.type
class NodeQueries:
    """Relay's root fields."""

    @guarded(
        "Anything by its id; null when your tenant has no such thing.", needs=Permission.MEMORY_READ
    )
    async def node(
        self,
        info: Info,
        *,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")],  # noqa: A002 - Relay's name
    ) -> Node | None:
        """One node."""
        return await opened(id, "id").fetch(info.context.session)

    @guarded(
        "Many things by their ids, in the order of the ids, null in the place of each that "
        "your tenant does not have.",
        needs=Permission.MEMORY_READ,
        size=sized_by("ids", items, MAX_NODES),
    )
    async def nodes(
        self,
        info: Info,
        *,
        ids: Annotated[
            list[strawberry.ID], strawberry.argument(description="Their ids; at most 1,000.")
        ],
    ) -> list[Node | None]:
        """Many nodes in few store calls."""
        if len(ids) > MAX_NODES:
            raise BadInput(
                f"ids holds {len(ids)} ids, but may hold {MAX_NODES}",
                field="ids",
                mend="ask several times",
            )
        keys = [opened(global_id, "ids") for global_id in ids]
        if all(key.kind.ids is ENTRY for key in keys):
            rendered = await rendered_nodes(info, [key.key for key in keys])
            if rendered is not None:
                return cast("list[Node | None]", rendered)
        return list(await asyncio.gather(*(key.fetch(info.context.session) for key in keys)))
