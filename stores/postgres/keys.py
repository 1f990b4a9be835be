"""API keys of modules: shown once, kept as a hash."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from core.errors import NotFound
from core.records.audit import Act
from core.records.tenants import ApiKeyRecord
from core.scope import Role, TenantId, TenantScope
from stores.postgres.audit import acting, record_act
from stores.postgres.database import Database

PREFIX = "lok_"
_SECRET_BYTES = 32
_ID_BYTES = 16
_COLUMNS = "id, module, roles, created_at, expires_at, revoked_at"


class KeyStore:
    """Creates, checks, lists and revokes keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self,
        scope: TenantScope,
        module: str,
        roles: frozenset[Role],
        expires_at: datetime | None = None,
    ) -> tuple[ApiKeyRecord, str]:
        """A new key and its text, which cannot be had again."""
        secret = secrets.token_bytes(_SECRET_BYTES)
        sql = (
            "INSERT INTO api_key (tenant_id, module, roles, secret_hash, expires_at) "
            f"VALUES ($1, $2, $3, $4, $5) RETURNING {_COLUMNS}"
        )
        async with self._database.write(scope) as connection:
            row = await connection.fetchrow(
                sql, scope.tenant_id, module, sorted(roles), _hash(secret), expires_at
            )
            if row is None:
                raise NotFound("the key was not stored")
            told = {"module": module, "roles": ",".join(sorted(roles)), "expires_at": expires_at}
            await record_act(connection, scope, Act.KEY_CREATED, f"key:{row['id']}", **told)
        text = base64.urlsafe_b64encode(row["id"].bytes + secret).decode()
        return _record(row), PREFIX + text

    async def authenticate(self, texts: Sequence[str]) -> dict[str, tuple[TenantId, ApiKeyRecord]]:
        """Whose keys these are, without those that are unknown, damaged, revoked or expired."""
        parsed = {text: found for text in texts if (found := _parse(text)) is not None}
        if not parsed:
            return {}
        async with self._database.unbound() as connection:
            rows = await connection.fetch(_AUTHENTICATE, *zip(*parsed.values(), strict=True))
        asked = tuple(parsed)
        return {asked[row["place"] - 1]: (TenantId(row["tenant_id"]), _record(row)) for row in rows}

    async def all(self, scope: TenantScope) -> tuple[ApiKeyRecord, ...]:
        """The tenant's keys, oldest first."""
        sql = f"SELECT {_COLUMNS} FROM api_key WHERE tenant_id = $1 ORDER BY id"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, scope.tenant_id)
        return tuple(map(_record, rows))

    async def revoke(self, scope: TenantScope, key_id: UUID) -> ApiKeyRecord:
        """End a key at once, or NotFound."""
        sql = (
            "UPDATE api_key SET revoked_at = coalesce(revoked_at, now()) "
            f"WHERE tenant_id = $1 AND id = $2 RETURNING {_COLUMNS}"
        )
        place = f"key:{key_id}"
        async with acting(self._database, scope, Act.KEY_REVOKED, place) as connection:
            row = await connection.fetchrow(sql, scope.tenant_id, key_id)
            if row is None:
                raise NotFound("no such key", field="id", mend="list the keys to see their ids")
        return _record(row)


_AUTHENTICATE = (
    "SELECT asked.place, found.* "
    "FROM unnest($1::uuid[], $2::bytea[]) WITH ORDINALITY AS asked (id, hash, place), "
    "authenticate_key(asked.id, asked.hash) AS found"
)


def _parse(text: str) -> tuple[UUID, bytes] | None:
    try:
        raw = base64.urlsafe_b64decode(text.removeprefix(PREFIX))
    except (binascii.Error, ValueError):
        return None
    if not text.startswith(PREFIX) or len(raw) != _ID_BYTES + _SECRET_BYTES:
        return None
    return UUID(bytes=raw[:_ID_BYTES]), _hash(raw[_ID_BYTES:])


def _hash(secret: bytes) -> bytes:
    # 32 random bytes need no slow hash: there is nothing to guess from.
    return hashlib.sha256(secret).digest()


def _record(row: asyncpg.Record) -> ApiKeyRecord:
    return ApiKeyRecord(
        id=row["id"],
        module=row["module"],
        roles=tuple(row["roles"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
    )
