"""Authorizations."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.scope import Permission
from graph.context import Info
from graph.fields import guarded
from graph.ids import AUTHORIZATION
from graph.types.authorizations import Authorization
from resolvers import authorizations


@strawberry.type
class AuthorizationQueries:
    """Root fields about authorizations."""

    @guarded("An authorization that you began.", needs=Permission.MEMORY_ADMIN)
    async def authorization(
        self,
        info: Info,
        *,
        id: Annotated[  # noqa: A002 - the schema's name
            strawberry.ID, strawberry.argument(description="Id of the authorization.")
        ],
    ) -> Authorization:
        """One authorization."""
        found = AUTHORIZATION.decode(id, "id")
        return Authorization.from_record(await authorizations.one(info.context.session, found))
