"""liftos audit: who did what, and whether the log still says it."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import datetime
from typing import Annotated

import orjson
import typer

from app.cli.options import Tenant
from app.cli.settings import settings_of
from app.cli.tables import moment, show_table
from app.cli.tenancy import asked, by_operator, find_tenant
from app.wiring import Platform, open_platform
from core.errors import BadInput
from core.records.audit import HOUSE, Act, AuditFilter, AuditHead, AuditRecord, Verdict
from core.records.pages import Page
from core.scope import TenantId
from core.settings import Settings
from resolvers import audit
from resolvers.paging import PageArguments

INSTALLATION = "(installation)"
commands = typer.Typer(
    help="List, verify and export the audit log.", no_args_is_help=True, add_completion=False
)
OneTenant = Annotated[
    str | None, typer.Option(help="Short name of the organisation; the installation if left out.")
]
SUCH_AS = "Such as KEY_CREATED, as lines have it; repeatable."
MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%z"]


@commands.command("list")
def list_all(
    context: typer.Context,
    *,
    tenant: Tenant,
    act: Annotated[list[Act] | None, typer.Option(metavar="<act>", help=SUCH_AS)] = None,
    actor: Annotated[str | None, typer.Option(help="Such as user:ada.")] = None,
    subject: Annotated[str | None, typer.Option(help="Such as connection:ID.")] = None,
    since: Annotated[datetime | None, typer.Option(formats=MOMENTS, metavar="<moment>")] = None,
) -> None:
    """List the newest 100 lines."""
    since = since and since.astimezone()
    wanted = AuditFilter(acts=act or (), actor=actor, subject=subject, since=since)
    arguments = PageArguments(first=audit.MAX_LINES)
    page: Page[AuditRecord] = asked(
        context, tenant, lambda session: audit.page(session, arguments, wanted)
    )
    show_table(("line", "at", "who", "by", "act", "to", "details"), map(_row, page.items))


@commands.command()
def head(context: typer.Context, tenant: OneTenant = None) -> None:
    """Print the end of a log. Kept elsewhere, it shows later whether lines were cut off."""
    typer.echo(asyncio.run(_head(settings_of(context), tenant)))


@commands.command()
def verify(
    context: typer.Context,
    *,
    tenant: Annotated[str | None, typer.Option(help="Short name; every log if left out.")] = None,
    kept: Annotated[
        str | None, typer.Option("--head", help="What `liftos audit head` printed once.")
    ] = None,
) -> None:
    """Compute the chains anew; name the first line that is broken, and end with status 1."""
    if kept is not None and tenant is None:
        raise BadInput("a head is that of one log", field="--tenant", mend="say whose it is")
    known = None if kept is None else AuditHead.parse(kept)
    found = asyncio.run(_verify(settings_of(context), tenant, known))
    show_table(("log", "lines", "verdict"), [(name, str(v.lines), _told(v)) for name, v in found])
    if not all(verdict.holds for _, verdict in found):
        raise typer.Exit(1)


@commands.command()
def export(context: typer.Context, tenant: OneTenant = None) -> None:
    """Write every line of a log to standard output, each as JSON with its hashes."""
    asyncio.run(_export(settings_of(context), tenant))


async def _head(settings: Settings, tenant: str | None) -> AuditHead:
    async with open_platform(settings) as platform:
        log = await _log_of(platform, tenant)
        heads = await platform.stores.audit.heads(by_operator("read the ends of audit logs"))
        return heads.get(log, AuditHead())


async def _verify(
    settings: Settings, tenant: str | None, kept: AuditHead | None
) -> list[tuple[str, Verdict]]:
    async with open_platform(settings) as platform:
        scope, store = by_operator("verify audit logs"), platform.stores.audit
        if tenant is not None:
            log = await _log_of(platform, tenant)
            return [(tenant, await store.verify(scope, log, kept))]
        names = {r.id: r.slug for r in await platform.stores.tenants.all(scope)}
        names[HOUSE] = INSTALLATION
        logs = {**dict.fromkeys(names), **dict.fromkeys(await store.heads(scope))}
        return [(names.get(log, str(log)), await store.verify(scope, log)) for log in logs]


async def _export(settings: Settings, tenant: str | None) -> None:
    async with open_platform(settings) as platform:
        log = await _log_of(platform, tenant)
        lines = platform.stores.audit.lines(by_operator("export an audit log"), log)
        async with aclosing(lines) as found:
            async for line in found:
                typer.echo(orjson.dumps(_exported(line)))


async def _log_of(platform: Platform, tenant: str | None) -> TenantId:
    return HOUSE if tenant is None else (await find_tenant(platform, tenant)).id


def _row(line: AuditRecord) -> tuple[str, ...]:
    details = " ".join(f"{name}={value}" for name, value in sorted(line.details.items()))
    who = line.actor if line.client is None else f"{line.actor} ({line.client})"
    return (
        str(line.number),
        moment(line.at),
        who,
        line.door,
        line.act,
        line.subject or "",
        details,
    )


def _told(verdict: Verdict) -> str:
    if verdict.holds:
        return f"holds, up to {verdict.head}"
    return f"BROKEN at line {verdict.broken_at}: {verdict.reason}"


def _exported(line: AuditRecord) -> dict[str, object]:
    return {
        "tenant": str(line.tenant_id),
        "number": line.number,
        "at": line.moment,
        "actor": line.actor,
        "client": line.client,
        "door": line.door,
        "act": line.act,
        "subject": line.subject,
        "request": line.request_id,
        "details": dict(line.details),
        "previous": line.previous_hash.hex(),
        "hash": line.hash.hex(),
    }
