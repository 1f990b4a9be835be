"""Where the servers' own folders are: inside the home where they can be, beside it where not."""

import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from app.embedded.errors import EmbeddedError
from app.embedded.home import ROOT_HOME, Home
from app.embedded.ownership import Account, can_reach, give_to

# sockaddr_un holds 104 bytes on macOS and 108 on Linux, including the closing zero.
SOCKET_PATH_LIMIT = 103
POSTGRES_SOCKET = ".s.PGSQL.5432"
VALKEY_SOCKET = "valkey.sock"


@dataclass(frozen=True, slots=True)
class Places:
    """The servers' folders, in a form the account they run as can open."""

    postgres: Path
    valkey: Path
    sockets: Path


def settle(home: Home, account: Account | None) -> Places:
    """Decide, and on the first start create, the folders; only the keeper may call this."""
    base = _servers_folder(home, account)
    valkey = base / "valkey"
    valkey.mkdir(0o700, exist_ok=True)
    give_to(account, valkey)
    return Places(base / "postgres", valkey, _sockets_folder(home, account))


def leave(home: Home, places: Places) -> None:
    """Remove a socket folder that lies outside the home, so that temp does not fill up."""
    if places.sockets.parent != home.run:
        shutil.rmtree(places.sockets, ignore_errors=True)
        _note(home).unlink(missing_ok=True)


def _servers_folder(home: Home, account: Account | None) -> Path:
    """The home itself, or what its `servers` link points at.

    The link is made when root keeps a home below a folder that is closed to the account the
    servers run as, for example below /root.
    """
    link = home.root / "servers"
    if link.is_symlink():
        return link.resolve()
    if account is None or can_reach(account, home.root):
        return home.root
    if (home.root / "postgres").exists():
        raise EmbeddedError(
            f"The database in {home.root} cannot be opened",
            "the account `nobody`, which it runs as, may not enter that folder any more",
            f"Let it pass (chmod o+x) through {home.root} and every folder above.",
        )
    target = _outside(home.root)
    link.symlink_to(target)
    return target


def _outside(root: Path) -> Path:
    temporary = Path(tempfile.gettempdir()).resolve()
    base = temporary if temporary in root.parents else ROOT_HOME / "homes"
    base.mkdir(0o711, parents=True, exist_ok=True)
    target = Path(tempfile.mkdtemp(prefix="liftos-", dir=base))
    target.chmod(0o711)
    return target


def _sockets_folder(home: Home, account: Account | None) -> Path:
    """`run/sockets`, or a short folder under temp whose path is noted in `run/sockets.path`."""
    inside = home.run / "sockets"
    if _fits(inside) and (account is None or can_reach(account, home.run)):
        inside.mkdir(0o700, exist_ok=True)
        give_to(account, inside)
        return inside
    note = _note(home)
    if note.exists() and _is_private(noted := Path(note.read_text()), account):
        return noted
    folder = _short_folder()
    give_to(account, folder)
    note.write_text(str(folder))
    return folder


def _note(home: Home) -> Path:
    return home.run / "sockets.path"


def _short_folder() -> Path:
    usual = Path(tempfile.gettempdir())
    base = usual if _fits(usual / "liftos-12345678") else Path("/tmp")  # noqa: S108 - 0700 inside
    return Path(tempfile.mkdtemp(prefix="liftos-", dir=base))


def _fits(folder: Path) -> bool:
    """Short enough for a socket, and not to be taken for a list of hosts by a driver."""
    path = os.fsencode(folder / POSTGRES_SOCKET)
    return len(path) <= SOCKET_PATH_LIMIT and b"," not in path


def _is_private(folder: Path, account: Account | None) -> bool:
    try:
        entry = folder.lstat()
    except OSError:
        return False
    owner = account.uid if account else os.geteuid()
    mode = stat.S_IMODE(entry.st_mode)
    return stat.S_ISDIR(entry.st_mode) and entry.st_uid == owner and mode == stat.S_IRWXU
