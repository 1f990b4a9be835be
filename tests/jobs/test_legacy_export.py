"""The predecessor's route and its file in a bundle: the same numbers as everything else."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from core.causal import CausalDefinition, CausalKpi, KpiKind, KpiMeasure
from core.periods import Grain
from core.records.exports import ExportFormat, object_path
from core.records.runs import RunStatus
from core.scope import Role, SystemScope
from core.units import DateRange
from jobs.calendars import fill_calendar
from stores.wiring import Stores
from tests.support import (
    NewTenant,
    RunningWorker,
    SandboxAt,
    Services,
    Tenant,
    ended,
    ingest,
    meta_account,
)
from tests.tenancy.door import Door, bearer, opened, settings_for

DATES = DateRange(date(2026, 9, 1), date(2026, 9, 30))
BODY = {"data_sources": [], "date_range_start": "2026-09-01", "date_range_end": "2026-09-30"}


@pytest.fixture(scope="module")
async def door(services: Services, tmp_path_factory: Any) -> AsyncIterator[Door]:
    home: Path = tmp_path_factory.mktemp("home")
    async with opened(settings_for(services, home, "http://127.0.0.1:1")) as found:
        yield found


@dataclass(frozen=True)
class Shop:
    stores: Stores
    door: Door
    tenant: Tenant
    worker: RunningWorker
    address: str

    async def exported(self, definition: CausalDefinition, as_of: datetime | None = None) -> bytes:
        """The payload in the bundle of an export."""
        scope = self.tenant.scope
        async with self.worker(self.address):
            export = await self.stores.causal.start(scope, definition, as_of)
            run = await ended(self.stores, scope, export.run_id)
        assert run.status is RunStatus.SUCCEEDED, run.error
        async with self.stores.objects.open(scope, object_path(export.id, "legacy.json")) as found:
            return b"".join([block async for block in found.read()])

    async def ask(
        self, body: Any = None, target: str = "conversions", role: Role = Role.ADMIN
    ) -> httpx2.Response:
        token = self.door.token(self.tenant.record.id, role)
        return await self.door.http.post(
            f"/marketing/export/causal?target_metric={target}",
            json=BODY if body is None else body,
            headers=bearer(token),
        )


@pytest.fixture(scope="module")
async def shop(
    door: Door,
    stores: Stores,
    new_tenant: NewTenant,
    sandbox: SandboxAt,
    running_worker: RunningWorker,
) -> Shop:
    tenant = await new_tenant(calendar=True, reporting_currency="EUR")
    async with running_worker(sandbox.url):
        account = await stores.connections.create(tenant.scope, meta_account())
        run = await ingest(stores, tenant.scope, account, "2026-09-01", "2026-09-30")
        assert run.status is RunStatus.SUCCEEDED
    return Shop(stores, door, tenant, running_worker, sandbox.url)


async def test_the_answer_is_the_predecessor_s_envelope_around_our_numbers(shop: Shop) -> None:
    answer = await shop.ask()
    assert answer.status_code == 200
    told = answer.json()
    assert list(told) == ["success", "message", "data", "errors", "metadata"]
    assert (told["success"], told["errors"]) == (True, [])
    assert told["message"] == "Marketing data exported for causal analysis"
    assert told["metadata"]["org_id"] == str(shop.tenant.record.id)
    assert told["metadata"]["correlation_id"] == answer.headers["x-request-id"]
    data = told["data"]
    assert set(data) == {"causal_data", "records_count", "target_metric", "duration"}
    rows = data["causal_data"]["time_series"]
    assert (len(rows), data["target_metric"]) == (data["records_count"], "conversions")
    assert {row["date"] for row in rows} == {day.isoformat() for day in DATES}
    assert {row["data_source"] for row in rows} == {"meta_business"}
    async with shop.stores.database.read(shop.tenant.scope) as connection:
        sums = await connection.fetchrow(
            "SELECT count(*) AS rows, sum(spend)::float8 AS spend, sum(clicks) AS clicks, "
            "sum(conversion_value)::float8 AS revenue FROM marketing_entry WHERE is_present"
        )
    assert sums is not None
    assert len(rows) == sums["rows"]
    for name in ("spend", "clicks", "revenue"):
        known = [row[name] for row in rows if row[name] is not None]
        assert sum(known) == pytest.approx(sums[name]), name
    assert all(row["campaign_id"] for row in rows)


async def test_a_bundle_holds_the_same_payload(shop: Shop) -> None:
    kpi = CausalKpi(KpiKind.CONVERSIONS, KpiMeasure.COUNT)
    formats = (ExportFormat.PARQUET, ExportFormat.LEGACY)
    definition = CausalDefinition(
        DATES, kpi, "EUR", grain=Grain.DAY, formats=formats, cuts_immature=False
    )
    first, second = [json.loads(await shop.exported(definition)) for _ in range(2)]
    asked = (await shop.ask()).json()["data"]["causal_data"]
    for made in (first, second, asked):
        made["export_metadata"].pop("export_timestamp")
        made["export_metadata"].pop("correlation_id")
    assert first == second == asked


async def test_its_seasons_are_those_of_the_home_that_was_known_then(shop: Shop) -> None:
    kpi = CausalKpi(KpiKind.CONVERSIONS, KpiMeasure.COUNT)
    definition = CausalDefinition(
        DATES, kpi, "EUR", grain=Grain.DAY, formats=(ExportFormat.LEGACY,), cuts_immature=False
    )
    scope = shop.tenant.scope
    now = datetime.now(UTC)
    first = await shop.exported(definition, now)
    async with shop.stores.database.system(SystemScope(reason="tests")) as connection:
        await connection.execute(
            "UPDATE tenant SET countries = '{AU}' WHERE tenant_id = $1", scope.tenant_id
        )
    await fill_calendar(shop.stores, await shop.stores.tenants.current(scope), now.date())
    assert await shop.exported(definition, now) == first
    renewed = json.loads(await shop.exported(definition))
    assert {row["season"] for row in renewed["time_series"]} == {"spring"}


async def test_nothing_found_is_said_as_the_predecessor_did(shop: Shop) -> None:
    body = BODY | {"date_range_start": "2020-01-01", "date_range_end": "2020-01-31"}
    told = (await shop.ask(body)).json()
    assert told["message"] == "No marketing data found for the specified criteria"
    assert (told["data"]["causal_data"], told["data"]["records_count"]) == ({}, 0)


@pytest.mark.parametrize(
    ("change", "target", "field", "mend"),
    [
        ({"data_sources": ["nowhere"]}, "conversions", "data_sources", "use of google_ads, "),
        ({"group_by": ["date"]}, "conversions", "group_by", "leave it out"),
        ({"filters": {"a": 1}}, "conversions", "filters", "leave it out"),
        ({"date_range_end": "soon"}, "conversions", "date_range_end", "send {"),
        ({"more": 1}, "conversions", "more", "send {"),
        ({"date_range_end": "2026-08-01"}, "conversions", "since", "give since on or before"),
        ({}, "profit", "target_metric", "ask for one of conversions, revenue"),
    ],
)
async def test_what_cannot_be_answered_names_the_field_and_the_mend(
    shop: Shop, change: dict[str, Any], target: str, field: str, mend: str
) -> None:
    answer = await shop.ask(BODY | change, target)
    told = answer.json()
    assert (answer.status_code, told["success"], told["data"]) == (400, False, None)
    (error,) = told["errors"]
    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", field)
    assert error["mend"].startswith(mend)
    assert told["message"] == error["message"]


async def test_only_whom_exports_are_for_gets_one(shop: Shop, new_tenant: NewTenant) -> None:
    for role in (Role.VIEWER, Role.ANALYST, Role.DEVELOPER):
        refused = await shop.ask(role=role)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, "FORBIDDEN")
    nobody = await shop.door.http.post("/marketing/export/causal", json=BODY)
    assert (nobody.status_code, nobody.json()["success"]) == (401, False)
    stranger = await new_tenant()
    token = shop.door.token(stranger.record.id, Role.ADMIN)
    other = await shop.door.http.post("/marketing/export/causal", json=BODY, headers=bearer(token))
    assert other.json()["data"]["records_count"] == 0


async def test_it_is_paid_for_as_the_same_rows_are_elsewhere(
    shop: Shop, services: Services, tmp_path: Path
) -> None:
    # The last: the tenant's bucket is full for a while.
    few = {
        "tier_points_per_second": {"FREE": 1},
        "tier_points_burst": {"FREE": 120},
        "tier_operation_points": {"FREE": 120},
    }
    settings = settings_for(services, tmp_path, "http://127.0.0.1:1").model_copy(update=few)
    async with opened(settings) as door:
        fresh = replace(shop, door=door)
        rows = (await fresh.ask()).json()["data"]["records_count"]
        assert rows > 120 - 21
        refused = await fresh.ask()
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (429, "RATE_LIMITED")
        assert int(refused.headers["Retry-After"]) in range(rows, rows + 22)
        late = settings.model_copy(update={"request_seconds": 0.001})
    async with opened(late) as door:
        answer = await replace(shop, door=door).ask()
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (
            504,
            "TIME_LIMIT_EXCEEDED",
        )
