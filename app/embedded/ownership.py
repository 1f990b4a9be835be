"""Which account the keeper and the servers run as, and what that account can reach.

Postgres refuses to run as root. In a home of its own root hands both servers to `nobody`, which
exists everywhere; no account is added to the system and no folder above the home is changed. In a
home that belongs to somebody else root starts the whole keeper as that owner.
"""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from app.embedded.errors import EmbeddedError


@dataclass(frozen=True, slots=True)
class Account:
    """An unprivileged account to switch to."""

    uid: int
    gid: int


def keeper_account(home: Path) -> Account | None:
    """The account root starts the keeper as; None where the keeper stays who we are."""
    owner = home.stat()
    if os.geteuid() != 0 or owner.st_uid == 0:
        return None
    return Account(owner.st_uid, owner.st_gid)


def service_account() -> Account | None:
    """The account a keeper starts the servers as; None where they stay who we are."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError as error:
        raise EmbeddedError(
            "The database server cannot run as root",
            "the account `nobody`, which it would run as, does not exist",
            "Run as a plain user, or set LIFTOS_DATABASE_URL and LIFTOS_REDIS_URL.",
        ) from error
    return Account(entry.pw_uid, entry.pw_gid)


def can_reach(account: Account, path: Path) -> bool:
    """Whether the account may pass through every folder down to `path`, and enter or execute it."""
    return all(_may_execute(account, step.stat()) for step in (path, *path.parents))


def give_to(account: Account | None, path: Path) -> None:
    """Make the account the owner of one file or folder; nothing to do where we stay who we are."""
    if account is not None:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def give_to_owner_of(folder: Path, descriptor: int) -> None:
    """Let root leave nothing behind that the owner of the folder could not open later.

    Takes an open descriptor, and leaves what has a second name alone, so that the owner cannot
    have files handed to it that lie elsewhere.
    """
    owner, found = folder.stat(), os.fstat(descriptor)
    linked = stat.S_ISREG(found.st_mode) and found.st_nlink != 1
    if os.geteuid() == 0 and found.st_uid == 0 and owner.st_uid != 0 and not linked:
        os.fchown(descriptor, owner.st_uid, owner.st_gid)


def open_private(path: Path, flags: int) -> int:
    """Open or create a file that only its folder's owner may read; never through a link."""
    descriptor = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    give_to_owner_of(path.parent, descriptor)
    return descriptor


def _may_execute(account: Account, entry: os.stat_result) -> bool:
    if entry.st_uid == account.uid:
        return bool(entry.st_mode & stat.S_IXUSR)
    if entry.st_gid == account.gid:
        return bool(entry.st_mode & stat.S_IXGRP)
    return bool(entry.st_mode & stat.S_IXOTH)
