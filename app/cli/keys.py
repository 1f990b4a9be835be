"""liftos key: API keys of modules."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

import typer

from app.cli.options import Tenant
from app.cli.settings import settings_of
from app.cli.tables import moment, show_table
from app.cli.tenancy import open_tenant
from core.records.tenants import ApiKeyRecord
from core.scope import Role
from core.settings import Settings

commands = typer.Typer(
    help="Create, list and revoke API keys.", no_args_is_help=True, add_completion=False
)


@commands.command()
def create(
    context: typer.Context,
    tenant: Tenant,
    module: Annotated[str, typer.Option(help="The module that will use it, such as causal.")],
    role: Annotated[list[Role] | None, typer.Option(help="Repeatable; viewer if left out.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Days until it expires.")] = None,
) -> None:
    """Create a key and print it. It cannot be shown again."""
    roles = frozenset(role or [Role.VIEWER])
    expires = None if days is None else datetime.now(UTC) + timedelta(days=days)
    record, secret = asyncio.run(_create(settings_of(context), tenant, module, roles, expires))
    typer.echo(f"key {record.id}, expires {moment(record.expires_at, 'never')}", err=True)
    typer.echo(secret)


@commands.command("list")
def list_all(context: typer.Context, tenant: Tenant) -> None:
    """List the keys of an organisation."""
    rows = [
        (
            str(key.id),
            key.module,
            ",".join(key.roles),
            moment(key.created_at),
            moment(key.expires_at, "never"),
            moment(key.revoked_at),
        )
        for key in asyncio.run(_all(settings_of(context), tenant))
    ]
    show_table(("id", "module", "roles", "created", "expires", "revoked"), rows)


@commands.command()
def revoke(
    context: typer.Context,
    key_id: Annotated[UUID, typer.Argument(help="See: liftos key list.")],
    tenant: Tenant,
) -> None:
    """End a key at once."""
    asyncio.run(_revoke(settings_of(context), tenant, key_id))
    typer.echo(f"revoked {key_id}")


async def _create(
    settings: Settings, tenant: str, module: str, roles: frozenset[Role], expires: datetime | None
) -> tuple[ApiKeyRecord, str]:
    async with open_tenant(settings, tenant) as desk:
        return await desk.platform.stores.keys.create(desk.scope, module, roles, expires)


async def _all(settings: Settings, tenant: str) -> tuple[ApiKeyRecord, ...]:
    async with open_tenant(settings, tenant) as desk:
        return await desk.platform.stores.keys.all(desk.scope)


async def _revoke(settings: Settings, tenant: str, key_id: UUID) -> None:
    async with open_tenant(settings, tenant) as desk:
        await desk.platform.stores.keys.revoke(desk.scope, key_id)
