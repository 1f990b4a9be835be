"""liftos sandbox: the stand-in ad platforms as a process of their own."""

from __future__ import annotations

from typing import Annotated

import typer

from sandbox.__main__ import main

commands = typer.Typer(add_completion=False)


@commands.command()
def sandbox(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8900,
    seed: Annotated[int, typer.Option(help="Another seed is another world.")] = 1,
) -> None:
    """Serve the stand-in ad platforms until Ctrl-C."""
    main(["--port", str(port), "--seed", str(seed)])
