"""The planner knows of what was filled just now, without waiting for autovacuum's round."""

from __future__ import annotations

from datetime import date

from stores.wiring import Stores
from tests.support import Tenant

MONTH = date(2098, 2, 1)
"""No other test's, so that nobody has looked at it before."""

ENTRIES = """
INSERT INTO marketing_entry (
    tenant_id, date, digest, source, connection_id, account_id, level, entity_id, date_basis,
    attribution_setting, channel, currency, is_present, learned_at, first_learned_at,
    vintage_count, run_id, raw_page_id, raw_position)
SELECT $1, '2098-02-03', md5(n::text)::uuid, 'FILE', $1, 'a', 'CAMPAIGN', n::text, 'DELIVERY', '',
       'Display', 'EUR', true, '2025-01-01', '2025-01-01', 1, $1, $1, n
FROM generate_series(1, 5000) n
"""
KNOWN = "SELECT reltuples::int FROM pg_class WHERE relname = 'marketing_entry_209802'"


async def test_a_new_month_is_looked_at_once(stores: Stores, tenant: Tenant) -> None:
    async with stores.database.write(tenant.scope) as connection:
        await connection.execute("SELECT ensure_months($1)", [MONTH])
        await connection.execute(ENTRIES, tenant.record.id)
        assert await connection.fetchval(KNOWN) == -1
    while await stores.statistics.learn():
        pass
    async with stores.database.read(tenant.scope) as connection:
        assert await connection.fetchval(KNOWN) == 5000
    async with stores.database.write(tenant.scope) as connection:
        await connection.execute("DELETE FROM marketing_entry WHERE date = '2098-02-03'")
