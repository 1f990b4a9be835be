"""Files of models that go in come out again, every number the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from core.causal import CausalDefinition, CausalKpi, GeoBy, KpiKind, KpiMeasure
from core.commands import ChangeConnection, ConnectSource
from core.periods import Grain
from core.records.connections import Level, Source
from core.records.exports import ExportFormat
from core.records.naming import NamingRule, NamingSyntax
from core.scope import SystemScope
from core.units import DateRange
from jobs.calendars import fill_calendar
from stores.wiring import Stores
from tests.jobs.export_desk import Desk
from tests.support import SHARED_DATA, RunningWorker, Tenant


def real(*parts: str) -> Path:
    path = SHARED_DATA.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{path} is not here")
    return path


@pytest.fixture
async def desk(stores: Stores, tenant: Tenant, running_worker: RunningWorker) -> Desk:
    command = ConnectSource(
        Source.FILE, "model", "A model's file", "EUR", "Europe/Berlin", Level.SERIES, 0
    )
    place = await stores.connections.create(tenant.scope, command)
    return Desk(stores, tenant.scope, running_worker, place)


def same(wide: pd.DataFrame, file: pd.DataFrame, columns: dict[str, str]) -> None:
    """Every number of `columns`, which name each of the wide table's by the file's."""
    for header, column in columns.items():
        assert list(wide[column]) == [float(value) for value in file[header]], header


MEDIA = ("tv", "ooh", "print", "facebook", "search")


async def test_robyn_s_weekly_file(desk: Desk) -> None:
    path = real("mmm", "robyn_dt_simulated_weekly.csv")
    file = pd.read_csv(path, dtype=str)
    definition = CausalDefinition(
        DateRange(date(2015, 11, 23), date(2019, 11, 17)),
        CausalKpi(KpiKind.SERIES, KpiMeasure.REVENUE, series="revenue"),
        "EUR",
    )
    said = {
        "revenue": "KPI",
        "facebook_I": "IMPRESSIONS:facebook",
        "search_clicks_P": "CLICKS:search",
        "competitor_sales_B": "CONTROL",
        "newsletter": "ORGANIC",
        "events": "FACTOR",
    } | {f"{name}_S": f"SPEND:{name}" for name in MEDIA}
    await desk.put_in(path.name, path.read_bytes(), said)
    export = await desk.export(definition)
    wide = await desk.wide(export)
    assert [str(day) for day in wide["time"]] == list(file["DATE"])
    same(
        wide,
        file,
        {
            "revenue": "kpi",
            "facebook_I": "facebook_impressions",
            "search_clicks_P": "search_clicks",
            "competitor_sales_B": "ctl_competitor_sales_b",
            "newsletter": "org_newsletter",
        }
        | {f"{name}_S": f"{name}_spend" for name in MEDIA},
    )
    for event in ("event1", "event2"):
        assert list(wide[f"ctl_events_{event}"]) == list((file["events"] == event).astype(float))
    assert export.manifest is not None
    roles: Any = export.manifest["roles"]
    assert roles["media_channels"] == ["facebook", "ooh", "print", "search", "tv"]
    assert roles["media"] == [
        "facebook_impressions",
        "ooh_spend",
        "print_spend",
        "search_clicks",
        "tv_spend",
    ]
    assert (export.manifest["excluded"], export.manifest["time_zones"]) == ([], ["Europe/Berlin"])


async def test_pymc_s_example(desk: Desk) -> None:
    path = real("mmm", "mmm_example.csv")
    file = pd.read_csv(path, dtype=str)
    until = date.fromisoformat(file["date_week"].iloc[-1]) + timedelta(days=6)
    definition = CausalDefinition(
        DateRange(date(2018, 4, 2), until),
        CausalKpi(KpiKind.SERIES, KpiMeasure.REVENUE, series="y"),
        "EUR",
    )
    said = {"y": "KPI", "x1": "SPEND:x1", "x2": "SPEND:x2"}
    said |= dict.fromkeys(("event_1", "event_2", "dayofyear", "t"), "CONTROL")
    await desk.put_in(path.name, path.read_bytes(), said)
    export = await desk.export(definition)
    wide = await desk.wide(export)
    assert [str(day) for day in wide["time"]] == list(file["date_week"])
    same(
        wide,
        file,
        {"y": "kpi", "x1": "x1_spend", "x2": "x2_spend"}
        | {name: f"ctl_{name}" for name in ("event_1", "event_2", "dayofyear", "t")},
    )
    assert export.rows == len(file)


async def test_meridian_s_national_file(desk: Desk) -> None:
    path = real("mmm", "meridian_national_media.csv")
    file = pd.read_csv(path, dtype=str)
    until = date.fromisoformat(file["time"].iloc[-1]) + timedelta(days=6)
    definition = CausalDefinition(
        DateRange(date(2021, 1, 25), until),
        CausalKpi(KpiKind.SERIES, KpiMeasure.COUNT, series="conversions"),
        "EUR",
    )
    said = {"conversions": "KPI", "revenue_per_conversion": "REVENUE_PER_KPI"}
    names = {"conversions": "kpi", "revenue_per_conversion": "revenue_per_kpi"}
    for number in range(4):
        said[f"Channel{number}_impression"] = f"IMPRESSIONS:Channel{number}"
        said[f"Channel{number}_spend"] = f"SPEND:Channel{number}"
        names[f"Channel{number}_impression"] = f"channel{number}_impressions"
        names[f"Channel{number}_spend"] = f"channel{number}_spend"
    for name in ("competitor_activity_score_control", "sentiment_score_control"):
        said[name], names[name] = "CONTROL", f"ctl_{name}"
    await desk.put_in(path.name, path.read_bytes(), said)
    export = await desk.export(definition)
    wide = await desk.wide(export)
    same(wide, file, names)
    assert export.manifest is not None
    kpi: Any = export.manifest["kpi"]
    assert (kpi["kpi_type"], kpi["column"]) == ("non_revenue", "kpi")


async def test_geolift_s_markets(desk: Desk) -> None:
    path = real("geolift", "GeoLift_Test.csv")
    file = pd.read_csv(path, dtype=str).sort_values(["location", "date"], kind="stable")
    definition = CausalDefinition(
        DateRange(date(2021, 1, 1), date.fromisoformat(file["date"].max())),
        CausalKpi(KpiKind.SERIES, KpiMeasure.COUNT, series="Y"),
        "EUR",
        grain=Grain.DAY,
        geo=GeoBy.GEO,
    )
    await desk.put_in(path.name, path.read_bytes(), {"Y": "KPI"})
    export = await desk.export(definition)
    wide = await desk.wide(export)
    assert list(wide["geo"]) == list(file["location"])
    assert [str(day) for day in wide["time"]] == list(file["date"])
    same(wide, file, {"Y": "kpi"})
    assert [check.id for check in export.checks if check.id == "NO_PAID_MEDIA"]


WEEKS = DateRange(date(2026, 1, 5), date(2026, 5, 24))
SAID = {"sales": "KPI", "tv_spend": "SPEND:tv", "price": "CONTROL", "mail": "ORGANIC"}
SALES = CausalKpi(KpiKind.SERIES, KpiMeasure.REVENUE, series="sales")
EVERY = tuple(each for each in ExportFormat if each is not ExportFormat.LEGACY)


def weekly(**restated: dict[int, str]) -> bytes:
    """Twenty weeks of a file; `restated` gives single values of a column by week."""
    lines = [",".join(["date", *SAID])]
    for week in range(20):
        row = {
            "sales": f"{1000 + 37 * (week % 6)}.{week:02}",
            "tv_spend": f"{(week * 13) % 7 * 10}.5",
            "price": f"9.{week % 4}",
            "mail": f"{week % 3 * 100}",
        }
        row |= {name: values[week] for name, values in restated.items() if week in values}
        lines.append(",".join([f"{WEEKS.since + timedelta(weeks=week)}", *row.values()]))
    return "\n".join(lines).encode()


async def otherwise(desk: Desk) -> None:
    """Everything about the tenant that shapes an answer changes."""
    change = ChangeConnection(name="Another name", look_back_days=300)
    await desk.stores.connections.change(desk.scope, desk.place.id, change)
    async with desk.stores.database.system(SystemScope(reason="tests")) as connection:
        await connection.execute(
            "UPDATE tenant SET countries = '{FR,DE}' WHERE tenant_id = $1", desk.scope.tenant_id
        )
    now = await desk.stores.tenants.current(desk.scope)
    await fill_calendar(desk.stores, now, datetime.now(UTC).date())
    rule = NamingRule("any", NamingSyntax.TEMPLATE, "{theme}_{rest*}")
    await desk.stores.naming.add(desk.scope, rule)


async def test_a_moment_s_bytes_stay_and_a_new_one_differs_in_what_was_restated(
    desk: Desk,
) -> None:
    definition = CausalDefinition(WEEKS, SALES, "EUR", formats=EVERY, cuts_immature=False)
    await desk.put_in("first.csv", weekly(), SAID)
    first = await desk.export(definition)
    await desk.put_in("again.csv", weekly(sales={3: "999.99"}, tv_spend={7: "0"}), SAID)
    await otherwise(desk)
    again = await desk.export(definition, first.as_of)
    assert (again.files, again.manifest) == (first.files, first.manifest)

    renewed = await desk.export(definition)
    before, after = await desk.wide(first), await desk.wide(renewed)
    assert {
        (row, column): (before[column][row], after[column][row])
        for column in before
        for row in before.index
        if before[column][row] != after[column][row]
    } == {(3, "kpi"): (1111.03, 999.99), (7, "tv_spend"): (0.5, 0.0)}
    assert renewed.row_hash != first.row_hash
