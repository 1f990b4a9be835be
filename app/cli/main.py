"""`liftos`: the entry of every command."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from app.cli.failures import report
from app.cli.lazy import LazyGroup
from app.cli.options import Options
from app.supervision.lifeline import hold

cli = typer.Typer(
    name="liftos",
    cls=LazyGroup,
    help="LiftOS Core Data: one GraphQL API for clean, comparable marketing data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@cli.callback()
def begin(
    context: typer.Context,
    home: Annotated[
        Path | None, typer.Option(help="Folder of all state; LIFTOS_HOME names it too.")
    ] = None,
    lifeline: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """LiftOS Core Data: one GraphQL API for clean, comparable marketing data."""
    context.obj = Options(home)
    if lifeline is not None:
        hold(lifeline)


def run() -> None:
    """Run the command line; errors that are expected end in one clear line."""
    try:
        cli()
    except Exception as error:  # noqa: BLE001 - the last place before the user
        sys.exit(report(error))


if __name__ == "__main__":
    run()
