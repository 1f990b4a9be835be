"""Documents that somebody asks to be written: what waits, what works, and what is looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import asyncpg
import pytest

from core.causal import CausalDefinition, CausalKpi, KpiKind, KpiMeasure
from core.units import DateRange
from jobs.assignments import GaveWay
from jobs.indexing.index import index
from stores.wiring import Stores
from stores.work import work_stores
from tests.jobs.analysing import FOUND, told
from tests.jobs.by_hand import ByHand, by_hand
from tests.jobs.indexing import assignment, claimed_index, documents, indexed
from tests.support import NewTenant, Services, Tenant
from transform.documents import RULES


async def soon() -> bool:
    return True


async def march(stores: Stores, tenant: Tenant) -> ByHand:
    at = await by_hand(stores, tenant.scope)
    spends = {("c1", "2026-03-02"): "10", ("c2", "2026-03-02"): "20"}
    await at.read("2026-03-01", "2026-03-31", [spends])
    return at


async def test_everything_is_looked_at_also_where_nothing_was_learned(
    stores: Stores, tenant: Tenant
) -> None:
    await march(stores, tenant)
    await indexed(stores, tenant.scope)
    assert (await indexed(stores, tenant.scope)).counters.fetched == 0
    # Asked for while another run works, and of the one that waits already.
    working = await claimed_index(stores, tenant.scope)
    waiting = await stores.documents.request(tenant.scope)
    asked = await stores.documents.rebuild(tenant.scope, everything=True)
    assert (asked.id, asked.options) == (waiting.id, {"everything": True})
    assert (await stores.documents.rebuild(tenant.scope, everything=False)).options == asked.options
    idle = await index(assignment(stores, tenant.scope, working))
    assert idle.counters.fetched == 0
    whole = await indexed(stores, tenant.scope)
    assert (whole.counters.fetched, whole.counters.unchanged) == (3, 3)


async def test_a_run_that_made_room_begins_anew_where_everything_is_asked_for(
    stores: Stores, tenant: Tenant
) -> None:
    at = await march(stores, tenant)
    await indexed(stores, tenant.scope)
    await at.read("2026-04-01", "2026-04-30", [{("c1", "2026-04-02"): "1"}])
    claimed = await claimed_index(stores, tenant.scope)
    with pytest.raises(GaveWay):
        await index(replace(assignment(stores, tenant.scope, claimed), gives_way=soon))
    await work_stores(stores).runs.give_way(tenant.scope, claimed)
    asked = await stores.documents.rebuild(tenant.scope, everything=True)
    assert (asked.id, asked.checkpoint) == (claimed.run.id, None)
    # April twice, and March, in which nothing was learned.
    assert (await indexed(stores, tenant.scope)).counters.fetched == 7


async def test_everything_that_is_asked_for_again_goes_on_where_it_made_room(
    stores: Stores, tenant: Tenant
) -> None:
    at = await march(stores, tenant)
    await at.read("2026-04-01", "2026-04-30", [{("c1", "2026-04-02"): "1"}])
    await stores.documents.rebuild(tenant.scope, everything=True)
    claimed = await claimed_index(stores, tenant.scope)
    with pytest.raises(GaveWay):
        await index(replace(assignment(stores, tenant.scope, claimed), gives_way=soon))
    await work_stores(stores).runs.give_way(tenant.scope, claimed)
    asked = await stores.documents.rebuild(tenant.scope, everything=True)
    assert asked.id == claimed.run.id
    assert asked.checkpoint is not None
    assert (asked.checkpoint["windows_done"], asked.checkpoint["months"]) == (1, ["2026-04-01"])
    receipt = await indexed(stores, tenant.scope)
    assert (receipt.counters.fetched, receipt.counters.created) == (5, 5)


async def test_a_plan_by_other_rules_is_made_anew(
    stores: Stores, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    await march(stores, tenant)
    claimed = await claimed_index(stores, tenant.scope)
    with pytest.raises(GaveWay):
        await index(replace(assignment(stores, tenant.scope, claimed), gives_way=soon))
    await work_stores(stores).runs.give_way(tenant.scope, claimed)
    monkeypatch.setattr("jobs.indexing.index.RULES", "documents/of another release")
    assert (await indexed(stores, tenant.scope)).counters.fetched == 6


async def test_an_export_that_cannot_be_read_holds_up_nothing_else(
    stores: Stores, tenant: Tenant
) -> None:
    await march(stores, tenant)
    definition = CausalDefinition(
        DateRange(date(2026, 3, 1), date(2026, 3, 31)),
        CausalKpi(KpiKind.CONVERSIONS, KpiMeasure.COUNT),
        "EUR",
    )
    for _ in range(2):
        await stores.causal.start(tenant.scope, definition, None)
    async with stores.database.write(tenant.scope) as connection:
        await connection.execute("UPDATE export SET state = 'READY'")
        await connection.execute(
            "UPDATE export SET definition = '{\"dates\": 1}' "
            "WHERE id = (SELECT id FROM export ORDER BY id LIMIT 1)"
        )
    claimed = await claimed_index(stores, tenant.scope)
    receipt = await index(assignment(stores, tenant.scope, claimed))
    assert receipt.counters.created == 4
    assert "Export of March 2026" in await documents(stores, tenant.scope)
    events = await stores.runs.events_after(tenant.scope, claimed.run.id, 0, 100)
    told = "insights, events and exports, 1 not to be read: 1 of 1 documents written"
    assert told in [event.message for event in events]


async def test_few_are_asked_for_at_a_time_the_least_behind_and_the_longest_waiting_first(
    services: Services, stores: Stores, new_tenant: NewTenant
) -> None:
    made = [(await new_tenant()).scope.tenant_id for _ in range(4)]
    owner = await asyncpg.connect(services.logins.owner)
    # Tenants of other tests may be due as well: the first of these is less behind than any.
    await owner.execute(
        "UPDATE data_clock SET learned_at = '2026-01-01' WHERE tenant_id = ANY($1)", made
    )
    await owner.execute(
        "INSERT INTO document_index (tenant_id, looked_at, rules) SELECT tenant_id,"
        " '2026-01-01'::timestamptz - interval '1 microsecond' * (1 + 1000000 * (place - 1)), $2"
        " FROM unnest($1::uuid[]) WITH ORDINALITY u (tenant_id, place)",
        made,
        RULES,
    )
    is_open = await owner.fetchval(
        "SELECT count(*) FROM run WHERE kind = 'INDEX' AND status IN ('QUEUED', 'RUNNING')"
    )
    await owner.close()
    assert set(made) <= set(await stores.documents.due(RULES, 10**6))
    assert await stores.documents.due(RULES, is_open) == ()
    two = await stores.documents.due(RULES, is_open + 2)
    assert len(two) == 2
    assert made[0] in two


async def test_places_stand_until_figures_of_a_month_move(
    stores: Stores, services: Services, tenant: Tenant
) -> None:
    at = await march(stores, tenant)
    await indexed(stores, tenant.scope)
    assert await peers(services, tenant) == {0, 1, 2}
    async with stores.database.write(tenant.scope) as connection:
        await connection.execute("UPDATE concept_score SET peers = '{77}'")
    await told(stores, tenant.scope, FOUND)
    receipt = await indexed(stores, tenant.scope)
    assert (receipt.counters.created, receipt.counters.restated) == (1, 0)
    assert await peers(services, tenant) == {77}
    await at.read("2026-04-01", "2026-04-30", [{("c1", "2026-04-02"): "1"}])
    await indexed(stores, tenant.scope)
    assert await peers(services, tenant) == {0, 1, 2}


async def peers(services: Services, tenant: Tenant) -> set[int]:
    """Among how many documents those of the tenant are placed, in whatever dimension."""
    owner = await asyncpg.connect(services.logins.owner)
    rows = await owner.fetch(
        "SELECT DISTINCT unnest(peers) AS peers FROM concept_score WHERE tenant_id = $1",
        tenant.scope.tenant_id,
    )
    await owner.close()
    return {row["peers"] for row in rows}
