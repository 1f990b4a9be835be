"""The typed client's figures and features: answers, their entries, and tables of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from client.liftos_client import AsyncLiftos, DateRangeInput, tables, walk, wide
from client.liftos_client.generated.enums import Compared, FeatureMissing, Metric
from client.liftos_client.generated.enums import PerformanceDimension as By
from client.liftos_client.generated.fragments import FeatureTable
from client.liftos_client.generated.input_types import ComparisonInput
from tests.client.conftest import Shop

HALF = DateRangeInput(since=date(2026, 9, 16), until=date(2026, 9, 30))
BEFORE = ComparisonInput(period=Compared.PREVIOUS_PERIOD)
METRICS = [Metric.SPEND, Metric.CLICKS, Metric.CPC]
CREATE = """mutation($view: FeatureViewInput!) { createFeatureView(view: $view) {
  __typename ... on UserError { message } } }"""
VIEW: dict[str, Any] = {
    "name": "client_pulse", "entity": "CHANNEL", "owner": "ada", "currency": "EUR",
    "description": "", "ttlDays": 400,
    "features": [
        {"name": "spend_7d", "metric": "SPEND", "aggregate": "SUM", "windowDays": 7},
        {"name": "ctr_7d", "metric": "CTR", "aggregate": "RATIO", "windowDays": 7},
    ],
}  # fmt: skip


async def test_figures_become_columns_beside_what_they_are_compared_with(shop: Shop) -> None:
    async with AsyncLiftos(shop.door.url, token=shop.token()) as client:
        asked = client.performance
        walked = walk(asked, dates=HALF, group_by=[By.CAMPAIGN], metrics=METRICS, first=3)
        plain = [row async for row in walked]
        beside = await asked(dates=HALF, group_by=[By.CAMPAIGN], metrics=METRICS, compare_to=BEFORE)
        entries = [e async for e in walk(client.performance_entries, trace=plain[0].trace)]
    frame = tables.frame(wide.figures(plain))
    assert list(frame.columns)[-3:] == ["spend", "clicks", "cpc"]
    assert "values" not in frame.columns
    assert frame["campaign_id"].is_unique
    assert frame["cpc"].tolist() == pytest.approx((frame["spend"] / frame["clicks"]).tolist())
    assert sum(entry.clicks or 0 for entry in entries) == plain[0].values[1].value
    assert beside.page.compared_dates is not None
    assert beside.page.compared_dates.until == date(2026, 9, 15)
    table = tables.arrow(wide.figures(beside.page.nodes), exact=True)
    assert table.schema.field("spend_change").type == pa.decimal128(38, 18)
    assert table.column("spend_compared").to_pylist() == [
        row.values[0].compared for row in beside.page.nodes
    ]
    assert "cpc_change_share" in table.column_names


async def test_a_summary_adds_up_to_what_its_parts_do(shop: Shop) -> None:
    async with AsyncLiftos(shop.door.url, token=shop.token()) as client:
        found = (await client.marketing_summary(dates=HALF, campaigns=100)).summary
        again = (await client.marketing_summary(dates=HALF, as_of=found.as_of, campaigns=1)).summary
        defined = {each.metric: each for each in (await client.metrics()).metrics}
    assert found.total is not None
    total = {each.metric: each.value for each in found.total.values}
    for parts in (found.sources, found.campaigns, found.trends):
        frame = tables.frame(wide.figures(parts))
        assert frame["spend"].sum() == pytest.approx(float(total[Metric.SPEND] or 0))
    assert [each.part.value for each in found.calendar][:2] == ["WEEKDAY", "WEEKEND"]
    assert sum(each.days for each in found.calendar[:2]) == 15
    assert again.total == found.total
    assert again.campaigns == found.campaigns[:1]
    assert (defined[Metric.CPC].formula, defined[Metric.CPC].unit.value) == (
        "SPEND / CLICKS",
        "MONEY",
    )


async def test_features_are_asked_for_by_name(shop: Shop) -> None:
    async with AsyncLiftos(shop.door.url, token=shop.token()) as client:
        await client.execute(CREATE, variables={"view": VIEW})
        [view] = [each async for each in walk(client.feature_views)]
        found = (
            await client.features(view="client_pulse", entities=["Radio", "Paid Social"])
        ).table
    assert (view.name, view.version, [each.name for each in view.features]) == (
        "client_pulse",
        1,
        ["spend_7d", "ctr_7d"],
    )
    table = tables.frame(wide.features(found))
    assert table["entity"].tolist() == ["Radio", "Paid Social"]
    assert list(table.columns)[1:] == ["spend_7d", "spend_7d_missing", "ctr_7d", "ctr_7d_missing"]


def features(**columns: tuple[list[Any], list[Any]]) -> FeatureTable:
    return FeatureTable.model_validate({
        "at": datetime(2026, 10, 1, tzinfo=UTC),
        "view": {"name": "pulse", "version": 1, "entity": "CHANNEL", "currency": "EUR"},
        "entities": ["Radio", "Paid Social"],
        "columns": [
            {"feature": name, "values": values, "missing": missing}
            for name, (values, missing) in columns.items()
        ],
    })  # fmt: skip


def test_what_a_feature_lacks_is_nan_and_says_why() -> None:
    found = features(spend=(["1.50", None], [None, "NO_ROWS"]), copy=([None, None], ["STALE"] * 2))
    frame = tables.frame(wide.features(found))
    assert frame["spend"].tolist()[0] == 1.5
    assert frame["spend"].isna().tolist() == [False, True]
    assert frame["spend_missing"].tolist()[1] == FeatureMissing.NO_ROWS.value
    table = tables.arrow(wide.features(found), exact=True)
    assert table.column("spend").to_pylist() == [Decimal("1.50"), None]
    assert table.schema.field("copy").type == pa.decimal128(38, 18)
    with pytest.raises(ValueError, match="two columns for the feature 'entity'"):
        wide.features(features(entity=([None, None], [None, None])))
