"""Data keys as a whole: whose master key wraps them, and turning both kinds of key over."""

from __future__ import annotations

from core.records.audit import HOUSE, Act
from core.scope import SystemScope, TenantScope
from stores.postgres.audit import record_act, record_upkeep
from stores.postgres.database import Database
from stores.postgres.sealing import rotate_data_key, wrapped_key
from stores.vault import Vault


class DataKeyStore:
    """Rotations. Each is safe to repeat and to break off, while API and workers go on."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def masters(self, scope: SystemScope) -> dict[str | None, int]:
        """How many tenants' data keys each master key wraps; None: from before keys had ids."""
        async with self._database.system(scope) as connection:
            rows = await connection.fetch(_CENSUS)
        return {row["master_key_id"]: row["tenants"] for row in rows}

    async def current_master(self, scope: SystemScope) -> str:
        """The id of the master key that wraps now."""
        del scope
        return await self._vault.current_master()

    async def rewrap(self, scope: SystemScope, limit: int) -> int:
        """Wrap at most `limit` data keys anew under the present master key; 0 when all are.

        A batch is one transaction. What was sealed stays as it is: the data key is the same.
        """
        current = await self._vault.current_master()
        async with self._database.system(scope) as connection:
            rows = await connection.fetch(_BEHIND, current, limit)
            for row in rows:
                tenant_id = row["tenant_id"]
                made = await self._vault.rewrapped(wrapped_key(row), tenant_id.bytes)
                await connection.execute(_REWRAP, tenant_id, made.body, made.master_id)
            if rows:
                told = {"keys": len(rows), "master_key": current}
                await record_upkeep(connection, scope, HOUSE, Act.MASTER_KEY_ROTATED, None, **told)
        return len(rows)

    async def rotate(self, scope: TenantScope) -> int:
        """Seal the tenant's secrets under a new data key; how many there were."""
        async with self._database.write(scope) as connection:
            count = await rotate_data_key(connection, self._vault, scope)
            await record_act(connection, scope, Act.DATA_KEY_ROTATED, None, secrets=count)
            return count


_CENSUS = """
SELECT master_key_id, count(*) AS tenants FROM data_key GROUP BY master_key_id
ORDER BY master_key_id NULLS FIRST
"""
_BEHIND = """
SELECT tenant_id, wrapped_key, master_key_id FROM data_key
WHERE master_key_id IS DISTINCT FROM $1 ORDER BY tenant_id LIMIT $2 FOR UPDATE
"""
_REWRAP = "UPDATE data_key SET wrapped_key = $2, master_key_id = $3 WHERE tenant_id = $1"
