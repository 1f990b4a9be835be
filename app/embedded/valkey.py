"""The embedded Valkey: a cache and message bus that keeps nothing on disk."""

import signal
from pathlib import Path
from urllib.parse import quote

from app.embedded import wire
from app.embedded.binaries import Binaries
from app.embedded.ownership import Account
from app.embedded.places import VALKEY_SOCKET, Places
from app.embedded.server import Service

_STOP_STEPS = ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))
_SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "save": "",
    "appendonly": "no",
    "maxmemory": "256mb",
    "maxmemory-policy": "allkeys-lru",
    "daemonize": "no",
    "set-proc-title": "no",
    "loglevel": "warning",
}


def url(sockets: Path) -> str:
    """Access is by reach: the socket folder is closed to other accounts."""
    return f"unix://{quote(str(sockets / VALKEY_SOCKET), safe='/')}"


def answers(sockets: Path) -> bool:
    """Whether the server answers PING."""
    return wire.valkey_answers(sockets / VALKEY_SOCKET)


def service(binaries: Binaries, places: Places, log: Path, account: Account | None) -> Service:
    """How to run Valkey on these folders."""
    pid_file = places.valkey / "valkey.pid"
    settings = {
        "dir": str(places.valkey),
        "unixsocket": str(places.sockets / VALKEY_SOCKET),
        "pidfile": str(pid_file),
        **_SETTINGS,
    }
    options = [part for name, value in settings.items() for part in (f"--{name}", value)]
    return Service(
        name="Valkey",
        command=(str(binaries.valkey), *options),
        marker=f"valkey-server --dir {places.valkey} ",
        pid_file=pid_file,
        log=log,
        account=account,
        death_signal=signal.SIGTERM,
        stop_steps=_STOP_STEPS,
        answers=lambda: answers(places.sockets),
        clear_leftovers=lambda: (places.sockets / VALKEY_SOCKET).unlink(missing_ok=True),
    )
