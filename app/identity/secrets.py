"""Secrets that an installation keeps for itself, made once where settings give none."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.identity.keeping import FOLDER, keep
from app.identity.masters import oldest_kept
from core.errors import ConfigError
from core.settings import Settings
from stores.vault import parse_master_key

SHORTEST_JWT_SECRET = 32


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets in force. `jwt` is None when only the identity provider issues tokens.

    `role_secret`: what the passwords of the database's roles follow from. `links`: what the keys
    of links follow from, the one that signs first.
    """

    jwt: str | None = field(repr=False)
    role_secret: bytes = field(repr=False)
    links: tuple[bytes, ...] = field(repr=False)


def secrets_of(settings: Settings, home: Path) -> Secrets:
    """What settings give; what they leave out is kept in `home`/secrets and made on first use."""
    role_secret = _role_secret(settings, home)
    links = (role_secret, *_accepted(settings))
    return Secrets(_jwt_secret(settings, home / FOLDER), role_secret, links)


def _accepted(settings: Settings) -> Iterator[bytes]:
    """Master keys of before: links that were made under one hold while it is accepted."""
    if settings.master_keys_accepted is not None:
        for text in settings.master_keys_accepted.get_secret_value().split(","):
            yield parse_master_key(text.strip())


def _jwt_secret(settings: Settings, folder: Path) -> str | None:
    if settings.jwt_secret is not None:
        return _long_enough(settings.jwt_secret.get_secret_value())
    if settings.jwks_url is not None:
        return None
    return keep(folder / "jwt_secret", lambda: secrets.token_urlsafe(48))


def _role_secret(settings: Settings, home: Path) -> bytes:
    """The master key of the beginning: the roles keep their passwords when it is rotated."""
    if settings.database_role_secret is not None:
        given = settings.database_role_secret.get_secret_value()
        return parse_master_key(given, "LIFTOS_DATABASE_ROLE_SECRET")
    if settings.master_key is not None:
        return parse_master_key(settings.master_key.get_secret_value())
    if settings.database_url is not None:
        raise ConfigError(
            "a database of your own needs a secret for the passwords of its roles",
            field="LIFTOS_DATABASE_ROLE_SECRET",
            mend="make one with: openssl rand -base64 32, and give every process the same",
        )
    return parse_master_key(keep(home / FOLDER / "role_secret", lambda: oldest_kept(home)))


def _long_enough(secret: str) -> str:
    if len(secret.encode()) < SHORTEST_JWT_SECRET:
        raise ConfigError(
            f"LIFTOS_JWT_SECRET is shorter than {SHORTEST_JWT_SECRET} bytes",
            mend="set a longer one, for example: openssl rand -base64 48",
        )
    return secret
