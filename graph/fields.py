"""How fields with a resolver are declared: always described, root fields always guarded.

A root field cannot be written without saying what it needs, and says it in one place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import strawberry

from core.scope import Permission
from graph.permissions import Requires, TypedErrors

Resolver: TypeAlias = Callable[..., Any]
Declares: TypeAlias = Callable[[Resolver], Any]


def resolved(description: str) -> Declares:
    """A field below a root field, for every caller who came that far."""
    return lambda resolver: strawberry.field(resolver, description=description)


def guarded(description: str, *, needs: Permission | None, name: str | None = None) -> Declares:
    """A field, root or not, for callers with the permission `needs`; None: for every caller."""
    return lambda resolver: strawberry.field(
        resolver, name=name, description=description, extensions=[Requires(needs)]
    )


def mutation(description: str, *, needs: Permission) -> Declares:
    """A root field that writes, and answers the caller's own errors as typed members."""
    # The last extension stands outermost: a missing permission is a typed error too.
    return lambda resolver: strawberry.mutation(
        resolver, description=description, extensions=[Requires(needs), TypedErrors()]
    )


def subscription(description: str, *, needs: Permission) -> Declares:
    """A root field that streams."""
    return lambda resolver: strawberry.subscription(
        resolver, description=description, extensions=[Requires(needs)]
    )
