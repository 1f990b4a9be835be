"""Tokens of data: drawn anew by whoever changes what kept answers are made of, and seen by all."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import date

import asyncpg
import pytest

from core.records.answers import Area, DataVersions, Footing
from core.scope import SystemScope
from core.units import DateRange
from stores.wiring import Stores
from tests.support import NewTenant, Services, Tenant, meta_account

FACTS, SOURCES, READINGS, INSIGHTS, LABELS, CALENDAR, PLANS = (
    frozenset({area}) for area in Area if area is not Area.DAYS
)
DAY = frozenset({Area.FACTS, Area.DAYS})
"""What changes with the day at any account, so also with a first account in a time zone."""
VERSIONED = {
    "budget": PLANS,
    "calendar_day": CALENDAR,
    "calendar_event": CALENDAR,
    "calendar_version": CALENDAR,
    "campaign": SOURCES,
    "campaign_name": SOURCES,
    "channel_rule": LABELS,
    "connection": SOURCES | READINGS,
    "day_reading": FACTS,
    "exchange_publication": frozenset({"RATES"}),
    "exchange_rate": LABELS,
    "former_look_back": SOURCES,
    "insight": INSIGHTS,
    "insight_act": INSIGHTS,
    "insight_verdict": INSIGHTS,
    "insight_version": INSIGHTS,
    "marketing_entry": FACTS,
    "marketing_entry_vintage": FACTS,
    "naming_rule": LABELS,
    "restatement_lesson": SOURCES,
    "seasonality": CALENDAR,
    "tenant": LABELS | CALENDAR,
}
"""What kept answers are made of; tests/queries/test_areas.py finds a table that is missing."""

TRIGGERS = r"""
SELECT t.tgrelid::regclass::text AS name, t.tgtype AS kind,
       string_to_array(encode(t.tgargs, 'escape'), '\000') AS areas
FROM pg_trigger t WHERE t.tgparentid = 0 AND t.tgfoid::regproc::text
    IN ('note_data_change', 'note_changed_months', 'note_tenant_change')
"""
INSERTED, DELETED, UPDATED, TRUNCATED = 4, 8, 16, 32
"""Bits of the kind of a trigger."""
BY_ROW = {"connection": INSERTED | DELETED | UPDATED, "tenant": DELETED | UPDATED}
"""Tables that others refer to, so that nobody truncates them; a new tenant has no answers."""
ENTRY = """
INSERT INTO marketing_entry (tenant_id, date, digest, source, connection_id, account_id, level,
    entity_id, date_basis, attribution_setting, channel, currency, is_present, learned_at,
    first_learned_at, vintage_count, run_id, raw_page_id, raw_position, checks_applied,
    checks_failed)
SELECT current_tenant(), $1, gen_random_uuid(), c.source, c.id, c.account_id, c.level, 'one',
       'DELIVERY', '7d_click', 'Paid Social', 'EUR', true, now(), now(), 1, c.id, c.id, 0, 0, 0
