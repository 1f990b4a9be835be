"""What a run held back and how its totals compare, on the terminal, and the decisions on it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import typer

from app.cli.ids import ConnectionId, RunId
from app.cli.options import Tenant
from app.cli.settings import settings_of
from app.cli.tables import show_fields
from app.cli.tenancy import open_tenant
from core.records.receipts import CheckStatus, HeldShrink, ReceiptPolicy, TotalCheck
from core.records.runs import RunRecord
from core.settings import Settings
from resolvers import connections, receipts
from resolvers.session import Session

Decision = Callable[[Session, UUID], Awaitable[RunRecord]]


def accept_shrink(context: typer.Context, run: RunId, *, tenant: Tenant) -> None:
    """Let the entries vanish that a run held back; `show` says which."""
    _tell(asyncio.run(_decided(settings_of(context), tenant, run, receipts.accept_shrink)))


def reject_shrink(context: typer.Context, run: RunId, *, tenant: Tenant) -> None:
    """Keep the entries that a run held back."""
    _tell(asyncio.run(_decided(settings_of(context), tenant, run, receipts.reject_shrink)))


def rules(
    context: typer.Context,
    *,
    tenant: Tenant,
    connection: ConnectionId,
    tolerance: Annotated[
        float | None, typer.Option(help="Share by which totals may differ from the platform's.")
    ] = None,
    shrink_share: Annotated[
        float | None, typer.Option(help="Share of entries or spend that may vanish at once.")
    ] = None,
    shrink_entries: Annotated[
        int | None, typer.Option(help="Fewer entries than this may always vanish.")
    ] = None,
) -> None:
    """Show what a connection's receipts are judged by, after changing what is given."""
    given = {
        "tolerance": None if tolerance is None else Decimal(str(tolerance)),
        "shrink_share": None if shrink_share is None else Decimal(str(shrink_share)),
        "shrink_entries": shrink_entries,
    }
    found = asyncio.run(_ruled(settings_of(context), tenant, connection, given))
    show_fields(
        (
            ("tolerance", f"{found.tolerance:f}"),
            ("shrink share", f"{found.shrink_share:f}"),
            ("shrink entries", f"{found.shrink_entries:,}"),
        )
    )


def shrink_lines(shrink: HeldShrink) -> Iterator[tuple[str, str]]:
    """A shrink and its days, for `show`."""
    size = f"{shrink.entries:,} of {shrink.standing:,} entries"
    spend = _spent(shrink.spend, shrink.currency)
    yield "shrink", f"{shrink.state.lower()}: {size}{spend} would vanish"
    for day in shrink.days:
        yield f"{day.date}", f"{day.entries:,} entries{_spent(day.spend, shrink.currency)}"


def check_lines(checks: tuple[TotalCheck, ...]) -> Iterator[tuple[str, str]]:
    """The totals against the platform's own, for `show`."""
    by_reason: defaultdict[str | None, list[str]] = defaultdict(list)
    for check in checks:
        name = check.metric.replace("_", " ")
        if check.status is CheckStatus.MISMATCHED:
            yield "apart", f"{name} {check.reason}"
        else:
            by_reason[check.reason].append(name)
    for reason, names in by_reason.items():
        told = ", ".join(names)
        yield ("matched", told) if reason is None else ("unassessed", f"{told}: {reason}")


def _spent(spend: Decimal | None, currency: str) -> str:
    return "" if spend is None else f" with {spend.normalize():,f} {currency}"


def _tell(run: RunRecord) -> None:
    typer.echo(f"the run is {run.status}")


async def _decided(settings: Settings, tenant: str, run_id: UUID, decide: Decision) -> RunRecord:
    async with open_tenant(settings, tenant) as desk:
        return await decide(desk.session, run_id)


async def _ruled(
    settings: Settings, tenant: str, connection_id: UUID, given: dict[str, Decimal | int | None]
) -> ReceiptPolicy:
    async with open_tenant(settings, tenant) as desk:
        await connections.one(desk.session, connection_id)
        found = await receipts.policy(desk.session, connection_id)
        wanted = found.changed(**given)
        if wanted == found:
            return found
        return await receipts.set_policy(desk.session, connection_id, wanted)
