"""Which permission a field needs: declared on the field, told in its description, kept here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from strawberry.extensions import FieldExtension
from strawberry.types.field import StrawberryField
from strawberry.utils.await_maybe import await_maybe

from core.errors import LiftosError
from core.scope import Permission
from graph.context import Info
from graph.types.errors import user_error


class Requires(FieldExtension):
    """Lets a field answer only to callers with `permission`; None: to every caller known."""

    def __init__(self, permission: Permission | None) -> None:
        self.permission = permission

    def apply(self, field: StrawberryField) -> None:
        """Say in the field's description what it needs."""
        note = f"Needs `{self.permission}`." if self.permission else "Open to every caller."
        if note not in (field.description or ""):
            field.description = f"{field.description or ''} {note}".strip()

    def resolve(  # type: ignore[override]  # a field may have an argument called `source`
        self, next_: Callable[..., Any], source: Any, info: Info, /, **kwargs: Any
    ) -> Any:
        """Check, then resolve."""
        info.context.session.demand(self.permission)
        return next_(source, info, **kwargs)

    async def resolve_async(  # type: ignore[override]  # as above
        self, next_: Callable[..., Awaitable[Any]], source: Any, info: Info, /, **kwargs: Any
    ) -> Any:
        """Check, then resolve; a subscription's stream is no awaitable."""
        info.context.session.demand(self.permission)
        return await await_maybe(next_(source, info, **kwargs))


class TypedErrors(FieldExtension):
    """Answers the caller's own errors as members of the mutation's union."""

    async def resolve_async(  # type: ignore[override]  # as above
        self, next_: Callable[..., Awaitable[Any]], source: Any, info: Info, /, **kwargs: Any
    ) -> Any:
        """Resolve; an error without a type of its own goes on as an error."""
        try:
            return await next_(source, info, **kwargs)
        except LiftosError as error:
            typed = user_error(error)
            if typed is None:
                raise
            return typed
