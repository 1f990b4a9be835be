"""What runs in a home, for people to read."""

from dataclasses import dataclass
from pathlib import Path

from app.embedded import locks, postgres, valkey
from app.embedded.home import Home
from app.embedded.state import read_state


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """One server; `pid` is None while it is down."""

    name: str
    pid: int | None
    answers: bool
    log: Path


@dataclass(frozen=True, slots=True)
class Status:
    """One home; `keeper` is the keeper's process, None when the services are stopped."""

    home: Path
    keeper: int | None
    sockets: Path | None
    postgres: ServiceStatus
    valkey: ServiceStatus


def status(home: Path) -> Status:
    """Look without starting, joining or creating anything."""
    place = Home(home.expanduser().resolve())
    state = read_state(place) if locks.is_held(place.keeper_lock) else None
    sockets = Path(state.sockets) if state else None
    return Status(
        home=place.root,
        keeper=state.keeper if state else None,
        sockets=sockets,
        postgres=ServiceStatus(
            name="Postgres",
            pid=state.postgres if state else None,
            answers=sockets is not None and postgres.answers(sockets),
            log=place.logs / "postgres.log",
        ),
        valkey=ServiceStatus(
            name="Valkey",
            pid=state.valkey if state else None,
            answers=sockets is not None and valkey.answers(sockets),
            log=place.logs / "valkey.log",
        ),
    )
