"""Which permission a field needs: declared on the field, told in its description, kept here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from graphql import GraphQLField
from strawberry.extensions import FieldExtension
from strawberry.federation.schema_directives import Tag
from strawberry.types.field import StrawberryField
from strawberry.utils.await_maybe import await_maybe

from core.errors import LiftosError
from core.scope import Permission
from graph.bounds.sizes import DEFINITION
from graph.context import Info
from graph.types.errors import user_error


class Requires(FieldExtension):
    """Lets a field answer only to callers with `permission`; None: to every caller known."""

    def __init__(self, permission: Permission | None) -> None:
        self.permission = permission

    def apply(self, field: StrawberryField) -> None:
        """Say in the field's description what it needs, and in a tag, for a gateway's contracts."""
        note = f"Needs `{self.permission}`." if self.permission else "Open to every caller."
        if note in (field.description or ""):
            return
        field.description = f"{field.description or ''} {note}".strip()
        if self.permission:
            # The name of a tag has no colons.
            field.directives = [*field.directives, Tag(name=self.permission.replace(":", "/"))]

    def resolve(  # type: ignore[override]  # a field may have an argument called `source`
        self, next_: Callable[..., Any], source: Any, info: Info, /, **kwargs: Any
    ) -> Any:
        """Check, then resolve."""
        self._demand(info)
        return next_(source, info, **kwargs)

    async def resolve_async(  # type: ignore[override]  # as above
        self, next_: Callable[..., Awaitable[Any]], source: Any, info: Info, /, **kwargs: Any
    ) -> Any:
        """Check, then resolve; a subscription's stream is no awaitable."""
        self._demand(info)
        return await await_maybe(next_(source, info, **kwargs))

    def _demand(self, info: Info) -> None:
        info.context.session.demand(self.permission, f"{info.path.typename}.{info.field_name}")


def needed(definition: GraphQLField) -> Permission | None:
    """The permission that a field of the schema needs; None where it needs none."""
    field = (definition.extensions or {}).get(DEFINITION)
    found = field.extensions if isinstance(field, StrawberryField) else ()
    return next((each.permission for each in found if isinstance(each, Requires)), None)


class WritesOnce(FieldExtension):
    """Refuses a request that was copied on its way and is brought again."""

    async def resolve_async(  # type: ignore[override]  # as above
        self, next_: Callable[..., Awaitable[Any]], source: Any, info: Info, /, **kwargs: Any
    ) -> Any:
        """Use the proof, then resolve."""
        session = info.context.session
        await session.stores.single_uses.take(session.scope)
        return await next_(source, info, **kwargs)


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
