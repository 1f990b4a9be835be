"""The typed client against the deployed app: answers, pages, refusals, tables."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import httpx2
import pyarrow as pa
import pytest

from client.liftos_client import (
    AsyncLiftos,
    AsyncUnifiedDataAPI,
    DateRangeInput,
    Liftos,
    Refused,
    UnifiedDataAPI,
    each,
    errors,
    tables,
    walk,
)
from client.liftos_client.generated.entry_history import EntryHistoryEntriesMarketingEntry
from client.liftos_client.generated.enums import AttributionDimension
from client.liftos_client.generated.input_types import StartIngestionInput
from client.liftos_client.unified_rows import CALENDAR, COLUMNS
from core.scope import Role
from graph.ids import RUN
from tests.client.conftest import Shop
from tests.jobs.analysing import FOUND, told
from tests.jobs.indexing import indexed

SEPTEMBER = DateRangeInput(since=date(2026, 9, 1), until=date(2026, 9, 30))
DAYS = (date(2026, 9, 1), date(2026, 9, 30))
EVER = 10_000


async def sums(shop: Shop) -> dict[str, Decimal]:
    async with shop.stores.database.read(shop.tenant.scope) as connection:
        found = await connection.fetchrow(
            "SELECT count(*) AS entries, sum(spend) AS spend, sum(clicks) AS clicks "
            "FROM marketing_entry WHERE is_present"
        )
    assert found is not None
    return dict(found)


async def test_every_page_of_a_list_is_walked_and_numbers_are_exact(shop: Shop) -> None:
    known = await sums(shop)
    async with AsyncLiftos(shop.door.url, token=shop.token()) as client:
        entries = [entry async for entry in walk(client.marketing_entries, first=37)]
        rows = [row async for row in walk(client.attribution_rows, dates=SEPTEMBER, first=50)]
        assert client.cost is not None
        assert client.cost.requested >= client.cost.actual > 0
    assert len(entries) == len({entry.id for entry in entries}) == known["entries"]
    assert sum(entry.spend or 0 for entry in entries) == known["spend"]
    assert sum(row.spend or 0 for row in rows) == known["spend"]
    assert all(row.campaign is not None for row in rows)
    assert all(isinstance(row.spend, Decimal) for row in rows)


async def test_without_await_it_answers_the_same(shop: Shop) -> None:
    def asked() -> tuple[list[str], str]:
        with Liftos(f"{shop.door.url}/graphql", token=shop.token) as client:
            found = [entry.id for entry in each(client.marketing_entries, first=100)]
            return found, client.viewer().viewer.tenant.slug

    ids, slug = await asyncio.to_thread(asked)
    async with AsyncLiftos(shop.door.url, token=shop.token()) as client:
        awaited = [entry.id async for entry in walk(client.marketing_entries)]
    assert (ids, slug) == (awaited, shop.tenant.record.slug)


async def test_an_api_key_opens_it_too_and_stays_out_of_sight(shop: Shop) -> None:
    _, key = await shop.stores.keys.create(shop.tenant.scope, "causal", frozenset({Role.ANALYST}))
    shop.door.secrets.add(key)
    async with AsyncLiftos(shop.door.url, api_key=key) as client:
        viewer = (await client.viewer()).viewer
        assert key not in repr(client)
    assert [role.value for role in viewer.roles] == ["ANALYST"]


async def test_a_refusal_says_what_mends_it(shop: Shop) -> None:
    async with AsyncLiftos(shop.door.url, token=shop.token()) as client:
        with pytest.raises(errors.BadInput) as refused:
            await client.marketing_entries(first=1001)
        result = await client.start_ingestion(StartIngestionInput(connection_id="Q29ubmVjdGlvbjp4"))
    assert (refused.value.code, refused.value.field) == ("BAD_USER_INPUT", "first")
    assert refused.value.mend == "ask for at most 1000 and follow pageInfo"
    assert refused.value.request_id is not None
    assert isinstance(result.started, Refused)
    assert result.started.code == "BAD_USER_INPUT"
    async with AsyncLiftos(shop.door.url, token=shop.token(Role.VIEWER)) as client:
        with pytest.raises(errors.Forbidden):
            await client.attribution_rows(dates=SEPTEMBER)
    async with AsyncLiftos(shop.door.url, token="nobody") as client:
        with pytest.raises(errors.Unauthenticated):
            await client.viewer()


async def test_a_number_is_followed_to_the_page_that_it_came_on(shop: Shop) -> None:
    async with AsyncLiftos(shop.door.url, token=shop.token()) as client:
        first = await anext(walk(client.marketing_entries, first=1))
        [entry] = (await client.entry_history(ids=[first.id])).entries
    assert isinstance(entry, EntryHistoryEntriesMarketingEntry)
    [vintage] = entry.vintages
    assert (vintage.spend, vintage.is_present) == (first.spend, True)
    assert vintage.lineage is not None
    assert len(vintage.lineage.raw_page.sha_256) == 64


async def test_rows_become_tables(shop: Shop) -> None:
    async with AsyncLiftos(shop.door.url, token=shop.token()) as client:
        rows = [row async for row in walk(client.attribution_rows, dates=SEPTEMBER)]
    frame, table = tables.frame(rows), tables.arrow(rows, exact=True)
    assert len(frame) == table.num_rows == len(rows)
    assert str(frame.dtypes["date"]).startswith("datetime64")
    assert frame["spend"].sum() == pytest.approx(float(sum(row.spend or 0 for row in rows)))
    assert table.schema.field("spend").type == pa.decimal128(38, 18)
    assert table.column("spend").to_pylist() == [row.spend for row in rows]
    assert set(frame["campaign_id"]) == {row.campaign.campaign_id for row in rows if row.campaign}
    assert frame["campaign_node_id"].notna().all()
    assert list(table.column_names) == list(frame.columns)


async def test_attribution_ready_data_is_what_the_specification_names(shop: Shop) -> None:
    known = await sums(shop)
    async with AsyncLiftos(shop.door.url, token=shop.token()) as client:
        api = AsyncUnifiedDataAPI(client)
        frame = await api.get_attribution_ready_data(DAYS, include_quality_filter=False)
        bare = await api.get_attribution_ready_data(DAYS, ["no such channel"])
        rows = [row async for row in walk(client.attribution_rows, dates=SEPTEMBER)]
    assert tuple(frame.columns) == (*COLUMNS, *CALENDAR)
    assert tuple(bare.columns) == (*COLUMNS, *CALENDAR)
    assert len(bare) == 0
    assert frame["currency"].unique().tolist() == ["EUR"]
    assert (len(frame), frame["clicks"].sum()) == (len(rows), float(known["clicks"]))
    one, row = frame.iloc[0], rows[0]
    assert one["ctr"] == pytest.approx(100 * float(row.ctr or 0))
    assert one["day_of_week"] == row.date.weekday()
    assert one["data_source"] == "meta_ads"
    assert 0 < one["month_seasonality_factor"] < 3
    assert one["marketing_season"] == "fall_holiday_prep"


async def test_attribution_ready_data_can_be_had_as_of_then(shop: Shop) -> None:
    before = datetime(2026, 1, 1, tzinfo=UTC)

    def asked() -> int:
        with Liftos(shop.door.url, token=shop.token()) as client:
            return len(UnifiedDataAPI(client).get_attribution_ready_data(DAYS, as_of=before))

    assert await asyncio.to_thread(asked) == 0


async def test_insights_that_nobody_looks_for_are_not_made_up(shop: Shop) -> None:
    async with AsyncLiftos(shop.door.url, token=shop.token()) as client:
        api = AsyncUnifiedDataAPI(client)
        assert await api.get_surfacing_insights(until=date(2026, 9, 30)) == []
        with pytest.raises(ValueError, match=r"use all, .*restatement.*total_gap"):
            await api.get_surfacing_insights("creative_fatigue")


async def test_what_analysis_found_is_as_sure_as_its_share_of_false_ones(shop: Shop) -> None:
    finding = replace(FOUND, at_stake=Decimal("60.00"))
    record = await told(shop.stores, shop.tenant.scope, finding)
    async with AsyncLiftos(shop.door.url, token=shop.token()) as client:
        api = AsyncUnifiedDataAPI(client)
        (one,) = await api.get_surfacing_insights("anomaly", until=date(2026, 10, 31))
        none = await api.get_surfacing_insights("anomaly", 30, 0.995, until=date(2026, 10, 31))
        [line] = (await client.insight_ledger()).ledger
    assert (line.kind.value, line.raised, line.held, line.hit_rate) == ("ANOMALY", 1, 0, None)
    assert (one["confidence_score"], one["insight_category"], one["date"], none) == (
        0.99,
        "anomaly",
        "2026-10-07",
        [],
    )
    found = one["supporting_data"]
    assert {name: found[name] for name in ("observed", "expected", "at_stake", "severity")} == {
        "observed": 40.0,
        "expected": 100.0,
        "at_stake": 60.0,
        "severity": "high",
    }
    assert found["run_id"] == RUN.encode(record.run_id)
    assert set(one["key_metrics"]) == {"spend", "impressions", "clicks", "conversions", "roas"}
    assert set(one["key_metrics"].values()) == {None}
    assert (one["data_source"], one["channel"], one["cross_channel_context"]) == (None, None, {})
    assert one["temporal_context"] == {
        "marketing_season": "fall_holiday_prep",
        "is_weekend": False,
        "is_holiday": False,
    }


async def test_a_question_is_answered_with_facts_and_what_they_are_made_of(shop: Shop) -> None:
    await indexed(shop.stores, shop.tenant.scope)
    async with AsyncLiftos(shop.door.url, token=shop.token()) as client:
        rows = [row async for row in walk(client.attribution_rows, dates=SEPTEMBER)]
        campaign = min(row.campaign.name for row in rows if row.campaign and row.campaign.name)
        own = [row for row in rows if row.campaign and row.campaign.name == campaign]
        api = AsyncUnifiedDataAPI(client)
        told = await api.get_llm_context_data(campaign, 3, EVER)
        assert await api.get_llm_context_data("How do I bake sourdough bread?", 3, EVER) == []
        assert await api.get_llm_context_data(campaign, 3, 0) == []
        learned = {
            (entry.id, entry.learned_at.isoformat())
            async for entry in walk(client.marketing_entries)
        }
    first = told[0]
    title = f"[1] Campaign {campaign}, Paid Social, September 2026, 2026-09-01 to 2026-09-30. spend"
    assert first["content_summary"].startswith(title)
    assert first["key_metrics"]["spend"] == float(sum(row.spend or 0 for row in own))
    assert (first["key_metrics"]["channel"], first["key_metrics"]["currency"]) == (
        "Paid Social",
        "EUR",
    )
    assert first["temporal_context"]["date"] == "2026-09-30"
    assert first["temporal_context"]["relative_time"].endswith(" days ago")
    assert first["data_quality"]["data_source"] == "meta_ads"
    assert first["data_quality"]["confidence_level"] == "high"
    assert len(first["citations"]) == 3
    assert {(each["entry_id"], each["learned_at"]) for each in first["citations"]} < learned

    def asked() -> list[dict[str, Any]]:
        with Liftos(shop.door.url, token=shop.token()) as client:
            return UnifiedDataAPI(client).get_llm_context_data(campaign, 3, EVER)

    assert await asyncio.to_thread(asked) == told


async def test_nobody_home() -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async with AsyncLiftos("http://127.0.0.1:1", token="x", sleep=sleep) as client:
        with pytest.raises(errors.Unavailable, match="could not be reached"):
            await client.viewer()
        with pytest.raises(errors.Unavailable):
            await client.cancel_run("a run")
    assert len(waits) == 6
    assert all(0.25 <= wait <= 1.25 for wait in waits)


def test_both_credentials_or_none_are_refused() -> None:
    with pytest.raises(ValueError, match="either"):
        Liftos("http://127.0.0.1:1", token="a", api_key="b")


async def test_the_page_size_is_the_callers(shop: Shop) -> None:
    async with AsyncLiftos(shop.door.url, token=shop.token()) as client:
        found = await client.attribution_rows(
            dates=SEPTEMBER, by=[AttributionDimension.SOURCE], first=3
        )
    assert found.page is not None
    assert len(found.page.nodes) == 3
    assert httpx2.URL(shop.door.url).host == "127.0.0.1"
