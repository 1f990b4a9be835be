"""Following a run from the command line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import typer
from rich.console import Console

from app.cli.progress import RunBars, Step
from app.cli.tenancy import TenantDesk
from core.errors import Terminal
from core.records.runs import RunRecord, RunStatus
from graph.ids import RUN
from resolvers import runs
from resolvers.session import Session


async def tell_queued(desk: TenantDesk, run: RunRecord, *, follow: bool) -> None:
    """Print the run's id, and follow it to its end when asked to."""
    typer.echo(RUN.encode(run.id))
    if not follow:
        tell_waiting()
        return
    await follow_to_end(desk, run.id)


def tell_waiting() -> None:
    """Say, apart from the answer, what a run waits for."""
    typer.echo("queued; it runs while `liftos up` or `liftos worker` does", err=True)


async def follow_to_end(desk: TenantDesk, run_id: UUID) -> None:
    """Show a run's progress until it stands still; Terminal unless it succeeded."""
    with RunBars(Console(stderr=True)) as bars:
        last = await bars.follow("run", _steps(desk.session, run_id))
    if last.status is not RunStatus.SUCCEEDED:
        ended = await runs.run(desk.session, run_id)
        mend = ended.error.mend if ended and ended.error else None
        raise Terminal(f"the run ended {last.status}: {last.message}", mend=mend)


async def _steps(session: Session, run_id: UUID) -> AsyncIterator[Step]:
    async for event in await runs.progress(session, run_id, 0):
        yield Step(event.status, event.progress, event.message, event.counters, event.pace)
