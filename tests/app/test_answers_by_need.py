"""Kept answers are told to whoever may have them, and for as long as nothing in them changes."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.scope import Role, SystemScope
from stores.wiring import Stores
from tests.app.answering import ROWS, SPEND, Asker, asked, spent, with_entries
from tests.support import NewTenant, Services, Tenant

IN_USD = "{ marketingEntries(first: 1) { nodes { converted { currency } } } }"
OF_DAYS = """query OfDays($dates: DateRangeInput!) {
  marketingEntries(filter: { dates: $dates }, first: 3) { nodes { spend } }
}"""


@pytest.fixture
async def seeded(stores: Stores, new_tenant: NewTenant) -> Tenant:
    return await with_entries(stores, await new_tenant(calendar=True))


async def post(asker: Asker, query: str, **variables: object) -> Any:
    body = {"query": query, "variables": variables}
    answer = await asker.client.post("/graphql", json=body, headers=asker.headers)
    return answer.json()


async def test_roles_share_what_both_of_them_may_ask(
    services: Services, tmp_path: Path, seeded: Tenant
) -> None:
    async with asked(services, tmp_path, seeded) as (admin,):
        viewer = Asker(admin.client, seeded, Role.VIEWER)
        assert await admin.spend() == await viewer.spend() == 0
        assert await admin.hits("l1") == 1
        await admin.full(ROWS)
        refused = await viewer.full(ROWS)
        assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert await admin.hits("l1") == 1


async def test_the_same_operation_is_found_however_it_is_laid_out(
    services: Services, tmp_path: Path, seeded: Tenant
) -> None:
    async with asked(services, tmp_path, seeded) as (one,):
        first = await post(one, SPEND, first=3)
        renamed = SPEND.replace("query Spend", "# the same\n query  Other")
        both = f"{SPEND} query Unasked {{ viewer {{ actor }} }}"
        body = {"query": both, "variables": {"first": 3}, "operationName": "Spend"}
        told = await one.client.post("/graphql", json=body, headers=one.headers)
        assert (await post(one, renamed, first=3))["data"] == first["data"]
        assert told.json()["data"] == first["data"]
        with_default = SPEND.replace("$first: Int!", "$first: Int! = 3")
        assert (await post(one, with_default))["data"] == first["data"]
        assert (await post(one, with_default, first=3))["data"] == first["data"]
        assert await one.hits("l1") == 3
        assert (await post(one, SPEND, first=2))["data"] != first["data"]


async def test_a_key_that_is_revoked_finds_nothing(
    services: Services, stores: Stores, tmp_path: Path, seeded: Tenant
) -> None:
    record, key = await stores.keys.create(seeded.scope, "dashboard", frozenset({Role.ANALYST}))
    async with asked(services, tmp_path, seeded) as (one,):

        async def ask() -> Any:
            body = {"query": ROWS}
            return await one.client.post("/graphql", json=body, headers={"X-API-Key": key})

        assert [(await ask()).status_code for _ in range(2)] == [200, 200]
        assert await one.hits("l1") == 1
        await stores.keys.revoke(seeded.scope, record.id)
        assert (await ask()).status_code == 401
        assert await one.hits("l1") == 1


async def test_a_key_that_has_expired_finds_nothing(
    services: Services, stores: Stores, tmp_path: Path, seeded: Tenant
) -> None:
    ended = datetime.now(UTC) - timedelta(seconds=1)
    roles = frozenset({Role.ADMIN})
    _, key = await stores.keys.create(seeded.scope, "dashboard", roles, ended)
    async with asked(services, tmp_path, seeded) as (one,):
        assert await one.spend() == 0
        body = {"query": SPEND, "variables": {"first": 3}}
        told = await one.client.post("/graphql", json=body, headers={"X-API-Key": key})
        assert told.status_code == 401
        assert await one.hits("l1") == 0


async def test_what_a_tenant_is_set_to_is_in_its_answers_at_once(
    services: Services, stores: Stores, tmp_path: Path, seeded: Tenant
) -> None:
    async with asked(services, tmp_path, seeded, seeded) as askers:

        async def told() -> list[str]:
            answers = [await post(each, IN_USD) for each in askers for _ in range(2)]
            nodes = [each["data"]["marketingEntries"]["nodes"][0] for each in answers]
            return [node["converted"]["currency"] for node in nodes]

        assert set(await told()) == {seeded.record.reporting_currency}
        async with stores.database.system(SystemScope(reason="tests of settings")) as connection:
            await connection.execute(
                "UPDATE tenant SET reporting_currency = 'CHF' WHERE tenant_id = $1",
                seeded.record.id,
            )
        assert await told() == ["CHF"] * 4


async def test_what_lands_in_other_months_leaves_an_answer_as_it_is(
    services: Services, stores: Stores, tmp_path: Path, seeded: Tenant
) -> None:
    november = {"since": "2025-11-01", "until": "2025-11-30"}
    wider = {"since": "2025-10-31", "until": "2025-11-30"}
    async with asked(services, tmp_path, seeded) as (one,):

        async def found(dates: dict[str, str]) -> tuple[float, int]:
            before = await one.hits("l1")
            answer = await post(one, OF_DAYS, dates=dates)
            spend = {int(node["spend"]) for node in answer["data"]["marketingEntries"]["nodes"]}
            return await one.hits("l1") - before, spend.pop()

        assert [await found(each) for each in (november, wider)] == [(0, 0)] * 2
        async with stores.database.write(seeded.scope) as connection:
            await connection.execute("SELECT ensure_months($1)", [date(2025, 10, 1)])
            await connection.execute(
                "INSERT INTO day_reading (tenant_id, connection_id, date, read_at, run_id) "
                "SELECT current_tenant(), id, '2025-10-31', now(), id FROM connection"
            )
        assert [await found(each) for each in (november, wider)] == [(1, 0), (0, 0)]
        await spent(stores, seeded, 5)
        assert [await found(each) for each in (november, wider)] == [(0, 5)] * 2


@pytest.mark.parametrize(
    "case",
    [
        ("{ insights { nodes { title } } }", "UPDATE marketing_entry SET clicks = 1", True),
        ("{ insights { nodes { title evidence { clicks } } } }",
         "UPDATE marketing_entry SET clicks = 1", False),
        ("{ insights { nodes { title } } }", "UPDATE insight SET entries = entries + 1", False),
        ("{ campaigns { nodes { name } } }", "UPDATE marketing_entry SET clicks = 1", True),
        ("{ campaigns { nodes { name lastDate } } }",
         "UPDATE marketing_entry SET clicks = 1", False),
        ("{ campaigns { nodes { name } } }", "UPDATE campaign SET name = 'x'", False),
        ("{ connections { nodes { name } } }", "UPDATE connection SET last_read_at = now()", True),
        ("{ connections { nodes { lastReadAt } } }",
         "UPDATE connection SET last_read_at = now()", False),
        ("{ channelRules { name } }", "UPDATE marketing_entry SET clicks = 1", True),
        (ROWS, "UPDATE connection SET last_read_at = now()", True),
        (ROWS, "UPDATE marketing_entry SET spend = spend", False),
    ],
)  # fmt: skip
async def test_an_answer_is_made_anew_for_what_it_is_made_of(
    services: Services, stores: Stores, tmp_path: Path, seeded: Tenant, case: tuple[str, str, bool]
) -> None:
    query, statement, is_found = case
    async with asked(services, tmp_path, seeded) as (one,):
        assert "errors" not in await post(one, query)
        async with stores.database.write(seeded.scope) as connection:
            await connection.execute(statement)
        assert "errors" not in await post(one, query)
        assert await one.hits("l1") == is_found


async def test_every_process_lets_go_of_what_has_changed(
    services: Services, stores: Stores, tmp_path: Path, seeded: Tenant
) -> None:
    async with asked(services, tmp_path, seeded, seeded) as askers:
        for each in askers:
            # Until a process listens, nothing is let go of: so it is asked and changed again.
            async with asyncio.timeout(30):
                while not (await each.counted())["dropped_total"]:
                    assert await each.spend() == 0
                    await post(each, "{ channelRules { name } }")
                    await spent(stores, seeded, 0)
        rules = []
        for each in askers:
            await post(each, "{ channelRules { name } }")
            rules.append((await each.counted())["bytes"])
            await each.spend()
            assert (await each.counted())["bytes"] > rules[-1]
        await spent(stores, seeded, 5)
        for each, held in zip(askers, rules, strict=True):
            async with asyncio.timeout(30):
                while (await each.counted())["bytes"] > held:  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(0.02)
            found = await each.hits("l1")
            await post(each, "{ channelRules { name } }")
            assert await each.hits("l1") == found + 1


async def test_pages_that_were_read_from_sums_are_counted(
    services: Services, stores: Stores, tmp_path: Path, seeded: Tenant
) -> None:
    off = {"answers_process_bytes": 0, "answers_shared_bytes": 0}
    async with asked(services, tmp_path, seeded, **off) as (one,):
        first = await one.full(ROWS)
        assert (await one.counted())["hit_rate_l3"] == 0
        assert await stores.attribution_days.fold(seeded.scope) > 0
        assert (await one.full(ROWS))["data"] == first["data"]
        counted = await one.counted()
        assert counted["hit_rate_l3"] == 0.5
        assert counted['lookups_total{outcome="hit",tier="l3"}'] == 1
