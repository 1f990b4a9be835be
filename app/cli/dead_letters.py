"""liftos deadletter: runs that ended badly, queued again or laid aside."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

import typer

from app.cli.ids import RunIds, read_connection
from app.cli.options import Tenant
from app.cli.settings import settings_of
from app.cli.tables import moment, show_table
from app.cli.tenancy import open_tenant
from core.errors import BadInput, ErrorKind
from core.records.dead_letters import DeadLetter, DeadLetterChoice, DeadLetterFilter
from core.redaction import redact_text
from core.settings import Settings
from graph.ids import RUN
from resolvers import dead_letters
from resolvers.dead_letters import MAX_AT_ONCE, MAX_DEAD_LETTERS
from resolvers.paging import PageArguments

commands = typer.Typer(
    help="List, requeue and dismiss runs that ended badly.",
    no_args_is_help=True,
    add_completion=False,
)
Connection = Annotated[str | None, typer.Option(help="Of this connection alone.")]
Kind = Annotated[
    ErrorKind | None, typer.Option(case_sensitive=False, help="With errors of this kind.")
]
All = Annotated[bool, typer.Option("--all", help="Every one that the other options name.")]
Maximum = Annotated[int, typer.Option(help="Touch none when more than so many match.")]


@commands.command("list")
def list_all(
    context: typer.Context,
    *,
    tenant: Tenant,
    connection: Connection = None,
    kind: Kind = None,
    dismissed: Annotated[
        bool, typer.Option("--dismissed", help="Those that were laid aside.")
    ] = False,
) -> None:
    """List the newest runs that ended badly, at most 100, with what mends them."""
    where = _filter(connection, kind, is_dismissed=dismissed)
    columns = ("run", "ended", "attempts", "kind", "code", "message", "mend")
    show_table(columns, map(_row, asyncio.run(_page(settings_of(context), tenant, where))))


@commands.command()
def requeue(
    context: typer.Context,
    runs: RunIds = None,
    *,
    tenant: Tenant,
    everything: All = False,
    connection: Connection = None,
    kind: Kind = None,
    maximum: Maximum = MAX_AT_ONCE,
) -> None:
    """Queue runs again, each from where it stopped; all of them or none."""
    choice = _choice(runs, _filter(connection, kind), maximum, everything=everything)
    count = asyncio.run(_requeue(settings_of(context), tenant, choice))
    typer.echo(f"{count:,} runs queued again")


@commands.command()
def dismiss(
    context: typer.Context,
    runs: RunIds = None,
    *,
    tenant: Tenant,
    why: Annotated[str, typer.Option(help="Kept with the runs.")],
    everything: All = False,
    connection: Connection = None,
    kind: Kind = None,
    maximum: Maximum = MAX_AT_ONCE,
) -> None:
    """Lay runs aside, saying why."""
    choice = _choice(runs, _filter(connection, kind), maximum, everything=everything)
    count = asyncio.run(_dismiss(settings_of(context), tenant, choice, why))
    typer.echo(f"{count:,} runs dismissed")


def _filter(
    connection: str | None, kind: ErrorKind | None, *, is_dismissed: bool = False
) -> DeadLetterFilter:
    return DeadLetterFilter(
        connections=(read_connection(connection),) if connection else (),
        kinds=(kind,) if kind else (),
        is_dismissed=is_dismissed,
    )


def _choice(
    ids: list[UUID] | None, where: DeadLetterFilter, maximum: int, *, everything: bool
) -> DeadLetterChoice:
    if bool(ids) == everything:
        raise BadInput(
            "name runs, or give --all: one of the two",
            field="runs",
            mend="see: liftos deadletter list",
        )
    return DeadLetterChoice(maximum, tuple(ids or ()), where if everything else None)


async def _page(settings: Settings, tenant: str, where: DeadLetterFilter) -> tuple[DeadLetter, ...]:
    async with open_tenant(settings, tenant) as desk:
        arguments = PageArguments(first=MAX_DEAD_LETTERS)
        return (await dead_letters.page(desk.session, where, arguments)).items


async def _requeue(settings: Settings, tenant: str, choice: DeadLetterChoice) -> int:
    async with open_tenant(settings, tenant) as desk:
        return len(await dead_letters.requeue(desk.session, choice))


async def _dismiss(settings: Settings, tenant: str, choice: DeadLetterChoice, why: str) -> int:
    async with open_tenant(settings, tenant) as desk:
        return await dead_letters.dismiss(desk.session, choice, why)


def _row(letter: DeadLetter) -> tuple[str, ...]:
    run, error = letter.run, letter.run.error
    told = (error.kind, error.code, error.message, error.mend or "-") if error else (
        ErrorKind.BUG, "PARKED", letter.last_message, "read the worker's log under the run's id"
    )  # fmt: skip
    ended = moment(run.ended_at)
    return RUN.encode(run.id), ended, str(run.claim), *(redact_text(str(part)) for part in told)
