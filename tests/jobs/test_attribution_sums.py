"""Rows that are read from sums of days are those of the entries, whatever happened to them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import combinations
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.periods import Grain, Weekday
from core.records.attribution import (
    AttributionDefinition,
    AttributionDimension,
    AttributionFacts,
    AttributionRowRecord,
)
from core.records.pages import PageRequest
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.attribution_kept import Asked, kept_sums
from stores.postgres.attribution_parts import Kept
from stores.postgres.attribution_query import key_columns
from stores.postgres.entries import pin
from stores.wiring import Stores
from tests.jobs.by_hand import ByHand, Spends, by_hand
from tests.support import NewTenant, Tenant

DAYS = [f"2026-03-{day:02}" for day in range(1, 13)]
MARCH = DateRange(date(2026, 2, 25), date(2026, 4, 5))
BY = AttributionDimension
DEFINITIONS = [
    AttributionDefinition(MARCH),
    AttributionDefinition(MARCH, by=(BY.CAMPAIGN, BY.CONNECTION)),
    AttributionDefinition(MARCH, grain=Grain.WEEK, week_start=Weekday.THURSDAY, by=()),
    AttributionDefinition(MARCH, grain=Grain.MONTH, by=tuple(BY)),
    AttributionDefinition(DateRange(date(2026, 3, 3), date(2026, 3, 9)), by=(BY.ACCOUNT,)),
    AttributionDefinition(MARCH, by=(BY.SOURCE,), facts=AttributionFacts.ORDERS),
    AttributionDefinition(MARCH, currency="USD"),
    AttributionDefinition(MARCH, min_quality=0.5),
]
Row = dict[str, Any]


async def of_entries(
    stores: Stores, scope: TenantScope, definition: AttributionDefinition, as_of: datetime
) -> list[Row]:
    """The rows as the stream has them, which reads entries alone."""
    rows: list[Row] = []
    async with aclosing(stores.attribution.stream(scope, definition, as_of)) as batches:
        async for batch in batches:
            rows += batch.to_pylist()
    return rows


async def of_pages(
    stores: Stores, scope: TenantScope, definition: AttributionDefinition, as_of: datetime
) -> list[Row]:
    """The rows as pages have them, in the words of the stream."""
    found = await stores.attribution.page(scope, definition, PageRequest(10_000), as_of)
    names = ["time", "until", *(key.name for key in key_columns(definition))]
    return [_told(row, names) for row in found.page.items]


def _told(row: AttributionRowRecord, names: Sequence[str]) -> Row:
    told = asdict(row)
    key = told.pop("key")
    told |= {name: key[name] for name in names if name != "until"}
    plain = date, datetime, Decimal, int, float, bool, type(None)
    return {
        name: value if isinstance(value, plain) and not isinstance(value, str) else str(value)
        for name, value in told.items()
    }


async def kept(
    stores: Stores, scope: TenantScope, definition: AttributionDefinition
) -> Kept | None:
    async with stores.database.read(scope) as connection:
        asked = Asked(scope, definition, definition.dates, await pin(connection, scope, None))
        return await kept_sums(connection, asked)


spends = st.dictionaries(
    st.tuples(st.sampled_from("123"), st.sampled_from(DAYS)),
    st.decimals(0, 10_000, places=2).map(str),
    min_size=1,
    max_size=20,
)
steps = st.lists(
    st.tuples(st.sampled_from((0, 1)), spends, st.sampled_from(("fold", "wait"))),
    min_size=2,
    max_size=5,
)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=steps)
async def test_rows_of_any_history_are_those_of_the_entries_at_every_moment_of_it(
    stores: Stores, new_tenant: NewTenant, history: list[tuple[int, Spends, str]]
) -> None:
    tenant = await new_tenant()
    places = [await by_hand(stores, tenant.scope, number=number) for number in (1001, 2002)]
    seen: list[tuple[datetime, int, list[Row]]] = []
    for place, found, then in history:
        await places[place].read(DAYS[0], DAYS[-1], [found])
        if then == "fold":
            await stores.attribution_days.fold(tenant.scope)
        moment = datetime.now(UTC)
        for number, definition in enumerate(DEFINITIONS):
            rows = await of_pages(stores, tenant.scope, definition, moment)
            assert rows == await of_entries(stores, tenant.scope, definition, moment)
            seen.append((moment, number, rows))
    await stores.attribution_days.fold(tenant.scope)
    for moment, number, rows in seen:
        assert await of_pages(stores, tenant.scope, DEFINITIONS[number], moment) == rows


async def restate(at: ByHand, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - a repeatable one
    for _ in range(10):
        found: Spends = {
            (f"{campaign}", day): f"{random.randint(0, 5)}.5"
            for campaign in range(6)
            for day in DAYS
            if random.random() < 0.7
        }
        await at.read(DAYS[0], DAYS[-1], [found])


async def test_rows_hold_while_entries_are_merged_and_summed(
    stores: Stores, tenant: Tenant
) -> None:
    places = [await by_hand(stores, tenant.scope, number=number) for number in (1001, 2002)]
    writers = [asyncio.create_task(restate(at, seed)) for seed, at in enumerate(places)]
    seen: list[tuple[datetime, int, list[Row]]] = []

    async def folder() -> None:
        while not all(writer.done() for writer in writers):
            await stores.attribution_days.fold(tenant.scope)

    async def reader(number: int) -> None:
        while not all(writer.done() for writer in writers):
            moment = datetime.now(UTC)
            rows = await of_pages(stores, tenant.scope, DEFINITIONS[number], moment)
            seen.append((moment, number, rows))

    await asyncio.gather(*writers, folder(), *map(reader, range(3)))
    assert len({repr(rows) for _, _, rows in seen}) > 6, "nothing moved while it was read"
    for moment, number, rows in seen:
        definition = DEFINITIONS[number]
        assert await of_entries(stores, tenant.scope, definition, moment) == rows, moment


async def test_sums_are_read_but_of_days_that_changed(stores: Stores, tenant: Tenant) -> None:
    at = await by_hand(stores, tenant.scope)
    spends: Spends = {(campaign, day): "1.5" for campaign in "12" for day in DAYS}
    await at.read(DAYS[0], DAYS[-1], [spends])
    asked = (stores, tenant.scope, DEFINITIONS[0])
    assert await kept(*asked) is None
    assert await stores.attribution_days.fold(tenant.scope) == len(DAYS)
    assert await kept(*asked) == Kept(is_detailed=False, a_day=1)
    assert await kept(*asked[:2], DEFINITIONS[1]) == Kept(is_detailed=True, a_day=2, is_alone=True)
    assert await kept(*asked[:2], DEFINITIONS[6]) is None
    await at.read(DAYS[0], DAYS[-1], [spends | {("2", DAYS[3]): "7"}])
    changed = (date.fromisoformat(DAYS[3]), at.connection.id)
    assert await kept(*asked) == Kept(is_detailed=False, a_day=1, apart=(changed,))
    rows = await of_pages(*asked, datetime.now(UTC))
    assert [row["spend"] for row in rows] == [Decimal("8.5") if n == 3 else 3 for n in range(12)]
    assert await stores.attribution_days.fold(tenant.scope) == 1
    assert await kept(*asked) == Kept(is_detailed=False, a_day=1)
    assert (await of_pages(*asked, datetime.now(UTC)))[3]["spend"] == Decimal("8.5")


MESS = """
UPDATE marketing_entry SET
    country = (ARRAY['DE', NULL, 'FR', ''])[1 + get_byte(uuid_send(digest), 0) % $1],
    device = (ARRAY[NULL, 'MOBILE', 'DESKTOP'])[1 + get_byte(uuid_send(digest), 1) % $2],
    channel = (ARRAY['Paid Social', 'Email'])[1 + get_byte(uuid_send(digest), 2) % $3],
    account_id = CASE get_byte(uuid_send(digest), 3) % $4 WHEN 1 THEN 'another'
        ELSE right(connection_id::text, 12 * $5) END
