"""The three logins: the owner of the schema, the application, and cross-tenant upkeep."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

from core.errors import ConfigError

APP_ROLE = "liftos_app"
SYSTEM_ROLE = "liftos_system"


@dataclass(frozen=True, slots=True, repr=False)
class Logins:
    """Addresses with their passwords: kept out of repr, so that no log shows them.

    `owner` may be None where only migrations done elsewhere are relied on.
    """

    owner: str | None
    app: str
    system: str


def derive_logins(
    owner: str, master_key: bytes, *, app: str | None = None, system: str | None = None
) -> Logins:
    """Logins on the owner's server; a role's password follows from the master key.

    An address given for `app` or `system` is taken as it is. ConfigError, which does not repeat
    it, for what is no address of a PostgreSQL database.
    """
    given = {"DATABASE_URL": owner, "DATABASE_APP_URL": app, "DATABASE_SYSTEM_URL": system}
    for setting, address in given.items():
        if address is not None and not _is_address(address):
            raise ConfigError(
                f"LIFTOS_{setting} is no address of a PostgreSQL database",
                field=f"LIFTOS_{setting}",
                mend="give it as postgresql://user:password@host:5432/database, with other "
                "signs in the password percent-encoded",
            )
    return Logins(
        owner=owner,
        app=app or _address(owner, APP_ROLE, role_password(APP_ROLE, master_key)),
        system=system or _address(owner, SYSTEM_ROLE, role_password(SYSTEM_ROLE, master_key)),
    )


def role_password(role: str, master_key: bytes) -> str:
    """The password that `role` has on every server set up under this master key."""
    return hmac.digest(master_key, f"postgres role {role}".encode(), "sha256").hex()


def password_of(url: str) -> str | None:
    """The password inside an address, for setting it on the role it names."""
    return urlsplit(url).password


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        is_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return is_port and parts.scheme in {"postgres", "postgresql"}


def _address(owner: str, role: str, password: str) -> str:
    parts = urlsplit(owner)
    place = parts.netloc.rpartition("@")[2]
    login = f"{quote(role)}:{quote(password)}@{place}"
    return urlunsplit(parts._replace(netloc=login))
