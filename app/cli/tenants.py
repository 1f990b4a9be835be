"""liftos tenant: organisations."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated

import typer

from app.cli.erasures import erase, erasures
from app.cli.quotas import quota
from app.cli.retention import forget, retention
from app.cli.settings import settings_of
from app.cli.tables import moment, show_table
from app.cli.tenancy import by_operator, find_tenant
from app.wiring import open_platform
from core.calendar.profile import country_codes
from core.commands import CreateTenant
from core.errors import BadInput
from core.records.tenants import TenantRecord
from core.settings import Settings
from core.units import currency_code

commands = typer.Typer(
    help="Create, limit, list and erase organisations.", no_args_is_help=True, add_completion=False
)
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


@commands.command()
def create(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(help="Short name in lower case, such as northwind.")],
    *,
    name: Annotated[str | None, typer.Option(help="Full name.")] = None,
    country: Annotated[list[str] | None, typer.Option(help="ISO 3166 code; repeatable.")] = None,
    currency: Annotated[str, typer.Option(help="ISO 4217 code for reports.")] = "USD",
    fiscal_start_month: Annotated[int, typer.Option(min=1, max=12)] = 1,
    tier: Annotated[str, typer.Option(help="FREE, PRO or ENTERPRISE.")] = "FREE",
) -> None:
    """Create an organisation and print its id."""
    command = CreateTenant(
        slug=_slug(slug),
        name=name or slug,
        countries=country_codes(tuple(country or ["US"]), field="--country"),
        fiscal_start_month=fiscal_start_month,
        reporting_currency=currency_code(currency),
        tier=tier.upper(),
    )
    typer.echo(asyncio.run(_create(settings_of(context), command)).id)


@commands.command()
def limit(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(help="Short name of the organisation.")],
    *,
    runs: Annotated[int | None, typer.Option(min=1, max=1000, help="A number of its own.")] = None,
    as_tier: Annotated[bool, typer.Option("--as-tier", help="Its tier's number again.")] = False,
) -> None:
    """Say how many runs of an organisation are worked on at once."""
    if (runs is None) != as_tier:
        raise BadInput("one number is wanted", field="--runs", mend="give --runs or --as-tier")
    asyncio.run(_limit(settings_of(context), slug, runs))
    share = f"{runs} runs" if runs else "as many runs as its tier has"
    typer.echo(f"{slug} has {share} at once")


commands.command()(quota)
commands.command()(retention)
commands.command()(forget)
commands.command()(erase)
commands.command()(erasures)


@commands.command("list")
def list_all(context: typer.Context) -> None:
    """List every organisation."""
    rows = [
        (r.slug, r.name, r.reporting_currency, r.tier, str(r.id), moment(r.created_at))
        for r in asyncio.run(_all(settings_of(context)))
    ]
    show_table(("tenant", "name", "currency", "tier", "id", "created"), rows)


async def _create(settings: Settings, command: CreateTenant) -> TenantRecord:
    async with open_platform(settings) as platform:
        return await platform.stores.tenants.create(by_operator("create a tenant"), command)


async def _limit(settings: Settings, slug: str, runs: int | None) -> None:
    async with open_platform(settings) as platform:
        tenant = await find_tenant(platform, slug)
        reason = by_operator("limit a tenant's runs")
        await platform.stores.tenants.limit_runs(reason, tenant.id, runs)


async def _all(settings: Settings) -> tuple[TenantRecord, ...]:
    async with open_platform(settings) as platform:
        return await platform.stores.tenants.all(by_operator("list tenants"))


def _slug(text: str) -> str:
    if SLUG.fullmatch(text):
        return text
    raise BadInput(
        f"{text!r} cannot name a tenant",
        field="slug",
        mend="use 1 to 63 lower-case letters, digits and hyphens",
    )
