"""liftos token: development tokens."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated

import typer

from app.cli.settings import settings_of
from app.cli.tenancy import find_tenant
from app.identity.mint import mint
from app.wiring import Platform, open_platform
from core.errors import ConfigError
from core.scope import Role, TenantId
from core.settings import Settings

commands = typer.Typer(add_completion=False)


@commands.command()
def token(
    context: typer.Context,
    tenant: Annotated[str, typer.Option(help="Short name of the organisation.")],
    role: Annotated[Role, typer.Option()] = Role.ADMIN,
    hours: Annotated[float, typer.Option(min=0.01, max=8760)] = 12.0,
) -> None:
    """Print a token for an organisation, and nothing else."""
    typer.echo(asyncio.run(_token(settings_of(context), tenant, role, timedelta(hours=hours))))


async def _token(settings: Settings, slug: str, role: Role, lifetime: timedelta) -> str:
    async with open_platform(settings) as platform:
        tenant = await find_tenant(platform, slug)
        return token_for(platform, tenant.id, role, lifetime)


def token_for(platform: Platform, tenant_id: TenantId, role: Role, lifetime: timedelta) -> str:
    """A token that this installation signs itself, where it may."""
    secret = platform.endpoints.secrets.jwt
    if secret is None:
        raise ConfigError(
            "tokens are issued by the identity provider that LIFTOS_JWKS_URL names",
            mend="get one there, or set LIFTOS_JWT_SECRET to sign tokens here as well",
        )
    return mint(platform.settings, secret, tenant_id, role, lifetime)
