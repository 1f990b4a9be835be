"""liftos up: the product on this machine."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from app.cli.running import run_until_signal, running
from app.cli.settings import settings_of
from app.logs import configure_logs
from app.supervision.ports import claim_port
from app.supervision.stack import Stack
from app.wiring import Endpoints, home_of, open_endpoints

commands = typer.Typer(add_completion=False)


@commands.command()
def up(
    context: typer.Context,
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the API; 0 takes a free one.")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show the children's logs.")] = False,
) -> None:
    """Start services, API and worker, and keep them up until Ctrl-C."""
    settings = settings_of(context, host=host, port=port, log_format="console")
    configure_logs(settings)
    free = claim_port(settings.host, settings.port, "--port")
    stack = Stack(settings.model_copy(update={"port": free}), home_of(settings))
    typer.echo("Starting services, API and worker")
    with open_endpoints(settings) as endpoints:
        run_until_signal(_stay(stack, endpoints, verbose=verbose))
    typer.echo("stopped")


async def _stay(stack: Stack, endpoints: Endpoints, *, verbose: bool) -> None:
    async with running(stack, endpoints, verbose=verbose):
        typer.echo(f"GraphiQL and GraphQL  {stack.url}/graphql")
        typer.echo(f"health                {stack.url}/readyz")
        typer.echo(f"metrics               {stack.url}/metrics")
        typer.echo(f"logs                  {stack.home / 'logs'}")
        typer.echo("Create an organisation with: liftos tenant create NAME. Ctrl-C stops.")
        await asyncio.Event().wait()
