"""liftos tenant quota: what an organisation may keep, run and export."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import typer

from app.cli.settings import settings_of
from app.cli.tables import moment, show_table
from app.cli.tenancy import by_operator, open_tenant
from core.records.quotas import Allowances, Quota, quotas
from core.settings import Settings
from core.tiers import Tiers

_OWN = "A number of its own instead of its tier's."


def quota(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(help="Short name of the organisation.")],
    *,
    storage_bytes: Annotated[int | None, typer.Option(min=0, help=_OWN)] = None,
    runs_a_day: Annotated[int | None, typer.Option(min=0, help=_OWN)] = None,
    export_rows_a_month: Annotated[int | None, typer.Option(min=0, help=_OWN)] = None,
    as_tier: Annotated[
        bool, typer.Option("--as-tier", help="Take back every number of its own first.")
    ] = False,
) -> None:
    """Tell what an organisation has used of its quotas, and give it numbers of its own."""
    given = Allowances(storage_bytes, runs_a_day, export_rows_a_month)
    found = asyncio.run(_quota(settings_of(context), slug, given, as_tier=as_tier))
    show_table(("quota", "used", "limit", "counted anew"), [_row(each) for each in found])


def _row(each: Quota) -> tuple[str, str, str, str]:
    name = each.kind.value.lower().replace("_", "-")
    return name, f"{each.used:,}", f"{each.limit:,}", moment(each.resets_at)


async def _quota(
    settings: Settings, slug: str, given: Allowances, *, as_tier: bool
) -> tuple[Quota, ...]:
    async with open_tenant(settings, slug) as desk:
        store, now = desk.platform.stores.quotas, datetime.now(UTC)
        usage = await store.usage(desk.scope, now)
        kept = Allowances() if as_tier else usage.allowances
        wanted = _over(kept, given)
        if wanted != usage.allowances:
            await store.allow(by_operator("set a tenant's quotas"), desk.tenant.id, wanted)
        tier = Tiers(settings).of(desk.tenant.tier)
        found = quotas(replace(usage, allowances=wanted), tier, now)
    return found.storage, found.runs, found.export_rows, found.embedded_tokens


def _over(kept: Allowances, given: Allowances) -> Allowances:
    """What was kept, where nothing else is given."""

    def either(own: int | None, kept: int | None) -> int | None:
        return kept if own is None else own

    return Allowances(
        either(given.storage_bytes, kept.storage_bytes),
        either(given.runs_a_day, kept.runs_a_day),
        either(given.export_rows_a_month, kept.export_rows_a_month),
    )
