"""The predecessor's search, ingest and transform, and what describes its routes."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator

from app.http.legacy_openapi import openapi
from core.commands import ConnectSource
from core.legacy_rows import transformed
from core.records.connections import Level, Source
from core.records.runs import RunStatus
from core.scope import Role
from graph.ids import CONNECTION, RUN
from stores.wiring import Stores
from tests.client.conftest import Shop
from tests.jobs.indexing import indexed
from tests.support import NewTenant, RunningWorker, Tenant, ended
from tests.tenancy.door import bearer

DAY = {"date_range_start": "2026-10-01", "date_range_end": "2026-10-01"}
ROWS: list[dict[str, Any]] = [
    {"campaign_id": "c1", "campaign_name": "Brand", "spend": 10.5, "impressions": 1000,
     "clicks": 20, "conversions": 2.5, "revenue": 42},
    {"date": "2026-10-01", "campaign_id": "c2", "campaign_name": "Shop", "spend": "4.5",
     "impressions": 500, "clicks": 0},
]  # fmt: skip
SENT = {"data_source": "meta_business", "data_entries": ROWS, **DAY}


def fits(told: Any, name: str) -> None:
    """Fail unless an answer is as it is described."""
    root = openapi()
    schema = {"$ref": f"#/components/schemas/{name}", "components": root["components"]}
    Draft202012Validator(schema).validate(told)


async def posted(
    shop: Shop, route: str, body: Any, role: Role = Role.ADMIN, tenant: Tenant | None = None
) -> httpx2.Response:
    token = shop.door.token((tenant or shop.tenant).record.id, role)
    return await shop.door.http.post(f"/marketing/{route}", json=body, headers=bearer(token))


async def test_every_answer_is_as_it_is_described(shop: Shop) -> None:
    month = {"date_range_start": "2026-09-01", "date_range_end": "2026-09-30"}
    headers = bearer(shop.token())
    fits((await posted(shop, "insights", month)).json(), "Insights")
    fits((await posted(shop, "export/causal", month)).json(), "CausalExport")
    fits((await posted(shop, "transform", SENT)).json(), "Transformed")
    year = await shop.door.http.get("/marketing/calendar/2026", headers=headers)
    fits(year.json(), "Calendar")
    for body in ({}, {**SENT, "data_source": "myspace"}, {**SENT, "data_entries": []}):
        refused = await posted(shop, "transform", body)
        assert refused.status_code == 400
        fits(refused.json(), "Refused")
    described = (await shop.door.http.get("/openapi.json")).json()
    assert described == openapi()
    assert list(described["paths"]) == [
        "/marketing/ingest",
        "/marketing/transform",
        "/marketing/search",
        "/marketing/insights",
        "/marketing/calendar/{year}",
        "/marketing/export/causal",
    ]


async def test_a_question_is_answered_with_figures_of_now(shop: Shop) -> None:
    await indexed(shop.stores, shop.tenant.scope)
    asked: dict[str, Any] = {"query": "campaigns in September", "limit": 5, "search_type": "hybrid"}
    answer = await posted(shop, "search", asked, Role.ANALYST)
    assert answer.status_code == 200
    told = answer.json()
    fits(told, "Search")
    results = told["data"]["results"]
    assert (told["data"]["count"], len(results)) == (5, 5)
    assert len({each["id"] for each in results}) == 5
    got = await shop.door.http.get(
        "/marketing/search", params=asked, headers=bearer(shop.token(Role.ANALYST))
    )
    assert got.json()["data"]["results"] == results
    campaign = next(each for each in results if each["memory_type"] == "marketing_campaign")
    named = campaign["metadata"]["campaign_id"]
    narrow = {
        "query": "campaign", "campaign_ids": [named], "data_sources": ["meta_business"],
        "date_range_start": "2026-09-01", "date_range_end": "2026-09-30",
    }  # fmt: skip
    found = (await posted(shop, "search", narrow)).json()["data"]
    assert {each["metadata"]["campaign_id"] for each in found["results"]} == {named}
    assert found["filters_applied"] == {name: narrow[name] for name in narrow if name != "query"}
    async with shop.stores.database.read(shop.tenant.scope) as connection:
        spend = await connection.fetchval(
            "SELECT sum(e.spend)::float8 FROM marketing_entry e "
            "JOIN campaign c ON c.tenant_id = e.tenant_id AND c.digest = e.campaign "
            "WHERE c.campaign_id = $1 AND e.is_present",
            named,
        )
    assert found["results"][0]["metadata"]["spend"] == pytest.approx(spend)
    nobody = await posted(shop, "search", {**narrow, "campaign_ids": ["of nobody"]})
    assert nobody.json()["data"]["results"] == []
    half = await posted(shop, "search", {"query": "a", "date_range_start": "2026-09-01"})
    assert (half.status_code, half.json()["errors"][0]["field"]) == (400, "date_range_end")


async def test_rows_are_taken_in_as_a_file_is(
    shop: Shop, stores: Stores, new_tenant: NewTenant, running_worker: RunningWorker
) -> None:
    tenant = await new_tenant()
    without = await posted(shop, "ingest", SENT, tenant=tenant)
    assert (without.status_code, without.json()["errors"][0]["field"]) == (
        404,
        "metadata.connection_id",
    )
    account = ConnectSource(
        Source.FILE, "meta_business", "Old module", "EUR", "Europe/Berlin", Level.CAMPAIGN, 28
    )
    file = await stores.connections.create(tenant.scope, account)
    answer = await posted(shop, "ingest", SENT, tenant=tenant)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    fits(told, "Ingested")
    assert (told["data"]["status"], told["data"]["records_total"]) == ("pending", 2)
    named = {**SENT, "metadata": {"connection_id": CONNECTION.encode(file.id)}}
    again = await posted(shop, "ingest", named, tenant=tenant)
    async with running_worker("http://127.0.0.1:1"):
        runs = [
            await ended(stores, tenant.scope, RUN.decode(each.json()["data"]["job_id"], "job_id"))
            for each in (answer, again)
        ]
    assert [run.status for run in runs] == [RunStatus.SUCCEEDED, RunStatus.SUCCEEDED]
    assert sorted((run.counters.stored, run.counters.unchanged) for run in runs) == [(0, 2), (2, 0)]
    async with stores.database.read(tenant.scope) as connection:
        rows = await connection.fetch(
            "SELECT date::text, spend::float8, conversion_value::float8 FROM marketing_entry "
            "ORDER BY spend DESC"
        )
    assert list(map(tuple, rows)) == [("2026-10-01", 10.5, 42.0), ("2026-10-01", 4.5, None)]
    viewer = await posted(shop, "ingest", SENT, Role.VIEWER, tenant)
    assert (viewer.status_code, viewer.json()["errors"][0]["code"]) == (403, "FORBIDDEN")


async def test_rows_are_shown_without_being_kept(shop: Shop) -> None:
    answer = await posted(shop, "transform", {"request": SENT, "transformation_config": None})
    data = answer.json()["data"]
    first, second = data["transformed_data"]
    assert first["date"] == "2026-10-01"
    assert (first["spend"], first["revenue"], first["roas"]) == (10.5, 42.0, 4.0)
    assert (first["ctr"], first["cpm"], first["conversion_rate"]) == (2.0, 10.5, 12.5)
    assert (first["day_of_week"], first["season"], first["week"]) == (3, "fall", 40)
    assert (second["conversions"], second["roas"], second["cpc"]) == (None, None, None)
    summary = data["transformation_summary"]
    assert (summary["original_records"], summary["transformed_records"]) == (2, 2)
    assert "roas" in summary["columns_added"]
    configured = {"request": SENT, "transformation_config": {"calendar_join": True}}
    refused = await posted(shop, "transform", configured)
    assert refused.json()["errors"][0]["field"] == "transformation_config"


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"spend": "much"}, "data_entries.1.spend"),
        ({"clicks": True}, "data_entries.1.clicks"),
        ({"date": "soon"}, "data_entries.1.date"),
        ({"date": "2026-11-01"}, "data_entries.1.date"),
    ],
)
async def test_a_row_that_cannot_be_read_is_named(
    shop: Shop, row: dict[str, Any], field: str
) -> None:
    answer = await posted(shop, "transform", {**SENT, "data_entries": [ROWS[0], row]})
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (400, field)
    assert error["mend"]


def test_rows_of_each_connector_are_read_by_its_names() -> None:
    meta = {"actions": [{"action_type": "purchase", "value": "2"},
                        {"action_type": "purchase", "value": "1"},
                        {"action_type": "link_click", "value": "9"}],
            "action_values": [{"action_type": "purchase", "value": "30.5"}]}  # fmt: skip
    google = {"cost_micros": 1_500_000, "conversions": 45.7, "conversions_value": 90}
    klaviyo = {"delivered": 100, "clicked": 5}
    found = transformed([meta, google, klaviyo, {}], [None] * 4, {}, "any")
    assert (found[0]["conversions"], found[0]["revenue"]) == (3.0, 30.5)
    assert (found[1]["spend"], found[1]["conversions"], found[1]["roas"]) == (1.5, 45.7, 60.0)
    assert (found[2]["impressions"], found[2]["clicks"], found[2]["ctr"]) == (100.0, 5.0, 5.0)
    assert {found[3][name] for name in ("spend", "clicks", "ctr", "date")} == {None}


@pytest.mark.conformance
def test_the_description_is_openapi() -> None:
    from openapi_spec_validator import validate  # noqa: PLC0415 - of the group alone

    validate(openapi())
