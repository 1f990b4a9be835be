"""Where the embedded services keep their state."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.embedded.errors import EmbeddedError
from app.embedded.ownership import give_to_owner_of

ROOT_HOME = Path("/var/lib/liftos")


def default_home(environ: Mapping[str, str] = os.environ) -> Path:
    """The user's data folder; for root a system folder, since /root is closed to the servers.

    Root's servers run as another account (Postgres refuses root), which could not enter /root.
    """
    if os.geteuid() == 0:
        return ROOT_HOME
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "liftos"
    data_home = environ.get("XDG_DATA_HOME", "")
    base = Path(data_home) if Path(data_home).is_absolute() else Path.home() / ".local" / "share"
    return base / "liftos"


@dataclass(frozen=True, slots=True)
class Home:
    """The files inside one home folder. `root` is absolute and free of symbolic links."""

    root: Path

    @property
    def run(self) -> Path:
        """Locks, state and, where the path is short enough, the sockets."""
        return self.root / "run"

    @property
    def logs(self) -> Path:
        """Output of the keeper and of both servers."""
        return self.root / "logs"

    @property
    def users_lock(self) -> Path:
        """Held shared by every user; held exclusively by a keeper that is stopping."""
        return self.run / "users.lock"

    @property
    def keeper_lock(self) -> Path:
        """Held exclusively for as long as a keeper lives."""
        return self.run / "keeper.lock"

    @property
    def keeper_log(self) -> Path:
        """What the keeper did, and why a start failed."""
        return self.logs / "keeper.log"


def open_home(root: Path) -> Home:
    """Create the home folder where it is missing and return its layout.

    The folders are private; a home created by root lets other accounts pass through (but not
    list it), because the servers, which run as one of them, keep their data inside.
    """
    home = Home(root.expanduser().resolve())
    private = 0o711 if os.geteuid() == 0 else 0o700
    try:
        _make_folder(home.root, private)
        _make_folder(home.run, private)
        _make_folder(home.logs, 0o700)
        _require_writable(home.run)
    except OSError as error:
        raise unusable(home, error) from error
    return home


def unusable(home: Home, error: OSError) -> EmbeddedError:
    """What to tell somebody whose home folder the operating system refuses."""
    return EmbeddedError(
        f"The data folder {home.root} cannot be used",
        f"{error.strerror} ({error.filename})",
        "Make it writable and make room, or choose another folder with LIFTOS_HOME.",
    )


def _make_folder(folder: Path, mode: int) -> None:
    if folder.is_dir():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(mode)
    except FileExistsError:
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        os.fchmod(descriptor, mode)
        give_to_owner_of(folder.parent, descriptor)
    finally:
        os.close(descriptor)


def _require_writable(folder: Path) -> None:
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(13, "Permission denied", str(folder))
