"""A tenant's data key in its transaction: making it, sealing with it, and turning it over.

Whoever adds a column of sealed bytes names it `sealed_…` and adds it to `SEALED`, or a rotation
would leave it behind; `tests/tenancy/test_tables.py` compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import asyncpg

from core.scope import TenantScope
from stores.postgres.database import Connection
from stores.vault import Vault, WrappedKey


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """Sealed bytes of rows; the column `place` is the id that they are bound to."""

    table: str
    column: str
    place: str = "id"


SEALED: Final = (
    SealedColumn("connection", "sealed_credentials"),
    SealedColumn("source_authorization", "sealed_secret"),
    SealedColumn("subject_erasure", "sealed_names", place="run_id"),
)
"""Every column that a tenant's data key seals."""


async def sealed_for(
    connection: Connection, vault: Vault, scope: TenantScope, place: bytes, secret: bytes
) -> bytes:
    """`secret`, sealed for this place; the tenant's data key is made when it has none.

    The key's row is held to the end of the transaction, so that a rotation waits for it.
    """
    key = await held_key(connection, vault, scope)
    return await vault.seal(key, scope.tenant_id.bytes, place, secret)


async def rotate_data_key(connection: Connection, vault: Vault, scope: TenantScope) -> int:
    """Seal everything of the tenant under a new data key; how many secrets that were.

    In one transaction: a reader sees the old key with what it sealed, or the new one. The old
    key is kept nowhere, so copies of what it sealed open with it no more.
    """
    row = await connection.fetchrow(_ALONE, scope.tenant_id)
    if row is None:
        return 0
    tenant, old = scope.tenant_id.bytes, wrapped_key(row)
    new = await vault.new_data_key(tenant)
    count = 0
    for column in SEALED:
        for place, sealed in await connection.fetch(_sealed_in(column), scope.tenant_id):
            secret = await vault.open(old, tenant, place.bytes, sealed)
            again = await vault.seal(new, tenant, place.bytes, secret)
            await connection.execute(_put_in(column), scope.tenant_id, place, again)
            count += 1
    await connection.execute(_REPLACE, scope.tenant_id, new.body, new.master_id)
    return count


async def hold_key_alone(connection: Connection, scope: TenantScope) -> None:
    """As `held_key`, for one that is about to rotate it."""
    await connection.execute(_ALONE, scope.tenant_id)


def wrapped_key(row: asyncpg.Record) -> WrappedKey:
    """The data key of a row that has `wrapped_key` and `master_key_id`."""
    return WrappedKey(row["wrapped_key"], row["master_key_id"])


async def held_key(connection: Connection, vault: Vault, scope: TenantScope) -> WrappedKey:
    """The tenant's data key, made when it has none, held to the end of the transaction.

    Whoever locks a row with sealed bytes and seals in the same transaction takes this first: a
    rotation takes the key and then the rows, and would wait for them crosswise.
    """
    row = await connection.fetchrow(f"{_KEY} FOR SHARE", scope.tenant_id)
    if row is None:
        made = await vault.new_data_key(scope.tenant_id.bytes)
        await connection.execute(_MAKE, scope.tenant_id, made.body, made.master_id)
        row = await connection.fetchrow(f"{_KEY} FOR SHARE", scope.tenant_id)
    assert row is not None  # noqa: S101 - it was inserted, by us or just before us
    return wrapped_key(row)


def _sealed_in(of: SealedColumn) -> str:
    return (
        f"SELECT {of.place}, {of.column} FROM {of.table} "
        f"WHERE tenant_id = $1 AND {of.column} IS NOT NULL ORDER BY {of.place} "
        "FOR NO KEY UPDATE"
    )


def _put_in(of: SealedColumn) -> str:
    return f"UPDATE {of.table} SET {of.column} = $3 WHERE tenant_id = $1 AND {of.place} = $2"


_KEY = "SELECT wrapped_key, master_key_id FROM data_key WHERE tenant_id = $1"
_ALONE = f"{_KEY} FOR UPDATE"
_MAKE = """
INSERT INTO data_key (tenant_id, wrapped_key, master_key_id) VALUES ($1, $2, $3)
ON CONFLICT (tenant_id) DO NOTHING
"""
_REPLACE = """
UPDATE data_key SET wrapped_key = $2, master_key_id = $3, rotated_at = now() WHERE tenant_id = $1
"""
