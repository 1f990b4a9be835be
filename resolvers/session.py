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
from core.search.tally import SearchTally
from core.tiers import Tiers
from loaders.ports import Stores
from loaders.ports.features import FeatureUses
from loaders.registry import Loaders
from loaders.sharing import SharedReads
from resolvers.budget import RowBudget
from resolvers.consents import Consents
from resolvers.following import Cursor
from resolvers.limits import Meter
from resolvers.paging import Listing, PageArguments


def utc_now() -> datetime:
    """The present."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A field that a caller asked for without the permission that it needs."""

    asked: str
    permission: Permission


@dataclass(frozen=True, slots=True)
class Session:
    """One caller's operation. `clock` is the present, for tests to set.

    `refusals` gathers what was asked for in vain, for the audit log.
    `shared` is the process's: by it followers that wake at the same time read once. So is
    `searched`, what it counts of questions.
    """

    scope: TenantScope
    stores: Stores
    loaders: Loaders = field(repr=False)
    clock: Callable[[], datetime] = utc_now
    budget: RowBudget = field(default_factory=RowBudget, repr=False)
    consents: Consents = field(default_factory=Consents, repr=False)
    links: ExportLinks | None = field(default=None, repr=False)
    meter: Meter | None = field(default=None, repr=False)
    refusals: list[Refusal] = field(default_factory=list, repr=False)
    shared: SharedReads = field(default_factory=SharedReads, repr=False)
    cursor: Cursor = field(default_factory=Cursor)
    tiers: Tiers | None = field(default=None, repr=False)
    uses: FeatureUses | None = field(default=None, repr=False)
    searched: SearchTally = field(default_factory=SearchTally, repr=False)

    @classmethod
    def open(
        cls,
        scope: TenantScope,
        stores: Stores,
        clock: Callable[[], datetime] = utc_now,
        *,
        consents: Consents | None = None,
        links: ExportLinks | None = None,
        meter: Meter | None = None,
        shared: SharedReads | None = None,
        cursor: Cursor | None = None,
        tiers: Tiers | None = None,
        uses: FeatureUses | None = None,
        searched: SearchTally | None = None,
    ) -> Session:
        """A session with empty loaders."""
        return cls(
            scope,
            stores,
            Loaders(scope, stores),
            clock,
            consents=consents or Consents(),
            links=links,
            meter=meter,
            shared=shared or SharedReads(),
            cursor=cursor or Cursor(),
            tiers=tiers,
            uses=uses,
            searched=searched or SearchTally(),
        )

    def renewed(self) -> Session:
        """The same caller with empty loaders and a full budget: a second operation's start."""
        renewed = self.loaders.renewed()
        return replace(self, loaders=renewed, budget=RowBudget(), refusals=[])

    def at_next_event(self) -> Session:
        """The same follower, for whom nothing that was read before still holds."""
        renewed = self.loaders.renewed(self.shared)
        return replace(self, loaders=renewed, budget=RowBudget(), refusals=[])

    def request(self, listing: Listing[Any], arguments: PageArguments) -> PageRequest:
        """What to ask a store for, charged to this operation's budget."""
        request = listing.request(arguments)
        self.budget.take(request.size)
        return request

    @property
    def has_expired(self) -> bool:
        """Whether the credentials behind the scope have run out."""
        return self.scope.expires_at is not None and self.clock() >= self.scope.expires_at

    def demand(self, permission: Permission | None, asked: str) -> None:
        """Refuse a caller whose credentials ran out or who lacks `permission`.

        None asks for nothing beyond credentials that hold. `asked` is the field it is needed for.
        """
        if self.has_expired:
            raise Unauthenticated("the credentials have expired", mend="sign in again")
        if permission is not None and not self.scope.may(permission):
            self.refusals.append(Refusal(asked, permission))
            raise Forbidden(
                f"this needs the permission {permission}",
                mend="ask an administrator of your tenant for a role that has it",
            )
