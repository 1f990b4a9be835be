"""Keys are turned over while others read and write, and nothing is lost when that breaks off."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from core.errors import ConfigError
from core.scope import SystemScope
from stores.postgres.sealing import SEALED
from stores.vault import Masters
from stores.vault.masters import master_id_of
from stores.wiring import Stores, open_stores
from tests.support import MASTER_KEY, NewTenant, Services, Tenant, google_account, meta_account

NEXT = bytes(range(64, 96))
UPKEEP = SystemScope(reason="tests of keys", actor="test")
SEALED_COLUMNS = """
SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  AND a.attname LIKE 'sealed\\_%' AND NOT a.attisdropped
  AND a.atttypid = 'bytea'::regtype
"""
REWRAP = """
import asyncio, sys
from core.scope import SystemScope
from stores.postgres.logins import Logins
from stores.vault import Masters
from stores.wiring import open_stores

async def main(app, system, redis, new, old):
    masters = Masters.of(bytes.fromhex(new), bytes.fromhex(old))
    async with open_stores(Logins(None, app, system), redis, masters) as stores:
        scope = SystemScope(reason="tests of keys", actor="test")
        while await stores.data_keys.rewrap(scope, 1):
            print("one", flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


def killed_after_one(arguments: list[str]) -> None:
    """Another process wraps one data key after the other, and is killed at the first."""
    process = subprocess.Popen([sys.executable, "-c", REWRAP, *arguments], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    process.kill()
    process.stdout.close()
    process.wait()


async def test_every_sealed_column_is_turned_over(stores: Stores) -> None:
    async with stores.database.watch() as connection:
        rows = await connection.fetch(SEALED_COLUMNS)
    assert {(row["relname"], row["attname"]) for row in rows} == {
        (each.table, each.column) for each in SEALED
    }


async def test_credentials_open_while_their_key_is_turned_over(
    stores: Stores, tenant: Tenant
) -> None:
    scope = tenant.scope
    meta = await stores.connections.create(scope, meta_account(1001))
    google = await stores.connections.create(scope, google_account())
    given = [await stores.connections.credentials(scope, one.id) for one in (meta, google)]
    assert given[0] == {"access_token": "sandbox-token-1001"}

    async def read() -> None:
        for _ in range(40):
            found = [await stores.connections.credentials(scope, one.id) for one in (meta, google)]
            assert found == given

    async def turn() -> list[int]:
        return [await stores.data_keys.rotate(scope) for _ in range(10)]

    async def connect() -> None:
        for number in range(2000, 2010):
            made = await stores.connections.create(scope, meta_account(number))
            opened = await stores.connections.credentials(scope, made.id)
            assert opened == {"access_token": f"sandbox-token-{number}"}

    _, counts, _ = await asyncio.gather(read(), turn(), connect())
    assert (counts[0] >= 2, sorted(counts) == counts) == (True, True)
    assert await stores.data_keys.rotate(scope) == 12


async def test_moved_bytes_do_not_open(stores: Stores, new_tenant: NewTenant) -> None:
    mine, theirs = await new_tenant(), await new_tenant()
    first = await stores.connections.create(mine.scope, meta_account(1001))
    second = await stores.connections.create(mine.scope, meta_account(1002))
    foreign = await stores.connections.create(theirs.scope, meta_account(1001))
    put = "UPDATE connection SET sealed_credentials = $1 WHERE id = $2"
    async with stores.database.read(mine.scope) as connection:
        sealed = await connection.fetchval(
            "SELECT sealed_credentials FROM connection WHERE id = $1", first.id
        )
    for party, place in ((mine, second), (theirs, foreign)):
        async with stores.database.write(party.scope) as connection:
            await connection.execute(put, sealed, place.id)
        with pytest.raises(ConfigError):
            await stores.connections.credentials(party.scope, place.id)
    opened = await stores.connections.credentials(mine.scope, first.id)
    assert opened == {"access_token": "sandbox-token-1001"}


async def test_a_rotation_that_is_killed_goes_on_and_nothing_stops_opening(
    services: Services, stores: Stores, new_tenant: NewTenant
) -> None:
    tenants = [await new_tenant() for _ in range(4)]
    made = {}
    for number, one in enumerate(tenants):
        made[number] = await stores.connections.create(one.scope, meta_account(3000 + number))

    async def all_open(through: Stores) -> bool:
        for number, one in enumerate(tenants):
            found = await through.connections.credentials(one.scope, made[number].id)
            assert found == {"access_token": f"sandbox-token-{3000 + number}"}
        return True

    url, redis = services.logins, services.redis_url
    for turn, (new, old) in enumerate(((NEXT, MASTER_KEY), (MASTER_KEY, NEXT))):
        async with open_stores(url, redis, Masters.of(new, old)) as both:
            if turn == 0:
                arguments = [url.app, url.system, redis, new.hex(), old.hex()]
                await asyncio.to_thread(killed_after_one, arguments)
            assert await all_open(both)
            while await both.data_keys.rewrap(UPKEEP, 3):
                assert await all_open(both)
            assert set(await both.data_keys.masters(UPKEEP)) == {master_id_of(new)}
            assert await both.data_keys.current_master(UPKEEP) == master_id_of(new)
        async with open_stores(url, redis, new) as after:
            assert await all_open(after)
