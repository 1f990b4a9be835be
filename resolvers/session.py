"""What a resolver works with: whose data, the loaders of this operation, the stores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from core.errors import Forbidden, Unauthenticated
from core.export_links import ExportLinks
from core.records.pages import PageRequest
from core.scope import Permission, TenantScope
from loaders.ports import Stores
from loaders.registry import Loaders
from resolvers.budget import RowBudget
from resolvers.consents import Consents
from resolvers.paging import Listing, PageArguments


def utc_now() -> datetime:
    """The present."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Session:
    """One caller's operation. `clock` is the present, for tests to set."""

    scope: TenantScope
    stores: Stores
    loaders: Loaders = field(repr=False)
    clock: Callable[[], datetime] = utc_now
    budget: RowBudget = field(default_factory=RowBudget, repr=False)
    consents: Consents = field(default_factory=Consents, repr=False)
    links: ExportLinks | None = field(default=None, repr=False)

    @classmethod
    def open(
        cls,
        scope: TenantScope,
        stores: Stores,
        clock: Callable[[], datetime] = utc_now,
        consents: Consents | None = None,
        links: ExportLinks | None = None,
    ) -> Session:
        """A session with empty loaders."""
        return cls(
            scope,
            stores,
            Loaders(scope, stores),
            clock,
            consents=consents or Consents(),
            links=links,
        )

    def renewed(self) -> Session:
        """The same caller with empty loaders and a full budget: a second operation's start."""
        return replace(self, loaders=Loaders(self.scope, self.stores), budget=RowBudget())

    def request(self, listing: Listing[Any], arguments: PageArguments) -> PageRequest:
        """What to ask a store for, charged to this operation's budget."""
        request = listing.request(arguments)
        self.budget.take(request.size)
        return request

    @property
    def has_expired(self) -> bool:
        """Whether the credentials behind the scope have run out."""
        return self.scope.expires_at is not None and self.clock() >= self.scope.expires_at

    def demand(self, permission: Permission | None) -> None:
        """Refuse a caller whose credentials ran out or who lacks `permission`.

        None asks for nothing beyond credentials that hold.
        """
        if self.has_expired:
            raise Unauthenticated("the credentials have expired", mend="sign in again")
        if permission is not None and not self.scope.may(permission):
            raise Forbidden(
                f"this needs the permission {permission}",
                mend="ask an administrator of your tenant for a role that has it",
            )
