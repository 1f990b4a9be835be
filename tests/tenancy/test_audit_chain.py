"""The chain of the audit log: nobody adds a false line, and who changes one is found out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import asyncpg
import pytest

from core.errors import Conflict
from core.records.audit import GENESIS, HOUSE, Act, AuditFilter, AuditHead, AuditRecord
from core.records.connections import ConnectionStatus
from core.records.pages import PageRequest
from core.scope import SystemScope, TenantId
from stores.wiring import Stores
from tests.support import NewTenant, Services, Tenant, meta_account

LOOK = SystemScope(reason="tests of the audit log", actor="test")
LINES = 12


@pytest.fixture
async def chained(stores: Stores, tenant: Tenant) -> Tenant:
    """A tenant with `LINES` lines, its making included."""
    for number in range(1, LINES):
        await stores.audit.record(
            tenant.scope, Act.KEY_CREATED, f"key:{number}", module="é, {}", none=None, n=number
        )
    return tenant


@pytest.fixture
async def owner(services: Services) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """The database's owner, who steps around its fences and triggers."""
    connection = await asyncpg.connect(services.logins.owner)
    yield connection
    await connection.close()


async def lines_of(stores: Stores, tenant: Tenant) -> list[AuditRecord]:
    return [line async for line in stores.audit.lines(LOOK, tenant.record.id)]


async def test_lines_are_numbered_and_hashed_as_the_record_says(
    stores: Stores, chained: Tenant
) -> None:
    lines = await lines_of(stores, chained)
    assert [line.number for line in lines] == list(range(1, LINES + 1))
    assert lines[0].act == Act.TENANT_CREATED
    assert [line.hash for line in lines] == [line.expected_hash for line in lines]
    assert [line.previous_hash for line in lines] == [GENESIS, *(each.hash for each in lines[:-1])]
    assert dict(lines[3].details) == {"module": "é, {}", "n": "3"}
    verdict = await stores.audit.verify(LOOK, chained.record.id)
    assert (verdict.holds, verdict.lines, verdict.head) == (True, LINES, lines[-1].head)
    assert await stores.audit.head(chained.scope) == lines[-1].head


def test_the_canonical_form_is_this_one() -> None:
    line = AuditRecord(
        tenant_id=HOUSE,
        number=7,
        at=datetime(2026, 11, 23, 9, 0, 0, 120, tzinfo=UTC),
        actor="user:ada",
        client=None,
        door="TOKEN",
        act="KEY_CREATED",
        subject="key:é",
        request_id="r",
        details={"b": "2", "a": "1"},
        previous_hash=GENESIS,
        hash=GENESIS,
    )
    assert line.canonical().decode() == (
        f"64:{'0' * 64},36:00000000-0000-0000-0000-000000000000,1:7,"
        "27:2026-11-23T09:00:00.000120Z,8:user:ada,-,5:TOKEN,11:KEY_CREATED,6:key:é,1:r,"
        "1:a,1:1,1:b,1:2,"
    )


FORGERIES = {
    "another actor": ("UPDATE audit_log SET actor = 'user:eve' WHERE {at} = 5", 5),
    "another moment": ("UPDATE audit_log SET at = at + interval '1 us' WHERE {at} = 5", 5),
    "another detail": (
        """UPDATE audit_log SET details = '{{"module": "x", "n": "4"}}' WHERE {at} = 5""",
        5,
    ),
    "a number for a text": (
        """UPDATE audit_log SET details = details || '{{"n": 4}}' WHERE {at} = 5""",
        5,
    ),
    "nothing for no text": ("UPDATE audit_log SET client = '' WHERE {at} = 5", 5),
    "the first line gone": ("DELETE FROM audit_log WHERE {at} = 1", 1),
    "a line gone": ("DELETE FROM audit_log WHERE {at} = 5", 5),
    "the last line gone": (f"DELETE FROM audit_log WHERE {{at}} = {LINES}", LINES),
    "all lines gone": ("DELETE FROM audit_log WHERE {at} > 0", 1),
    "two lines changed places": (
        (
            "UPDATE audit_log SET number = 1000 WHERE {at} = 5;"
            "UPDATE audit_log SET number = 5 WHERE {at} = 6;"
            "UPDATE audit_log SET number = 6 WHERE {at} = 1000"
        ),
        5,
    ),
    "a line put in": (
        (
            "INSERT INTO audit_log SELECT tenant_id, 13, at, actor, client, door, act, subject, "
            "request_id, details, previous_hash, hash FROM audit_log WHERE {at} = 12"
        ),
        13,
    ),
    "a hash of its own": (
        (
            "UPDATE audit_log SET actor = 'user:eve' WHERE {at} = 5;"
            "UPDATE audit_log l SET hash = audit_hash(l) WHERE {at} = 5"
        ),
        6,
    ),
}


