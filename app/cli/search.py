"""liftos search: questions about what a tenant has, and the index that answers them."""

from __future__ import annotations

import typer

from app.cli.asking import ask
from app.cli.indexing import reindex, status

commands = typer.Typer(
    help="Ask in plain words what a tenant has.", no_args_is_help=True, add_completion=False
)
commands.command()(ask)
commands.command()(status)
commands.command()(reindex)