"""
"""Entries that differ in so many ways by country, device, channel, and account in a connection and
between them."""


ALONE = {
    (1, 1, 2, 1, 1): 17,
    (1, 1, 2, 1, 0): 11,
    (2, 1, 1, 1, 1): 11,
    (4, 1, 2, 1, 1): 0,
    (1, 3, 1, 2, 1): 2,
}
"""Of how many definitions each row is one sum: of none where blanks stand beside nulls, and fewer
where connections have the same account."""


@pytest.mark.parametrize("ways", ALONE)
async def test_rows_that_are_sums_are_those_of_the_entries_whatever_they_differ_in(
    stores: Stores, tenant: Tenant, ways: tuple[int, int, int, int, int]
) -> None:
    spends: Spends = {(f"{n}", day): f"{n}.5" for n in range(1, 9) for day in DAYS[:3]}
    for number in (1001, 2002):
        at = await by_hand(stores, tenant.scope, number=number)
        await at.read(DAYS[0], DAYS[-1], [spends])
    async with stores.database.write(tenant.scope) as connection:
        await connection.execute(MESS, *ways)
    await stores.attribution_days.fold(tenant.scope)
    moment, alone = datetime.now(UTC), 0
    for size in range(5):
        for by in combinations(
            (BY.SOURCE, BY.ACCOUNT, BY.CONNECTION, BY.CAMPAIGN, BY.COUNTRY), size
        ):
            definition = AttributionDefinition(MARCH, by=by)
            rows = await of_pages(stores, tenant.scope, definition, moment)
            assert rows == await of_entries(stores, tenant.scope, definition, moment), by
            found = await kept(stores, tenant.scope, definition)
            alone += found is not None and found.is_alone
    assert alone == ALONE[ways]


@pytest.mark.parametrize("again", [False, True])
async def test_sums_of_another_release_are_not_read_and_are_made_anew(
    stores: Stores, tenant: Tenant, *, again: bool
) -> None:
    at = await by_hand(stores, tenant.scope)
    await at.read(DAYS[0], DAYS[-1], [{("1", day): "1.5" for day in DAYS}])
    await stores.attribution_days.fold(tenant.scope)
    asked = (stores, tenant.scope, DEFINITIONS[0])
    async with stores.database.write(tenant.scope) as connection:
        await connection.execute("UPDATE attribution_sum SET spend = 99")
        if not again:
            await connection.execute("UPDATE attribution_day SET formula = 'former'")
    spent = [row["spend"] for row in await of_pages(*asked, datetime.now(UTC))]
    assert spent == [Decimal(99) if again else Decimal("1.5")] * len(DAYS)
    assert (tenant.scope.tenant_id in await stores.attribution_days.due()) is not again
    assert await stores.attribution_days.fold(tenant.scope, again=again) == len(DAYS)
    assert tenant.scope.tenant_id not in await stores.attribution_days.due()
    spent = [row["spend"] for row in await of_pages(*asked, datetime.now(UTC))]
    assert spent == [Decimal("1.5")] * len(DAYS)


async def test_days_in_hand_wait_and_locked_ones_are_passed_over(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    await at.read(DAYS[0], DAYS[-1], [{("1", day): "1.5" for day in DAYS}])
    run = await at.begun(DAYS[0], DAYS[-1])
    assert await stores.attribution_days.fold(tenant.scope) == 0
    await at.complete(run)
    await at.finish(run)
    async with stores.database.write(tenant.scope) as connection:
        await connection.execute(
            "UPDATE attribution_day SET formula = NULL WHERE date = $1",
            date.fromisoformat(DAYS[0]),
        )
        assert await stores.attribution_days.fold(tenant.scope) == len(DAYS) - 1
    assert await stores.attribution_days.fold(tenant.scope) == 1