async def forge(
    owner: asyncpg.Connection[asyncpg.Record], tenant_id: TenantId, statements: str
) -> None:
    """What only an owner can do: the trigger and the fence are lifted for it."""
    async with owner.transaction():
        await owner.execute("ALTER TABLE audit_log DISABLE TRIGGER append_only")
        await owner.execute("ALTER TABLE audit_log NO FORCE ROW LEVEL SECURITY")
        await owner.execute(statements.format(at=f"tenant_id = '{tenant_id}' AND number"))
        await owner.execute("ALTER TABLE audit_log FORCE ROW LEVEL SECURITY")
        await owner.execute("ALTER TABLE audit_log ENABLE TRIGGER append_only")


@pytest.mark.parametrize("name", FORGERIES)
async def test_an_owner_who_touches_a_line_is_found_out(
    stores: Stores, chained: Tenant, owner: asyncpg.Connection[asyncpg.Record], name: str
) -> None:
    statements, first_broken = FORGERIES[name]
    await forge(owner, chained.record.id, statements)
    verdict = await stores.audit.verify(LOOK, chained.record.id)
    assert (verdict.holds, verdict.broken_at) == (False, first_broken)
    assert verdict.lines == first_broken - 1


REWRITTEN = """
DO $$ DECLARE
    line audit_log; before bytea;
BEGIN
    FOR line IN SELECT * FROM audit_log WHERE tenant_id = '{tenant}' ORDER BY number LOOP
        IF line.number = 5 THEN line.actor := 'user:eve'; END IF;
        line.previous_hash := coalesce(before, line.previous_hash);
        line.hash := audit_hash(line);
        before := line.hash;
        UPDATE audit_log SET actor = line.actor, previous_hash = line.previous_hash,
            hash = line.hash WHERE tenant_id = line.tenant_id AND number = line.number;
    END LOOP;
    UPDATE audit_head SET hash = before WHERE tenant_id = '{tenant}';
END $$
"""
CUT = """
DELETE FROM audit_log WHERE tenant_id = '{tenant}' AND number > 8;
UPDATE audit_head SET number = 8, hash = (
    SELECT hash FROM audit_log WHERE tenant_id = '{tenant}' AND number = 8)
WHERE tenant_id = '{tenant}'
"""


