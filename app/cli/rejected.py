"""liftos rejected: records that were refused, put in again or laid aside."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

import typer

from app.cli.following import tell_queued
from app.cli.ids import RejectedId, RejectedIds, read_connection, read_run
from app.cli.options import Tenant
from app.cli.settings import settings_of
from app.cli.tables import moment, show_fields, show_table
from app.cli.tenancy import open_tenant
from core.errors import BadInput, NotFound
from core.records.connections import Source
from core.records.rejections import (
    RejectedRecord,
    RejectionChoice,
    RejectionFilter,
    RejectionGroup,
    RejectionState,
)
from core.settings import Settings
from graph.ids import CONNECTION, REJECTED, RUN
from resolvers import rejections
from resolvers.paging import PageArguments
from resolvers.rejections import DEFAULT_AT_ONCE, MAX_GROUPS, MAX_REJECTED

commands = typer.Typer(
    help="List, count, show, replay and dismiss refused records.",
    no_args_is_help=True,
    add_completion=False,
)
Connection = Annotated[str | None, typer.Option(help="Of this connection alone.")]
Run = Annotated[str | None, typer.Option(help="That this run refused or replayed.")]
FromSource = Annotated[Source | None, typer.Option(case_sensitive=False)]
Field = Annotated[str | None, typer.Option(help="With this field at fault.")]
Text = Annotated[str | None, typer.Option(help="With this in the reason or the record.")]
State = Annotated[RejectionState | None, typer.Option(case_sensitive=False)]
All = Annotated[bool, typer.Option("--all", help="Every open one that the other options name.")]
Maximum = Annotated[int, typer.Option(help="Touch none when more than so many match.")]


@commands.command("list")
def list_all(
    context: typer.Context,
    *,
    tenant: Tenant,
    connection: Connection = None,
    run: Run = None,
    source: FromSource = None,
    field: Field = None,
    text: Text = None,
    state: State = RejectionState.OPEN,
) -> None:
    """List the newest refused records, at most 100; open ones unless --state says otherwise."""
    where = _filter(
        connection=connection, run=run, source=source, field=field, text=text, state=state
    )
    found = asyncio.run(_page(settings_of(context), tenant, where))
    show_table(("id", "refused", "state", "field", "reason"), map(_row, found))


@commands.command()
def summary(
    context: typer.Context,
    *,
    tenant: Tenant,
    connection: Connection = None,
    run: Run = None,
    source: FromSource = None,
    field: Field = None,
    text: Text = None,
    state: State = None,
) -> None:
    """Count refused records by connection, state and reason."""
    where = _filter(
        connection=connection, run=run, source=source, field=field, text=text, state=state
    )
    found = asyncio.run(_groups(settings_of(context), tenant, where))
    show_table(("records", "state", "connection", "field", "reason", "newest"), map(_count, found))


@commands.command()
def show(context: typer.Context, record: RejectedId, *, tenant: Tenant) -> None:
    """Show a refused record whole: what it held, what is wrong and what became of it."""
    show_fields(_fields(asyncio.run(_one(settings_of(context), tenant, record))))


@commands.command()
def replay(
    context: typer.Context,
    records: RejectedIds = None,
    *,
    tenant: Tenant,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="field=value to correct; repeatable.")
    ] = None,
    patch: Annotated[
        str | None, typer.Option(help="A JSON merge patch, for more than texts.")
    ] = None,
    everything: All = False,
    connection: Connection = None,
    run: Run = None,
    source: FromSource = None,
    field: Field = None,
    text: Text = None,
    maximum: Maximum = DEFAULT_AT_ONCE,
    follow: Annotated[bool, typer.Option("--follow", help="Wait, and show its progress.")] = False,
) -> None:
    """Put refused records in again, as they are or corrected.

    Name them, or take --all that the other options let through.
    """
    where = _filter(connection=connection, run=run, source=source, field=field, text=text)
    choice = _choice(records, where, maximum, everything=everything)
    asyncio.run(_replay(settings_of(context), tenant, choice, _patch(set_, patch), follow=follow))


@commands.command()
def dismiss(
    context: typer.Context,
    records: RejectedIds = None,
    *,
    tenant: Tenant,
    why: Annotated[str, typer.Option(help="Kept with the records.")],
    everything: All = False,
    connection: Connection = None,
    run: Run = None,
    source: FromSource = None,
    field: Field = None,
    text: Text = None,
    maximum: Maximum = DEFAULT_AT_ONCE,
) -> None:
    """Lay refused records aside, saying why."""
    where = _filter(connection=connection, run=run, source=source, field=field, text=text)
    choice = _choice(records, where, maximum, everything=everything)
    count = asyncio.run(_dismiss(settings_of(context), tenant, choice, why))
    typer.echo(f"{count:,} records dismissed")


def _filter(
    *,
    connection: str | None,
    run: str | None,
    source: Source | None,
    field: str | None,
    text: str | None,
    state: RejectionState | None = RejectionState.OPEN,
) -> RejectionFilter:
    return RejectionFilter(
        connections=(read_connection(connection),) if connection else (),
        runs=(read_run(run),) if run else (),
        sources=(source,) if source else (),
        fields=(field,) if field else (),
        states=(state,) if state else (),
        text=text,
    )


def _choice(
    ids: list[UUID] | None, where: RejectionFilter, maximum: int, *, everything: bool
) -> RejectionChoice:
    if bool(ids) == everything:
        raise BadInput(
            "name records, or give --all: one of the two",
            field="records",
            mend="see: liftos rejected list",
        )
    return RejectionChoice(maximum, tuple(ids or ()), where if everything else None)


def _patch(pairs: list[str] | None, text: str | None) -> object | None:
    """The correction that --set and --patch together make; None for none."""
    given: dict[str, object] = {}
    if text is not None:
        try:
            given |= json.loads(text)
        except (ValueError, TypeError) as error:
            raise BadInput(
                "--patch is not a JSON object",
                field="patch",
                mend="""such as '{"spend": "1.50"}'""",
            ) from error
    for pair in pairs or ():
        name, equals, value = pair.partition("=")
        if not equals:
            raise BadInput(f"{pair!r} is not field=value", field="set", mend="such as spend=1.50")
        given[name] = value
    return given or None


async def _page(
    settings: Settings, tenant: str, where: RejectionFilter
) -> tuple[RejectedRecord, ...]:
    async with open_tenant(settings, tenant) as desk:
        arguments = PageArguments(last=MAX_REJECTED)
        return (await rejections.page(desk.session, None, where, arguments)).items[::-1]


async def _groups(
    settings: Settings, tenant: str, where: RejectionFilter
) -> tuple[RejectionGroup, ...]:
    async with open_tenant(settings, tenant) as desk:
        return await rejections.groups(desk.session, where, MAX_GROUPS)


async def _one(settings: Settings, tenant: str, record_id: UUID) -> RejectedRecord:
    async with open_tenant(settings, tenant) as desk:
        found = await rejections.one(desk.session, record_id)
        if found is None:
            raise NotFound(
                "no such rejected record", field="record", mend="see: liftos rejected list"
            )
        return found


async def _replay(
    settings: Settings, tenant: str, choice: RejectionChoice, patch: object, *, follow: bool
) -> None:
    async with open_tenant(settings, tenant) as desk:
        for run in await rejections.replay(desk.session, choice, patch):
            await tell_queued(desk, run, follow=follow)


async def _dismiss(settings: Settings, tenant: str, choice: RejectionChoice, why: str) -> int:
    async with open_tenant(settings, tenant) as desk:
        return await rejections.dismiss(desk.session, choice, why)


def _row(record: RejectedRecord) -> tuple[str, ...]:
    state = "REPLAYING" if record.is_replaying else record.state.value
    return (
        REJECTED.encode(record.id),
        moment(record.rejected_at),
        state,
        record.field,
        record.reason,
    )


def _count(group: RejectionGroup) -> tuple[str, ...]:
    return (
        f"{group.records:,}",
        group.state.value,
        CONNECTION.encode(group.connection_id),
        group.field,
        group.reason,
        moment(group.newest_at),
    )


def _fields(record: RejectedRecord) -> Iterator[tuple[str, str]]:
    yield from zip(("id", "refused", "state", "field", "reason"), _row(record), strict=True)
    yield "mend", record.mend
    yield "connection", CONNECTION.encode(record.connection_id)
    yield "run", RUN.encode(record.run_id)
    yield "place", f"record {record.position} of its page in {record.stream}"
    yield "payload", json.dumps(record.payload, ensure_ascii=False)
    if record.corrected is not None:
        yield "corrected", json.dumps(record.corrected, ensure_ascii=False)
    if record.replay_run_id is not None:
        yield "replayed", f"{record.replays} times, last by {RUN.encode(record.replay_run_id)}"
    if record.settled_at is not None:
        yield "settled", f"{moment(record.settled_at)} by {record.settled_by}"
    if record.note is not None:
        yield "note", record.note
