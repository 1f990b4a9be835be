"""What the keeper tells those who attach: where the servers are, or why they are not."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.embedded.errors import EmbeddedError
from app.embedded.home import Home
from app.embedded.ownership import open_private


@dataclass(frozen=True, slots=True)
class State:
    """One keeper's view; `ready` once both servers have answered, not while one restarts."""

    keeper: int
    ready: bool
    sockets: str
    postgres: int | None
    valkey: int | None


def write_state(home: Home, state: State) -> None:
    """Replace the state in one step."""
    _write(_state_file(home), asdict(state))


def read_state(home: Home) -> State | None:
    """The last state written; None while no keeper has got that far."""
    found = _read(_state_file(home))
    return State(**found) if found else None


def write_failure(home: Home, error: EmbeddedError) -> None:
    """Leave the reason a first start failed to those who wait for it."""
    _write(_failure_file(home), {"what": error.what, "reason": error.reason, "mend": error.mend})


def read_failure(home: Home) -> EmbeddedError | None:
    """The reason the last keeper gave up; None when it did not."""
    found = _read(_failure_file(home))
    return EmbeddedError(**found) if found else None


def forget(home: Home) -> None:
    """Remove what an earlier keeper said; only whoever holds the keeper lock may call this."""
    _state_file(home).unlink(missing_ok=True)
    _failure_file(home).unlink(missing_ok=True)


def _state_file(home: Home) -> Path:
    return home.run / "state.json"


def _failure_file(home: Home) -> Path:
    return home.run / "failure.json"


def _write(path: Path, content: dict[str, Any]) -> None:
    draft = path.with_name(f"{path.name}.new")
    with os.fdopen(open_private(draft, os.O_WRONLY | os.O_TRUNC), "w") as output:
        json.dump(content, output)
    draft.replace(path)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return found
