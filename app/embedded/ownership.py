"""Which account the servers run as, and what that account can reach.

Postgres refuses to run as root, so root hands both servers to an account that already exists: the
owner of the home folder where that is not root, else `nobody`. No account is added to the system
and no folder above the home is changed.
"""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from app.embedded.errors import EmbeddedError


@dataclass(frozen=True, slots=True)
class Account:
    """An unprivileged account with a passwd entry, which initdb needs."""

    name: str
    uid: int
    gid: int


def service_account(home: Path) -> Account | None:
    """The account to switch to, or None where we are not root and simply stay who we are."""
    if os.geteuid() != 0:
        return None
    owner = home.stat().st_uid
    try:
        entry = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
    except KeyError as error:
        raise EmbeddedError(
            "The database server cannot run as root",
            f"the account it would run as does not exist: {error.args[0]}",
            "Run as a plain user, or set LIFTOS_DATABASE_URL and LIFTOS_REDIS_URL.",
        ) from error
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def can_reach(account: Account, path: Path) -> bool:
    """Whether the account may pass through every folder down to `path`, and enter or execute it."""
    return all(_may_execute(account, step.stat()) for step in (path, *path.parents))


def give_to(account: Account | None, path: Path) -> None:
    """Make the account the owner of one file or folder; nothing to do where we stay who we are."""
    if account is not None:
        os.chown(path, account.uid, account.gid)


def give_to_owner_of(folder: Path, path: Path) -> None:
    """Let root leave no file behind that the owner of the folder could not open later."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def _may_execute(account: Account, entry: os.stat_result) -> bool:
    if entry.st_uid == account.uid:
        return bool(entry.st_mode & stat.S_IXUSR)
    if entry.st_gid == account.gid:
        return bool(entry.st_mode & stat.S_IXGRP)
    return bool(entry.st_mode & stat.S_IXOTH)
