"""liftos demo: the product with two demo shops."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated

import httpx2
import typer
from rich.console import Console

from app.cli.progress import RunBars
from app.cli.running import run_until_signal, running
from app.cli.settings import settings_of
from app.cli.tokens import token_for
from app.demo.client import ApiClient
from app.demo.shops import SHOPS, tenant_of
from app.demo.story import Places, tell_question, tell_synced
from app.demo.sync import sync_all
from app.identity.masters import masters_of
from app.logs import configure_logs
from app.supervision.ports import claim_port
from app.supervision.stack import Stack
from app.wiring import Endpoints, Platform, home_of, open_endpoints
from core.scope import Role
from core.settings import Settings
from stores.wiring import open_stores

commands = typer.Typer(add_completion=False)
LIFETIME = timedelta(hours=12)


@commands.command()
def demo(
    context: typer.Context,
    *,
    port: Annotated[int | None, typer.Option(help="Port of the API; 0 takes a free one.")] = None,
    sandbox_port: Annotated[int, typer.Option(help="Port of the stand-in ad platforms.")] = 8900,
    leave: Annotated[bool, typer.Option("--exit", help="Stop when all has been told.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show the children's logs.")] = False,
) -> None:
    """Start everything with demo data and answer a first question; Ctrl-C stops it."""
    settings = settings_of(context, port=port, log_format="console")
    configure_logs(settings.model_copy(update={"log_level": "warning"}))
    stack = _stack(settings, sandbox_port)
    typer.echo("Starting Postgres, Valkey, the API, a worker and the stand-in ad platforms")
    with open_endpoints(settings) as endpoints:
        run_until_signal(_show(stack, endpoints, leave=leave, verbose=verbose))
    typer.echo("stopped")


def _stack(settings: Settings, sandbox_port: int) -> Stack:
    """Both ports are looked at before anything starts."""
    free = claim_port(settings.host, settings.port, "--port")
    stand_in = claim_port("127.0.0.1", sandbox_port, "--sandbox-port")
    return Stack(settings.model_copy(update={"port": free}), home_of(settings), stand_in)


async def _show(stack: Stack, endpoints: Endpoints, *, leave: bool, verbose: bool) -> None:
    async with running(stack, endpoints, verbose=verbose):
        tokens = await _tokens(stack.settings, endpoints)
        await _tell(stack, tokens)
        if not leave:
            typer.echo(f"Everything is up. Ctrl-C stops it; the data stays in {stack.home}")
            await asyncio.Event().wait()


async def _tokens(settings: Settings, endpoints: Endpoints) -> list[str]:
    """A token per shop, whose tenants are created where they are missing."""
    logins, redis_url = endpoints.logins, endpoints.redis_url
    masters = masters_of(settings, endpoints.home)
    async with open_stores(logins, redis_url, masters) as stores:
        platform = Platform(settings, endpoints, stores)
        tenants = [await tenant_of(stores.tenants, shop) for shop in SHOPS]
        return [token_for(platform, tenant.id, Role.ADMIN, LIFETIME) for tenant in tenants]


async def _tell(stack: Stack, tokens: list[str]) -> None:
    places = Places(stack.url, stack.sandbox_url)
    async with httpx2.AsyncClient(trust_env=False, timeout=30) as http:
        clients = [ApiClient(f"{stack.url}/graphql", token, http) for token in tokens]
        with RunBars(Console()) as bars:
            synced = await sync_all(list(zip(SHOPS, clients, strict=True)), bars)
        tell_synced(synced, typer.echo)
        typer.echo(f"\n{places.told()}")
        await tell_question(places, tokens[0], clients[0], typer.echo)
