"""Every table that names a tenant is guarded, and the application's login cannot step around."""

from __future__ import annotations

import asyncpg
import pytest
from alembic.script import ScriptDirectory

from core.scope import SystemScope
from stores.postgres.migrate import migrate
from stores.postgres.version import VERSIONS, newest_version
from stores.wiring import Stores
from tests.support import NewTenant, Services, Tenant, meta_account

UNGUARDED = {
    "alembic_version": "says only which version the database is at",
    "data_epoch": "tokens of what belongs to no tenant; only upkeep and a function read them",
    "erasure": "receipts of erasures, which outlive their tenants; only upkeep reads them",
    "exchange_publication": "published rates, the same for all: the application only reads them",
    "pgqueuer": "jobs name a tenant and a run, nothing else",
    "pgqueuer_log": "as pgqueuer",
    "pgqueuer_schedules": "what is scheduled for all",
    "pgqueuer_statistics": "counts",
}
TABLES = """
SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
       EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id'
               AND NOT a.attisdropped) AS has_tenant,
       (SELECT array_agg(p.polname::text ORDER BY p.polname) FROM pg_policy p
        WHERE p.polrelid = c.oid) AS policies
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
"""


async def owner(services: Services) -> asyncpg.Connection[asyncpg.Record]:
    assert services.logins.owner is not None
    return await asyncpg.connect(services.logins.owner)


async def test_every_table_of_a_tenant_has_forced_row_level_security(services: Services) -> None:
    connection = await owner(services)
    await connection.execute("SELECT ensure_months(ARRAY['2026-01-01'::date])")
    tables = {row["relname"]: row for row in await connection.fetch(TABLES)}
    await connection.close()
    unguarded = {name for name, row in tables.items() if not row["has_tenant"]}
    assert unguarded == set(UNGUARDED)
    for name, row in tables.items():
        if name not in UNGUARDED:
            assert row["relrowsecurity"], name
            assert row["relforcerowsecurity"], name
            assert row["policies"] == ["own_tenant", "upkeep"], name


async def test_every_table_of_a_tenant_can_be_emptied_but_for_what_was_done(
    services: Services,
) -> None:
    connection = await owner(services)
    kept = {
        row["relname"]
        for row in await connection.fetch(TABLES)
        if row["has_tenant"]
        and not await connection.fetchval(
            "SELECT has_table_privilege('liftos_system', $1, 'DELETE')", row["relname"]
        )
    }
    await connection.close()
    assert kept == {"audit_head", "audit_log"}


async def test_migrating_again_changes_nothing(services: Services) -> None:
    connection = await owner(services)
    catalogue = "SELECT oid, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    before = {tuple(row) for row in await connection.fetch(catalogue)}
    await migrate(services.logins)
    assert {tuple(row) for row in await connection.fetch(catalogue)} == before
    await connection.close()


async def test_the_logins_are_plain(services: Services) -> None:
    for login, role in (
        (services.logins.app, "liftos_app"),
        (services.logins.system, "liftos_system"),
    ):
        connection = await asyncpg.connect(login)
        row = await connection.fetchrow(
            "SELECT session_user AS name, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, "
            "(SELECT count(*) FROM pg_auth_members m WHERE m.member = r.oid) AS memberships "
            "FROM pg_roles r WHERE rolname = session_user"
        )
        owned = await connection.fetchval(
            "SELECT count(*) FROM pg_class WHERE relowner = session_user::regrole "
            "AND relpersistence <> 't'"  # sessions of other suites may hold temporary tables
        )
        await connection.close()
        assert tuple(row or ()) == (role, False, False, False, False, 0)
        assert owned == 0


async def test_without_a_tenant_the_application_sees_no_row(
    services: Services, stores: Stores, tenant: Tenant
) -> None:
    await stores.connections.create(tenant.scope, meta_account())
    connection = await asyncpg.connect(services.logins.app)
    tables = [
        row["relname"]
        for row in await connection.fetch(TABLES)
        if row["has_tenant"]
        and await connection.fetchval("SELECT has_table_privilege($1, 'SELECT')", row["relname"])
    ]
    assert "connection" in tables
    for table in tables:
        assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0, table
    await connection.close()


async def test_the_application_cannot_write_for_another_tenant(
    stores: Stores, new_tenant: NewTenant
) -> None:
    mine, theirs = await new_tenant(), await new_tenant()
    async with stores.database.write(mine.scope) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(
                "INSERT INTO campaign (tenant_id, digest, source, account_id, campaign_id) "
                "VALUES ($1, gen_random_uuid(), 'META_ADS', 'a', 'c')",
                theirs.record.id,
            )


async def test_partitions_cannot_be_read_past_their_parent(services: Services) -> None:
    connection = await asyncpg.connect(services.logins.app)
    await connection.execute("SELECT ensure_months(ARRAY['2026-01-01'::date])")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.fetch("SELECT * FROM marketing_entry_202601")
    await connection.close()


async def test_work_across_tenants_leaves_its_reason(services: Services, stores: Stores) -> None:
    await stores.tenants.all(SystemScope(reason="catalogue test", actor="test"))
    connection = await owner(services)
    found = await connection.fetchval(
        "SELECT count(*) FROM audit_log "
        "WHERE details = '{\"reason\": \"catalogue test\"}' AND actor = 'test'"
    )
    await connection.close()
    assert found == 1


def test_the_newest_version_is_alembic_s_head() -> None:
    assert newest_version() == ScriptDirectory(str(VERSIONS.parent)).get_current_head()
