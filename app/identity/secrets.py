"""Secrets that an installation keeps for itself, made once where settings give none."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import ConfigError
from core.settings import Settings
from stores.vault import KEY_BYTES, parse_master_key

SHORTEST_JWT_SECRET = 32


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets in force. `jwt` is None when only the identity provider issues tokens."""

    jwt: str | None = field(repr=False)
    master_key: bytes = field(repr=False)


def secrets_of(settings: Settings, home: Path) -> Secrets:
    """What settings give; what they leave out is kept in `home`/secrets and made on first use."""
    folder = home / "secrets"
    return Secrets(_jwt_secret(settings, folder), _master_key(settings, folder))


def _jwt_secret(settings: Settings, folder: Path) -> str | None:
    if settings.jwt_secret is not None:
        return _long_enough(settings.jwt_secret.get_secret_value())
    if settings.jwks_url is not None:
        return None
    return keep(folder / "jwt_secret", lambda: secrets.token_urlsafe(48))


def _long_enough(secret: str) -> str:
    if len(secret.encode()) < SHORTEST_JWT_SECRET:
        raise ConfigError(
            f"LIFTOS_JWT_SECRET is shorter than {SHORTEST_JWT_SECRET} bytes",
            mend="set a longer one, for example: openssl rand -base64 48",
        )
    return secret


def _master_key(settings: Settings, folder: Path) -> bytes:
    if settings.master_key is not None:
        return parse_master_key(settings.master_key.get_secret_value())
    if settings.database_url is not None:
        raise ConfigError(
            "a database of your own needs a master key of your own",
            field="LIFTOS_MASTER_KEY",
            mend="make one with: openssl rand -base64 32, and give every process the same",
        )
    made = keep(folder / "master_key", lambda: base64.b64encode(os.urandom(KEY_BYTES)).decode())
    return parse_master_key(made)


def keep(path: Path, make: Callable[[], str]) -> str:
    """The text in `path`; made and stored for the owner's eyes only when there is none.

    The file appears whole or not at all, and of two processes that make it at once one wins.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _publish(path, make())
    return path.read_text().strip()


def _publish(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink(missing_ok=True)
