"""Entries that say what they said are found by a digest of it, and by nothing less."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.records.ingestion import ENTRY_COLUMNS, RawPage
from core.records.runs import Counters, RunRecord
from core.scope import TenantScope
from stores.postgres.database import Connection
from stores.postgres.stage import COMPARED, PageRows, Stage, fill_stage, page_rows
from stores.wiring import Stores
from tests.jobs.by_hand import ByHand, Spends, by_hand, page_of
from tests.support import NewTenant, Tenant
from transform.frames import ENTRY_SCHEMA

DAY = "2026-05-01"
BEFORE: Spends = {("1", DAY): "1", ("2", DAY): "2"}
ENTRY: dict[str, Any] = {
    "date": date(2026, 5, 1),
    "digest": bytes(16),
    "source": "META_ADS",
    "account_id": "1001",
    "level": "CAMPAIGN",
    "entity_id": "1",
    "date_basis": "DELIVERY",
    "attribution_setting": "default",
    "channel": "Paid Social",
    "currency": "EUR",
    "position": 0,
    "records": 1,
}
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.sampled_from(["", "a", "ab", "b"]),
    "json": st.sampled_from(['{"a":1}', '{"a":2}']),
    "number": st.sampled_from(["1", "2"]),
    "integer": st.integers(0, 2),
    "amount": st.decimals(0, 2, places=6),
    "digest": st.sampled_from([bytes(16), b"\x01" * 16]),
}
SAID = st.fixed_dictionaries(
    {
        column.name: st.none() | VALUES[column.kind]
        for column in ENTRY_COLUMNS
        if column.name in COMPARED and not column.is_required
    }
)


def other_bytes(page: RawPage) -> RawPage:
    """The same records in another body, so that it is no page that was seen before."""
    content = orjson.loads(page.body)
    return RawPage(page.stream, page.media_type, orjson.dumps(content | {"n": 1}), {}, None)


async def read(at: ByHand, page: RawPage) -> Counters:
    """A run that finds this page alone."""
    claimed = await at.begun(DAY, DAY)
    await at.merge(claimed, await at.land(claimed, page), page)
    await at.complete(claimed)
    return (await at.finish(claimed)).counters


async def told(at: ByHand, sql: str) -> list[tuple[Any, ...]]:
    async with at.stores.database.write(at.scope) as connection:
        return [tuple(row) for row in await connection.fetch(sql)]


def content(**said: Any) -> UUID:
    table = pa.Table.from_pylist([ENTRY | said], schema=ENTRY_SCHEMA)
    return UUID(bytes=page_rows(UUID(int=1), table).keys["content"][0].as_py())


@settings(max_examples=40, deadline=None)
@given(SAID, SAID)
def test_contents_are_alike_where_all_that_is_compared_is(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert (content(**one) == content(**other)) == (one == other)
    assert content(**one, entity_name="new") == content(**one)
    assert content(**one, checks_failed=1, position=7) == content(**one)


async def test_what_is_known_to_be_the_same_is_counted_and_not_compared(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    await read(at, page_of(BEFORE))
    # Nobody does this: it shows that the digest alone is looked at.
    await told(at, "UPDATE marketing_entry SET spend = 99 WHERE entity_id = '1' RETURNING 1")
    counters = await read(at, other_bytes(page_of(BEFORE | {("3", DAY): "3"})))
    assert (counters.unchanged, counters.created, counters.restated) == (2, 1, 0)
    assert counters.balances
    assert await at.count("marketing_entry_vintage") == 3


async def test_pages_of_days_that_were_read_keep_their_own_counts_and_entries(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    await read(at, page_of(BEFORE))
    claimed = await at.begun(DAY, DAY)
    pages = [page_of({("1", DAY): "1"}), page_of({("2", DAY): "7"}), page_of({})]
    landed = await at.work.pages.land(at.scope, claimed, 0, pages)
    results = [at.result(kept, page) for kept, page in zip(landed, pages, strict=True)]
    await at.work.pages.merge(at.scope, claimed, results, 0.5)
    assert await at.complete(claimed) == 0
    await at.finish(claimed)
    balances = "SELECT stored, unchanged, cardinality(seen_digests) FROM raw_page ORDER BY id"
    assert await told(at, balances) == [(2, 0, 2), (0, 1, 1), (1, 0, 1), (0, 0, 0)]


async def whole(
    connection: Connection, _scope: TenantScope, _run: RunRecord, pages: Sequence[PageRows]
) -> Stage:
    return await fill_stage(connection, pages)


def readings(seed: int) -> list[list[Spends]]:
    """Readings of the same two days that have, change, lack and repeat entries."""
    dice = random.Random(seed)  # noqa: S311 - the same readings every time

    def page() -> Spends:
        names = dice.sample("123456", dice.randrange(4))
        days = (DAY, "2026-05-02")
        return {(name, dice.choice(days)): dice.choice(["1", "2", "3.50"]) for name in names}

    return [[page() for _ in range(dice.randrange(1, 4))] for _ in range(6)]


async def outcome(at: ByHand, pages: list[list[Spends]]) -> tuple[object, ...]:
    """What a tenant has after these readings, ids and moments aside."""
    counters = [(await at.read(DAY, "2026-05-02", each)).counters for each in pages]
    brought = "SELECT fetched, stored, unchanged, cardinality(seen_dates) FROM raw_page ORDER BY id"
    entries = (
        "SELECT date, entity_id, spend, is_present, vintage_count, checks_failed "
        "FROM marketing_entry ORDER BY date, entity_id"
    )
    versions = (
        "SELECT date, digest, spend, is_present FROM marketing_entry_vintage "
        "ORDER BY date, digest, learned_at"
    )
    return counters, *[await told(at, sql) for sql in (brought, entries, versions)]


@pytest.mark.parametrize("seed", range(3))
async def test_staging_keys_first_leaves_what_staging_all_rows_does(
    stores: Stores, new_tenant: NewTenant, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    pages = readings(seed)
    by_keys = await outcome(await by_hand(stores, (await new_tenant()).scope), pages)
    monkeypatch.setattr("stores.postgres.page_work.stage_pages", whole)
    assert by_keys == await outcome(await by_hand(stores, (await new_tenant()).scope), pages)


async def test_entries_without_a_digest_are_compared_in_full(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    await read(at, page_of(BEFORE))
    await told(at, "UPDATE marketing_entry SET content = NULL RETURNING 1")
    counters = await read(at, other_bytes(page_of(BEFORE | {("2", DAY): "7"})))
    assert (counters.unchanged, counters.restated) == (1, 1)
    known = "SELECT entity_id, content IS NOT NULL FROM marketing_entry ORDER BY entity_id"
    assert await told(at, known) == [("1", False), ("2", True)]


async def test_what_vanished_comes_back_though_it_says_the_same(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    await read(at, page_of(BEFORE))
    assert (await read(at, page_of({("1", DAY): "1"}))).vanished == 1
    counters = await read(at, other_bytes(page_of(BEFORE)))
    assert (counters.unchanged, counters.restated) == (1, 1)
    present = "SELECT is_present, vintage_count FROM marketing_entry ORDER BY entity_id"
    assert await told(at, present) == [(True, 1), (True, 3)]
