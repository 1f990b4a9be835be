"""liftos mcp: an assistant's way to the API, by standard input and output."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from app.http.mcp import MUTATIONS, PATH
from core.errors import BadInput

commands = typer.Typer(add_completion=False)


@commands.command("mcp")
def serve(
    *,
    url: Annotated[
        str, typer.Option(envvar="LIFTOS_URL", help="Where the API is.")
    ] = "http://127.0.0.1:8000",
    token: Annotated[
        str | None,
        typer.Option(envvar="LIFTOS_TOKEN", help="A token or API key.", show_default=False),
    ] = None,
    allow_mutations: Annotated[
        bool, typer.Option(help="Also offer registered operations that change something.")
    ] = False,
) -> None:
    """Speak the Model Context Protocol; the tools are operations registered for assistants."""
    from app.mcp.bridge import bridge  # noqa: PLC0415 - the SDK takes its time

    if not token:
        raise BadInput("there is no token", field="--token", mend="set LIFTOS_TOKEN")
    base = url.rstrip("/").removesuffix("/graphql")
    address = f"{base}{PATH}" + (f"?{MUTATIONS}=allow" if allow_mutations else "")
    asyncio.run(bridge(address, token))
