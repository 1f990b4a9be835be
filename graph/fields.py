"""How fields with a resolver are declared: always described, root fields always guarded.

A root field cannot be written without saying what it needs, and says it in one place. A list of
objects says how long it is, and what is dear to make what it weighs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import strawberry

from core.records.answers import Area
from core.scope import Permission
from graph.bounds.sizes import Size, bounds
from graph.pacing import Paced
from graph.permissions import Requires, TypedErrors, WritesOnce

Resolver: TypeAlias = Callable[..., Any]
Declares: TypeAlias = Callable[[Resolver], Any]
Reads: TypeAlias = Iterable[Area] | None
"""The areas that a field's value is made of beside what it is a field of, if it may be kept.

What it shows of the present may change with the day at an account alone, and then among FACTS; of
the caller, with the permissions that fields of the operation need. None: no answer with the field
is kept. DAYS is for a field of entries of no other days than the argument `dates`, its own or its
`filter`'s, of the root field above or at it.
"""


def resolved(
    description: str,
    *,
    size: Size | None = None,
    weight: int | None = None,
    reads: Reads = None,
) -> Declares:
    """A field below a root field, for every caller who came that far."""
    return lambda resolver: strawberry.field(
        resolver, description=description, **bounds(size, weight, reads)
    )


def guarded(
    description: str,
    *,
    needs: Permission | None,
    name: str | None = None,
    size: Size | None = None,
    weight: int | None = None,
    reads: Reads = None,
) -> Declares:
    """A field, root or not, for callers with the permission `needs`; None: for every caller."""
    return lambda resolver: strawberry.field(
        resolver,
        name=name,
        description=description,
        extensions=[Requires(needs)],
        **bounds(size, weight, reads),
    )


def mutation(description: str, *, needs: Permission) -> Declares:
    """A root field that writes, and answers the caller's own errors as typed members."""
    # The last extension stands outermost: a missing permission is a typed error too.
    return lambda resolver: strawberry.mutation(
        resolver, description=description, extensions=[WritesOnce(), Requires(needs), TypedErrors()]
    )


def subscription(description: str, *, needs: Permission) -> Declares:
    """A root field that streams."""
    return lambda resolver: strawberry.subscription(
        resolver, description=description, extensions=[Paced(), Requires(needs)]
    )