FROM connection c LIMIT 1
"""
NEW = ENTRY, date(2025, 11, 20)
READ = """
INSERT INTO day_reading (tenant_id, connection_id, date, read_at, run_id)
SELECT current_tenant(), id, $1, clock_timestamp(), id FROM connection LIMIT 1
"""

Told = dict[str, str] | None


async def tokens(
    stores: Stores, tenant: Tenant, dates: DateRange | None = None
) -> dict[Area, Told]:
    """What tells each area apart; of DAYS, `dates`."""
    found = await stores.versions.current(tenant.scope)
    assert found is not None
    return {area: found.of(Footing(frozenset({area}), dates)) for area in Area}


def changed(before: dict[Area, Told], after: dict[Area, Told]) -> set[Area]:
    return {area for area in Area if before[area] != after[area]}


async def test_every_table_of_kept_answers_draws_tokens(services: Services) -> None:
    owner = await asyncpg.connect(services.logins.owner)
    rows = await owner.fetch(TRIGGERS)
    await owner.close()
    areas, kinds = defaultdict[str, set[str]](set), defaultdict[str, int](int)
    for row in rows:
        areas[row["name"]] |= set(row["areas"]) - {""}
        kinds[row["name"]] |= row["kind"] & (INSERTED | DELETED | UPDATED | TRUNCATED)
    assert areas == VERSIONED
    every = INSERTED | DELETED | UPDATED | TRUNCATED
    assert kinds == {name: BY_ROW.get(name, every) for name in VERSIONED}


async def test_a_change_is_of_its_tenant_and_its_area(
    stores: Stores, new_tenant: NewTenant
) -> None:
    mine, theirs = await new_tenant(), await new_tenant()
    await stores.connections.create(mine.scope, meta_account(1002))
    before = [await tokens(stores, each) for each in (mine, theirs)]
    await stores.connections.create(mine.scope, meta_account())
    after = [await tokens(stores, each) for each in (mine, theirs)]
    assert list(map(changed, before, after)) == [SOURCES | READINGS, set()]


async def test_a_new_tenant_changes_nothing_of_others(
    stores: Stores, new_tenant: NewTenant
) -> None:
    tenant = await new_tenant()
    before = await tokens(stores, tenant)
    await new_tenant(calendar=True)
    assert changed(before, await tokens(stores, tenant)) == set()


async def test_a_change_across_tenants_is_one_of_all(
    services: Services, stores: Stores, tenant: Tenant
) -> None:
    before = await tokens(stores, tenant)
    owner = await asyncpg.connect(services.logins.owner)
    async with owner.transaction():
        await owner.execute("TRUNCATE former_look_back")
    await owner.close()
    assert changed(before, await tokens(stores, tenant)) == set(Area)


async def test_what_a_tenant_is_set_to_changes_its_labels_and_calendar(
    stores: Stores, new_tenant: NewTenant
) -> None:
    mine, theirs = await new_tenant(), await new_tenant()
    before = [await tokens(stores, each) for each in (mine, theirs)]
    async with stores.database.system(SystemScope(reason="tests of tenants")) as connection:
        await connection.execute(
            "UPDATE tenant SET reporting_currency = 'USD' WHERE tenant_id = $1", mine.record.id
        )
    after = [await tokens(stores, each) for each in (mine, theirs)]
    assert list(map(changed, before, after)) == [{Area.LABELS, Area.CALENDAR}, set()]


@pytest.mark.parametrize(
    ("statement", "areas"),
    [
        ("UPDATE connection SET last_read_at = now()", {Area.READINGS}),
        ("UPDATE connection SET last_read_at = last_read_at", set()),
        ("UPDATE connection SET sealed_credentials = 'x'", set()),
        ("UPDATE connection SET name = name", set()),
        ("UPDATE connection SET name = 'Another'", {Area.SOURCES, Area.READINGS}),
        ("DELETE FROM connection WHERE false", set()),
        ("DELETE FROM insight", set()),
        ("DELETE FROM marketing_entry", set()),
        ("UPDATE naming_rule SET name = 'x'", set()),
        ("INSERT INTO calendar_event SELECT * FROM calendar_event LIMIT 0", set()),
    ],
)
async def test_whoever_changes_no_row_changes_nothing(
    stores: Stores, new_tenant: NewTenant, statement: str, areas: set[Area]
) -> None:
    tenant = await new_tenant()
    await stores.connections.create(tenant.scope, meta_account())
    before = await tokens(stores, tenant)
    async with stores.database.write(tenant.scope) as connection:
        await connection.execute(statement)
    assert changed(before, await tokens(stores, tenant)) == areas


@pytest.mark.parametrize(
    ("statement", "months"),
    [
        (None, {date(2025, 11, 1)}),
        ("UPDATE marketing_entry SET clicks = 1", {date(2025, 11, 1)}),
        ("UPDATE marketing_entry SET date = '2026-01-31'", {date(2025, 11, 1), date(2026, 1, 1)}),
        ("DELETE FROM marketing_entry", {date(2025, 11, 1)}),
    ],
)
async def test_facts_change_by_the_month(
    stores: Stores, new_tenant: NewTenant, statement: str | None, months: set[date]
) -> None:
    tenant = await new_tenant()
    await stores.connections.create(tenant.scope, meta_account())
    asked = [date(2025, month, 1) for month in (9, 10, 11, 12)] + [date(2026, 1, 1)]
    async with stores.database.write(tenant.scope) as connection:
        await connection.execute("SELECT ensure_months($1)", asked)
        if statement is not None:
            await connection.execute(*NEW)

    async def told() -> list[dict[Area, Told]]:
        ranges = [DateRange(each, each) for each in asked]
        return [await tokens(stores, tenant, each) for each in (*ranges, None)]

    before = await told()
    async with stores.database.write(tenant.scope) as connection:
        await connection.execute(*((statement,) if statement else NEW))
    after = [changed(*pair) for pair in zip(before, await told(), strict=True)]
    told_of = dict(zip((*asked, None), after, strict=True))
    assert told_of == {
        each: {Area.FACTS, Area.DAYS} if each in months or each is None else {Area.FACTS}
        for each in (*asked, None)
    }


async def test_months_of_two_writers_in_other_orders_are_renewed_both(
    stores: Stores, new_tenant: NewTenant
) -> None:
    tenant = await new_tenant()
    await stores.connections.create(tenant.scope, meta_account())
    days = [date(2025, 10, 3), date(2025, 11, 3)]
    before = await tokens(stores, tenant, DateRange(*days))

    async def write(order: list[date]) -> None:
        for _ in range(5):
            async with stores.database.write(tenant.scope) as connection:
                for day in order:
                    await connection.execute(READ, day)

    await asyncio.gather(write(days), write(days[::-1]))
    assert changed(before, await tokens(stores, tenant, DateRange(*days))) == {*DAY, Area.FACTS}


def test_facts_of_many_months_are_told_by_one_token() -> None:
    versions = DataVersions({"FACTS": "all", "FACTS 1999-12": "one"}, "e", "r", "t")

    def told(since: date, until: date) -> Told:
        return versions.of(Footing(frozenset({Area.DAYS}), DateRange(since, until)))

    today = {"": "e", "TODAY": "t"}
    assert told(date(1999, 12, 31), date(2000, 1, 1)) == today | {"FACTS 1999-12": "one"}
    assert told(date(1999, 11, 1), date(1999, 11, 30)) == today
    assert told(date.min, date.max) == today | {"FACTS": "all"}


async def test_a_token_is_seen_with_its_change_and_not_before(
    stores: Stores, tenant: Tenant
) -> None:
    await stores.connections.create(tenant.scope, meta_account())
    before = await tokens(stores, tenant)
    async with stores.database.write(tenant.scope) as connection:
        await connection.execute("UPDATE connection SET name = 'Another'")
        assert await tokens(stores, tenant) == before
    assert changed(before, await tokens(stores, tenant)) == SOURCES | READINGS


async def test_writers_of_one_tenant_do_not_wait_for_each_other(
    stores: Stores, tenant: Tenant
) -> None:
    await stores.connections.create(tenant.scope, meta_account())
    days = [date(2025, 11, 1)]
    before = await tokens(stores, tenant)
    async with stores.database.write(tenant.scope) as one:
        await one.execute(READ, *days)
        async with asyncio.timeout(5), stores.database.write(tenant.scope) as other:
            await other.execute(READ, *days)
            await other.execute("UPDATE connection SET name = 'Another'")
        between = await tokens(stores, tenant)
        assert changed(before, between) == DAY | SOURCES | READINGS
    assert changed(between, await tokens(stores, tenant)) == DAY


async def test_nothing_is_left_of_changes_that_are_over(
    services: Services, stores: Stores, tenant: Tenant
) -> None:
    await stores.connections.create(tenant.scope, meta_account())
    owner = await asyncpg.connect(services.logins.owner)
    left = await owner.fetchval(
        "SELECT count(*) FROM data_change WHERE tenant_id = $1", tenant.record.id
    )
    await owner.close()
    assert left == 0


async def test_new_rates_are_waited_for(services: Services, stores: Stores, tenant: Tenant) -> None:
    before = await tokens(stores, tenant)
    owner = await asyncpg.connect(services.logins.owner)
    await owner.execute(
        "UPDATE exchange_publication SET source = source "
        "WHERE date = (SELECT max(date) FROM exchange_publication)"
    )
    waiting = await tokens(stores, tenant)
    await owner.execute("UPDATE data_epoch SET unsettled_until = '-infinity'")
    await owner.close()
    assert changed(before, waiting) == LABELS
    assert waiting[Area.LABELS] is None
    after = await tokens(stores, tenant)
    assert after[Area.LABELS] not in (None, before[Area.LABELS])


async def test_no_token_holds_while_the_tenant_s_clock_is_ahead(
    stores: Stores, tenant: Tenant
) -> None:
    async with stores.database.write(tenant.scope) as connection:
        await connection.execute("UPDATE data_clock SET learned_at = now() + interval '1 hour'")
    assert await stores.versions.current(tenant.scope) is None


async def test_the_application_cannot_touch_tokens(stores: Stores, tenant: Tenant) -> None:
    async with stores.database.write(tenant.scope) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("UPDATE data_version SET tokens = '{}'")
