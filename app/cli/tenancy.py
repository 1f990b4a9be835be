"""The command line's door: `--tenant NAME` on a machine that holds the installation's secrets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import typer

from app.cli.settings import settings_of
from app.identity.links import links_of
from app.wiring import Platform, open_platform
from core.errors import NotFound
from core.records.tenants import TenantRecord
from core.scope import Entrance, Permission, Role, SystemScope, TenantScope
from core.settings import Settings
from core.tiers import Tiers
from resolvers.consents import consents_of
from resolvers.session import Session

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TenantDesk:
    """One tenant's data, at an operator's hands."""

    platform: Platform
    tenant: TenantRecord
    scope: TenantScope

    @property
    def session(self) -> Session:
        """A session with empty loaders."""
        settings, secrets = self.platform.settings, self.platform.endpoints.secrets
        return Session.open(
            self.scope,
            self.platform.stores,
            consents=consents_of(settings),
            links=links_of(settings, secrets),
            tiers=Tiers(settings),
        )


@asynccontextmanager
async def open_tenant(settings: Settings, slug: str) -> AsyncIterator[TenantDesk]:
    """The tenant of that name, or NotFound."""
    async with open_platform(settings) as platform:
        tenant = await find_tenant(platform, slug)
        scope = TenantScope(
            tenant.id,
            actor="cli",
            roles=frozenset({Role.ADMIN}),
            permissions=frozenset(Permission),
            tier=tenant.tier,
            door=Entrance.CLI,
        )
        yield TenantDesk(platform, tenant, scope)


def asked(context: typer.Context, slug: str, what: Callable[[Session], Awaitable[T]]) -> T:
    """What one resolver answers for the tenant of that name."""
    return asyncio.run(_ask(settings_of(context), slug, what))


async def _ask(settings: Settings, slug: str, what: Callable[[Session], Awaitable[T]]) -> T:
    async with open_tenant(settings, slug) as desk:
        return await what(desk.session)


async def find_tenant(platform: Platform, slug: str) -> TenantRecord:
    """The tenant of that name, or NotFound."""
    found = await platform.stores.tenants.by_slug(by_operator("name a tenant"), slug)
    if found is None:
        raise NotFound(f"no tenant is named {slug!r}", mend="see: liftos tenant list")
    return found


def by_operator(reason: str) -> SystemScope:
    """The operator's reach across tenants, with its reason."""
    return SystemScope(reason=reason, actor="cli")
