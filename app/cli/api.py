"""liftos api: the HTTP app as a process of its own."""

from __future__ import annotations

import gc
import sys
from typing import Annotated

import typer
import uvicorn

from app.cli.settings import settings_of
from app.http.wiring import build_app
from app.logs import configure_logs
from core.settings import Settings

commands = typer.Typer(add_completion=False)
GRACE_SECONDS = 3


@commands.command()
def api(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
) -> None:
    """Serve the API; workers run apart."""
    settings = settings_of(context, host=host, port=port)
    configure_logs(settings)
    server = uvicorn.Server(server_config(settings))
    # The schema stays as long as the process: looking at it again is a sixth of a webhook's cost.
    gc.freeze()
    server.run()
    if not server.started:
        sys.exit(1)


def server_config(settings: Settings) -> uvicorn.Config:
    """How the app is served: our own log lines, and frames no larger than bodies."""
    return uvicorn.Config(
        build_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws_max_size=settings.request_max_bytes,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
