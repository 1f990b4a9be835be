"""liftos schema: the GraphQL schema as text."""

from __future__ import annotations

import typer

from graph.schema import sdl

commands = typer.Typer(add_completion=False)


@commands.command()
def schema() -> None:
    """Print the schema."""
    typer.echo(sdl(), nl=False)
