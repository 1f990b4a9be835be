"""Real files of models (shared/data/SOURCES.md): every number in, with all its digits."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pytest

from core.commands import ConnectSource, FileOptions, StartIngestion
from core.records.connections import ConnectionRecord, Level, Source
from core.records.entries import EntryFilter, EntryOrder, EntryRecord, SeriesRole
from core.records.pages import PageRequest
from core.records.runs import RunRecord, RunStatus
from core.series import SeriesColumn
from stores.wiring import Stores
from tests.support import SHARED_DATA, NewTenant, RunningWorker, Tenant, ended, upload

ROBYN = "mmm/robyn_dt_simulated_weekly.csv"
PYMC = "mmm/mmm_example.csv"
MERIDIAN = "mmm/meridian_national_media.csv"
GEOLIFT = "geolift/GeoLift_Test.csv"
SAID = {
    ROBYN: {"newsletter": "ORGANIC", "events": "FACTOR"},
    PYMC: {
        "x1": "SPEND",
        "x2": "SPEND:TV",
        "event_1": "CONTROL",
        "event_2": "CONTROL",
        "t": "CONTROL",
        "dayofyear": "IGNORE",
    },
}
DATES = {ROBYN: "DATE", PYMC: "date_week", MERIDIAN: "time", GEOLIFT: "date"}

pytestmark = pytest.mark.skipif(
    not SHARED_DATA.exists(), reason="the recorded files of shared/data are not on this machine"
)

Key = tuple[str, str | None, str]


@dataclass(frozen=True)
class Model:
    tenant: Tenant
    connection: ConnectionRecord
    stores: Stores

    async def load(self, name: str, text: str | None = None) -> RunRecord:
        data = (SHARED_DATA / name).read_bytes() if text is None else text.encode()
        uploaded = await upload(self.stores, self.tenant.scope, "model.csv", data)
        said = SAID.get(name, {})
        series = {header: SeriesColumn.of_text(each, "series") for header, each in said.items()}
        command = StartIngestion(
            self.connection.id, upload_id=uploaded.id, file=FileOptions(series=series)
        )
        run = await self.stores.runs.start_ingestion(self.tenant.scope, command)
        return await ended(self.stores, self.tenant.scope, run.id)

    async def entries(self, as_of: datetime | None = None, **where: object) -> list[EntryRecord]:
        found: list[EntryRecord] = []
        cursor: tuple[str, ...] | None = None
        while True:
            page = await self.stores.entries.page(
                self.tenant.scope,
                EntryFilter(**where),  # type: ignore[arg-type]  # by name
                EntryOrder.DATE_ASC,
                PageRequest(1000, cursor),
                as_of,
            )
            found += page.items
            if not page.has_next:
                return found
            cursor = (page.items[-1].key.date.isoformat(), page.items[-1].key.digest.hex)


async def model(stores: Stores, new_tenant: NewTenant) -> Model:
    tenant = await new_tenant()
    command = ConnectSource(
        source=Source.FILE,
        account_id="brand",
        name="Brand",
        currency="EUR",
        time_zone="Europe/Berlin",
        level=Level.SERIES,
        look_back_days=0,
    )
    return Model(tenant, await stores.connections.create(tenant.scope, command), stores)


def rows_of(name: str) -> list[dict[str, str]]:
    with (SHARED_DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_cell(entries: list[EntryRecord]) -> dict[Key, EntryRecord]:
    return {(e.key.date.isoformat(), e.geo, e.entity_id): e for e in entries}


@pytest.mark.parametrize(
    ("name", "per_row"), [(ROBYN, 12), (PYMC, 6), (MERIDIAN, 12), (GEOLIFT, 1)]
)
async def test_every_number_is_that_of_the_file(
    name: str,
    per_row: int,
    stores: Stores,
    new_tenant: NewTenant,
    running_worker: RunningWorker,
) -> None:
    at, rows = await model(stores, new_tenant), rows_of(name)
    async with running_worker("http://unused.invalid"):
        run = await at.load(name)
        again = await at.load(name)
    assert run.status is RunStatus.SUCCEEDED, run.error
    assert (run.counters.fetched, run.counters.stored, run.counters.rejected) == (
        len(rows),
    ) * 2 + (0,)
    assert (again.counters.stored, again.counters.unchanged) == (0, len(rows))
    found = by_cell(await at.entries())
    assert len(found) == len(rows) * per_row
    passed_over = {DATES[name], "location", "events", "dayofyear"}
    for row in rows:
        for header in row.keys() - passed_over:
            entry = found.pop((row[DATES[name]], row.get("location"), header))
            value = entry.metrics.value
            assert value == Decimal(row[header])
            assert float(value) == float(row[header])
            assert entry.covers_days == (None if name == GEOLIFT else 7)
            if entry.series_role is SeriesRole.SPEND:
                assert entry.metrics.spend == round(Decimal(row[header]), 6)
    assert {key[2] for key in found} == (
        {"events_event1", "events_event2"} if name == ROBYN else set()
    )


async def test_robyns_columns_are_what_their_headers_say(
    stores: Stores, new_tenant: NewTenant, running_worker: RunningWorker
) -> None:
    at = await model(stores, new_tenant)
    async with running_worker("http://unused.invalid"):
        await at.load(ROBYN)
    entries = await at.entries()
    named = {e.entity_id: (e.series_role, e.channel) for e in entries}
    assert named == {
        "revenue": ("KPI", "Unassigned"),
        "tv_S": ("SPEND", "tv"),
        "ooh_S": ("SPEND", "ooh"),
        "print_S": ("SPEND", "print"),
        "facebook_I": ("IMPRESSIONS", "facebook"),
        "search_clicks_P": ("CLICKS", "search"),
        "search_S": ("SPEND", "search"),
        "competitor_sales_B": ("CONTROL", "Unassigned"),
        "facebook_S": ("SPEND", "facebook"),
        "newsletter": ("ORGANIC", "Unassigned"),
        "events_event1": ("CONTROL", "Unassigned"),
        "events_event2": ("CONTROL", "Unassigned"),
    }
    ones = [
        e.key.date.isoformat()
        for e in entries
        if e.entity_id == "events_event2" and e.metrics.value
    ]
    assert ones == [row["DATE"] for row in rows_of(ROBYN) if row["events"] == "event2"]
    impressions = [e.metrics.impressions for e in entries if e.entity_id == "facebook_I"]
    whole = [Decimal(row["facebook_I"]) for row in rows_of(ROBYN)]
    assert impressions == [int(n) if n == int(n) else None for n in whole]


async def test_a_cell_that_changes_is_one_vintage_and_the_past_keeps_the_old(
    stores: Stores, new_tenant: NewTenant, running_worker: RunningWorker
) -> None:
    at = await model(stores, new_tenant)
    text = "date,tv_S,y,geo\n2026-01-05,0.1000000000000000055,7,north\n2026-01-12,2,8,north\n"
    async with running_worker("http://unused.invalid"):
        first = await at.load("", text)
        second = await at.load("", text.replace("055", "056"))
    assert first.receipt is not None
    assert (second.counters.stored, second.counters.unchanged) == (1, 1)
    assert second.counters.restated == 1
    (then, _) = await at.entries(first.receipt.as_of, geos=("north",), series_roles=("SPEND",))
    assert str(then.metrics.value) == "0.1000000000000000055"
    (now, _) = await at.entries(geos=("north",), series_roles=("SPEND",))
    assert (str(now.metrics.value), now.metrics.spend) == ("0.1000000000000000056", Decimal("0.1"))
