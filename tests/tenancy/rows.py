"""What the database holds, seen with the owner's eyes: past every tenant's fence."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson
import zstandard

from core.records.audit import Act
from core.scope import Entrance, Permission
from tests.support import Services
from tests.tenancy.door import leaves

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
UUIDS = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
TABLES = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id'
              AND NOT a.attisdropped) = $1
ORDER BY 1
"""


class Rows:
    """Reads every table whole, whatever its policies say."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def tables(self, *, of_tenants: bool = True) -> list[str]:
        return [row["relname"] for row in await self.connection.fetch(TABLES, of_tenants)]

    async def checksums(
        self, tenant_id: UUID, but: Collection[str] = ()
    ) -> dict[str, tuple[int, str]]:
        """Per table: how many rows the tenant has, and a digest of them all."""
        found = {}
        for table in sorted(set(await self.tables()) - set(but)):
            row = await self.connection.fetchrow(
                "SELECT count(*) AS n, md5(string_agg(t::text, ' ' ORDER BY t::text)) AS digest "
                f"FROM {table} t WHERE tenant_id = $1",
                tenant_id,
            )
            assert row is not None
            found[table] = (row["n"], row["digest"] or "")
        return found

    async def json_of(self, table: str, tenants: Collection[UUID] | None = None) -> list[Any]:
        """The rows of a table as JSON; of some tenants only, where tenants are given."""
        where = "" if tenants is None else "WHERE tenant_id = ANY($1)"
        values = [] if tenants is None else [list(tenants)]
        found = await self.connection.fetch(
            f"SELECT to_jsonb(t)::text AS row FROM {table} t {where}", *values
        )
        return [orjson.loads(row["row"]) for row in found]

    async def column(self, table: str, column: str, tenant_id: UUID) -> list[Any]:
        """One column of the tenant's rows."""
        found = await self.connection.fetch(
            f"SELECT {column} AS value FROM {table} WHERE tenant_id = $1", tenant_id
        )
        return [row["value"] for row in found]

    async def marks(self, mine: UUID, theirs: UUID) -> frozenset[str]:
        """Every text and id that stands in rows of `theirs` and in none of `mine`.

        Without what any tenant's audit log may come to say.
        """
        found = await self._texts(theirs) - await self._texts(mine) - COMMON
        return frozenset(text for text in found if not text.startswith(("field:", "route:")))

    async def _texts(self, tenant_id: UUID) -> frozenset[str]:
        texts: set[str] = set()
        for table in await self.tables():
            for row in await self.json_of(table, [tenant_id]):
                texts.update(told(leaves(row)))
        return frozenset(texts)

    async def bodies(self, tenants: Collection[UUID]) -> AsyncIterator[bytes]:
        """Raw pages and uploads of the tenants as they were before compression."""
        ids = list(tenants)
        for row in await self.connection.fetch(
            "SELECT body FROM raw_page WHERE tenant_id = ANY($1)", ids
        ):
            yield zstandard.decompress(row["body"])
        for row in await self.connection.fetch(
            "SELECT body FROM upload_chunk WHERE tenant_id = ANY($1)", ids
        ):
            yield row["body"]


def told(texts: Iterable[str]) -> set[str]:
    """What of these texts can betray a tenant: ids in one spelling, and words."""
    found: set[str] = set()
    for text in texts:
        for each in (text, unpacked(text)):
            found.update(str(UUID(match)) for match in UUIDS.findall(each))
            if (
                len(each) >= 4
                and re.search("[a-z]{2}", each, re.IGNORECASE)
                and not DATE.match(each)
            ):
                found.add(each)
    return found


COMMON = frozenset({*Act, *Entrance, *Permission})
DATE = re.compile(r"\d{4}-\d\d-\d\d")


def unpacked(text: str) -> str:
    """What an id or a cursor holds; the text itself when it is neither."""
    try:
        return base64.b64decode(
            text + "=" * (-len(text) % 4), altchars=b"-_", validate=True
        ).decode()
    except (ValueError, binascii.Error):
        return text


@asynccontextmanager
async def opened_rows(services: Services) -> AsyncIterator[Rows]:
    """The owner's look. An owner that is no superuser lifts the fence for itself, and all of
    this is rolled back; the tables stay locked for that long, so look and leave."""
    assert services.logins.owner is not None
    connection = await asyncpg.connect(services.logins.owner)
    look = connection.transaction()
    await look.start()
    try:
        await _lift_fences(connection)
        yield Rows(connection)
    finally:
        await look.rollback()
        await connection.close()


async def _lift_fences(connection: Connection) -> None:
    if await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        return
    for row in await connection.fetch(TABLES, True):  # noqa: FBT003 - a query's parameter
        await connection.execute(f"ALTER TABLE {row['relname']} NO FORCE ROW LEVEL SECURITY")
