"""liftos tenant erase, erasures: all that is kept of an organisation goes; its receipt stays."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from app.cli.settings import settings_of
from app.cli.tables import moment, show_table
from app.cli.tenancy import by_operator
from app.wiring import Platform, open_platform
from core.errors import BadInput, NotFound
from core.records.erasures import Erasure
from core.records.tenants import TenantRecord
from core.settings import Settings
from jobs.erasure import erase as carry_out

_AGAIN = "Type its name again"


def erase(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(help="Short name of the organisation.")],
    *,
    confirm: Annotated[str | None, typer.Option(help="Its name again; asked if left out.")] = None,
) -> None:
    """Erase all that is kept of an organisation, for good, and print what is gone."""
    settings = settings_of(context)
    asyncio.run(_known(settings, slug))
    again = confirm or typer.prompt(f"Everything of {slug} will be gone. {_AGAIN}", default="")
    if again != slug:
        raise BadInput(
            f"{again!r} is not {slug!r}: nothing was erased",
            field="--confirm",
            mend="give the name of the organisation twice, the same",
        )
    done = asyncio.run(_erase(settings, slug))
    show_table(("of", "gone"), [(name, f"{n:,}") for name, n in sorted(done.counts.items())])
    typer.echo(f"erased {slug} ({done.tenant_id}), receipt {done.id}")


def erasures(context: typer.Context) -> None:
    """List the receipts of erasures."""
    rows = [
        (each.slug, str(each.tenant_id), each.requested_by, moment(each.requested_at),
         moment(each.finished_at), f"{sum(each.counts.values()):,}", str(each.id))
        for each in asyncio.run(_all(settings_of(context)))
    ]  # fmt: skip
    show_table(("tenant", "id", "by", "asked", "finished", "gone", "receipt"), rows)


async def _known(settings: Settings, slug: str) -> None:
    async with open_platform(settings) as platform:
        await _found(platform, slug)


async def _erase(settings: Settings, slug: str) -> Erasure:
    reason = by_operator("erase a tenant")
    async with open_platform(settings) as platform:
        return await carry_out(platform.stores, reason, await _begun(platform, slug))


async def _begun(platform: Platform, slug: str) -> Erasure:
    found = await _found(platform, slug)
    if isinstance(found, Erasure):
        return found
    reason = by_operator("erase a tenant")
    return await platform.stores.erasures.begin(reason, found.id, found.slug)


async def _found(platform: Platform, slug: str) -> Erasure | TenantRecord:
    """The erasure of it that goes on, else the tenant of exactly this name."""
    reason, stores = by_operator("name a tenant"), platform.stores
    found = await stores.erasures.under_way(reason, slug) or await stores.tenants.by_slug(
        reason, slug
    )
    if found is None or found.slug != slug:
        raise NotFound(f"no tenant is named {slug!r}", mend="see: liftos tenant list")
    return found


async def _all(settings: Settings) -> tuple[Erasure, ...]:
    async with open_platform(settings) as platform:
        return await platform.stores.erasures.all(by_operator("list erasures"))
