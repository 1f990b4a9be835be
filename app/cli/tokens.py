"""liftos token: development tokens."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from app.cli.settings import settings_of
from app.cli.tenancy import open_tenant
from app.identity.mint import mint
from app.wiring import Platform
from core.errors import ConfigError
from core.records.audit import Act
from core.scope import Role, TenantId
from core.settings import Settings

commands = typer.Typer(add_completion=False)


@commands.command()
def token(
    context: typer.Context,
    tenant: Annotated[str, typer.Option(help="Short name of the organisation.")],
    role: Annotated[Role, typer.Option()] = Role.ADMIN,
    hours: Annotated[float, typer.Option(min=0.01, max=8760)] = 12.0,
    client: Annotated[str | None, typer.Option(help="The program that will use it.")] = None,
) -> None:
    """Print a token for an organisation, and nothing else."""
    lifetime = timedelta(hours=hours)
    typer.echo(asyncio.run(_token(settings_of(context), tenant, role, lifetime, client)))


async def _token(
    settings: Settings, slug: str, role: Role, lifetime: timedelta, client: str | None
) -> str:
    async with open_tenant(settings, slug) as desk:
        made = token_for(desk.platform, desk.tenant.id, role, lifetime, client)
        told = {"role": role, "client": client, "expires_at": datetime.now(UTC) + lifetime}
        await desk.platform.stores.audit.record(desk.scope, Act.TOKEN_MINTED, None, **told)
        return made


def token_for(
    platform: Platform,
    tenant_id: TenantId,
    role: Role,
    lifetime: timedelta,
    client: str | None = None,
) -> str:
    """A token that this installation signs itself, where it may."""
    secret = platform.endpoints.secrets.jwt
    if secret is None:
        raise ConfigError(
            "tokens are issued by the identity provider that LIFTOS_JWKS_URL names",
            mend="get one there, or set LIFTOS_JWT_SECRET to sign tokens here as well",
        )
    return mint(platform.settings, secret, tenant_id, role, lifetime, client=client)
