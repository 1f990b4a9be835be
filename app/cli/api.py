"""liftos api: the HTTP app as a process of its own."""

from __future__ import annotations

import gc
import resource
import socket
import sys
from typing import Annotated

import typer
import uvicorn

from app.cli.settings import settings_of
from app.http.protocol import BoundedHttp
from app.http.socket_protocol import BoundedSocket
from app.http.wiring import build_app
from app.logs import configure_logs
from core.settings import Settings

commands = typer.Typer(add_completion=False)
GRACE_SECONDS = 3
STALLS = 3
"""Times the patience with readers: to be told why, and for the telling to be read."""
OTHER_FILES = 1_000
"""Of pools, logs and exports that are sent."""
COLLECTED_AFTER = (20_000, 20, 20)


@commands.command()
def api(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
) -> None:
    """Serve the API; workers run apart."""
    settings = settings_of(context, host=host, port=port)
    configure_logs(settings)
    allow_files(settings)
    config = server_config(settings)
    server = uvicorn.Server(config)
    # The schema stays as long as the process: looking at it again is a sixth of a webhook's cost.
    gc.freeze()
    # So do thousands of subscribers, of whom hardly anything ever is garbage.
    gc.set_threshold(*COLLECTED_AFTER)
    server.run(sockets=[bound(config, settings)])
    if not server.started:
        sys.exit(1)


def allow_files(settings: Settings) -> None:
    """Raise this process's own limit of open files to what its connections need, if it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = settings.connections_max + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def bound(config: uvicorn.Config, settings: Settings) -> socket.socket:
    """The listening socket, whose connections end when nothing they send is ever taken.

    A stream that is ended for want of a reader leaves what it had written; without this the
    kernel keeps it, and the connection, for as long as the other side answers at all.
    """
    listening = config.bind_socket()
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        patience = round(settings.stream_stall_seconds * STALLS * 1000)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, patience)
    return listening


def server_config(settings: Settings) -> uvicorn.Config:
    """How the app is served: our own log lines, and frames no larger than bodies."""
    return uvicorn.Config(
        build_app(settings),
        host=settings.host,
        port=settings.port,
        http=BoundedHttp,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws=BoundedSocket,
        limit_concurrency=settings.connections_max,
        ws_max_size=settings.request_max_bytes,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