@pytest.mark.parametrize(
    ("statements", "lines", "found"),
    [
        (REWRITTEN, LINES, (10, "the line is another one than the kept head")),
        (CUT, 8, (9, "the log is cut off: the kept head is line 10")),
    ],
)
async def test_a_kept_head_shows_what_was_written_anew_or_cut_off(
    stores: Stores,
    chained: Tenant,
    owner: asyncpg.Connection[asyncpg.Record],
    *,
    statements: str,
    lines: int,
    found: tuple[int, str],
) -> None:
    tenant_id = chained.record.id
    kept = AuditHead.parse(str((await lines_of(stores, chained))[9].head))
    assert (await stores.audit.verify(LOOK, tenant_id, kept)).holds
    async with owner.transaction():
        await owner.execute("ALTER TABLE audit_head NO FORCE ROW LEVEL SECURITY")
        await forge(owner, tenant_id, statements.replace("{tenant}", str(tenant_id)))
        await owner.execute("ALTER TABLE audit_head FORCE ROW LEVEL SECURITY")
    alone = await stores.audit.verify(LOOK, tenant_id)
    assert (alone.holds, alone.lines) == (True, lines)
    verdict = await stores.audit.verify(LOOK, tenant_id, kept)
    assert (verdict.holds, (verdict.broken_at, verdict.reason)) == (False, found)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO audit_log SELECT * FROM audit_log",
        "UPDATE audit_log SET actor = 'user:eve'",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
        "UPDATE audit_head SET number = 0",
        "SELECT chain_audit(NULL::audit_log)",
        "SELECT record_upkeep(gen_random_uuid(), 'x', 'x', NULL, '{}')",
    ],
)
async def test_the_application_can_do_nothing_but_add(
    stores: Stores, chained: Tenant, statement: str
) -> None:
    async with stores.database.write(chained.scope) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)


async def test_without_a_tenant_nobody_adds_a_line(services: Services) -> None:
    connection = await asyncpg.connect(services.logins.app)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="an act of no tenant"):
        await connection.execute(
            "SELECT record_audit('user:eve', NULL, 'TOKEN', 'KEY_CREATED', NULL, NULL, '{}')"
        )
    await connection.close()


@pytest.mark.parametrize("statement", ["UPDATE audit_log SET actor = 'x'", "TRUNCATE audit_log"])
async def test_the_owner_s_own_mistake_is_refused(
    owner: asyncpg.Connection[asyncpg.Record], statement: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only ever added"):
        await owner.execute(statement)


async def test_an_act_that_fails_leaves_no_line(stores: Stores, tenant: Tenant) -> None:
    made = await stores.connections.create(tenant.scope, meta_account())
    await stores.connections.disconnect(tenant.scope, made.id)
    before = await stores.audit.head(tenant.scope)
    with pytest.raises(Conflict):
        await stores.connections.set_status(tenant.scope, made.id, ConnectionStatus.PAUSED)
    assert await stores.audit.head(tenant.scope) == before


async def test_acts_at_the_same_time_have_numbers_without_gaps(
    stores: Stores, new_tenant: NewTenant
) -> None:
    tenants = [await new_tenant() for _ in range(3)]
    await asyncio.gather(
        *(
            stores.audit.record(tenant.scope, Act.KEY_CREATED, f"key:{number}")
            for number in range(30)
            for tenant in tenants
        )
    )
    for tenant in tenants:
        lines = await lines_of(stores, tenant)
        assert [line.number for line in lines] == list(range(1, 32))
        assert {line.tenant_id for line in lines} == {tenant.record.id}
        assert (await stores.audit.verify(LOOK, tenant.record.id)).holds


async def test_work_across_tenants_is_on_the_installation_s_own_chain(stores: Stores) -> None:
    await stores.tenants.all(replace(LOOK, reason="a look of this test"))
    newest = [line async for line in stores.audit.lines(LOOK, HOUSE)][-1]
    assert (newest.act, newest.actor, newest.door) == ("UPKEEP", "test", "SYSTEM")
    assert newest.details == {"reason": "a look of this test"}
    assert (await stores.audit.verify(LOOK, HOUSE)).holds


async def test_what_is_repeated_has_one_line_a_minute(stores: Stores, tenant: Tenant) -> None:
    for subject in ("field:Query.a", "field:Query.a", "field:Query.b"):
        await stores.audit.note(tenant.scope, Act.ACCESS_REFUSED, subject)
    wanted = AuditFilter(acts=[Act.ACCESS_REFUSED])
    found = await stores.audit.page(tenant.scope, PageRequest(10), wanted)
    assert [line.subject for line in found.items] == ["field:Query.b", "field:Query.a"]
