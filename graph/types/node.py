"""Relay's Node."""

from __future__ import annotations

import strawberry


@strawberry.interface(description="Anything with an id that `node` and `nodes` can fetch again.")
class Node:
    """What every type with a global id implements."""

    id: strawberry.ID = strawberry.field(
        description="Opaque and stable; unique over all types. Never take it apart."
    )
