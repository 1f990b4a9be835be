"""Which master keys are in force: settings', a file's, or a key management service's."""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from pathlib import Path

from app.identity.keeping import FOLDER, keep, replace
from core.errors import ConfigError, Conflict
from core.settings import Settings
from stores.vault import KEY_BYTES, LocalMasters, MasterKey, Masters, parse_master_key

FIELD = "LIFTOS_MASTER_KEY_FILE"


def masters_of(settings: Settings, home: Path) -> Masters:
    """What settings give; without any, the file in `home`/secrets, made on first use."""
    local = _local(settings)
    if settings.kms_url is None:
        return Masters(local or LocalMasters(lambda: keys_in(_own_file(settings, home))))
    return Masters(_service(settings, settings.kms_url), () if local is None else (local,))


def add_master(settings: Settings, home: Path) -> None:
    """Put a fresh master key first in the file that holds them; Conflict where no file does."""
    if settings.kms_url is not None or settings.master_key is not None:
        raise Conflict(
            "the master key is not kept in a file",
            field="LIFTOS_MASTER_KEY",
            mend="give the new key by LIFTOS_MASTER_KEY and the old one by "
            "LIFTOS_MASTER_KEYS_ACCEPTED; in a key management service rotate it there",
        )
    path = settings.master_key_file or _own_file(settings, home)
    keys_in(path)
    replace(path, f"{_made()}\n{path.read_text().strip()}\n")


def oldest_kept(home: Path) -> str:
    """The first master key that this home ever had, in base64."""
    return base64.b64encode(keys_in(_made_file(home))[-1]).decode()


def keys_in(path: Path) -> Sequence[bytes]:
    """The keys of a file, or ConfigError that names no more of it than its path."""
    try:
        lines = path.read_text().split()
    except OSError as error:
        raise ConfigError(
            f"the file of master keys cannot be read: {error.strerror}",
            field=FIELD,
            mend="give the path of a file with one key of 32 bytes in base64 a line",
        ) from error
    if not lines:
        raise ConfigError("the file of master keys is empty", field=FIELD, mend="put a key in it")
    return tuple(parse_master_key(line, FIELD) for line in lines)


def _local(settings: Settings) -> LocalMasters | None:
    """Keys that settings give or name; None when they leave them out."""
    given = [key.get_secret_value() for key in (settings.master_key,) if key is not None]
    if settings.master_keys_accepted is not None:
        given += settings.master_keys_accepted.get_secret_value().split(",")
    if settings.master_key is None and settings.master_key_file is not None:
        path = settings.master_key_file
        return LocalMasters(lambda: keys_in(path))
    if not given:
        return None
    keys = tuple(parse_master_key(text.strip()) for text in given)
    return LocalMasters(lambda: keys)


def _own_file(settings: Settings, home: Path) -> Path:
    if settings.database_url is not None:
        raise ConfigError(
            "a database of your own needs a master key of your own",
            field="LIFTOS_MASTER_KEY",
            mend="make one with: openssl rand -base64 32, and give every process the same",
        )
    return _made_file(home)


def _made_file(home: Path) -> Path:
    path = home / FOLDER / "master_key"
    keep(path, _made)
    return path


def _service(settings: Settings, url: str) -> MasterKey:
    # Only installations that use one pay for its HTTP client.
    from stores.vault.transit import TransitMaster  # noqa: PLC0415

    if settings.kms_token is None:
        raise ConfigError(
            "the key management service needs a token",
            field="LIFTOS_KMS_TOKEN",
            mend="give one that may encrypt and decrypt with the key",
        )
    token = settings.kms_token.get_secret_value()
    return TransitMaster(url, token, settings.kms_key, settings.kms_mount)


def _made() -> str:
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()
