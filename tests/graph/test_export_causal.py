"""What `exportCausal` refuses: the field, the reason, and what could be asked for instead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from core.records.causal import Choice
from core.records.connections import Source
from core.records.entries import SeriesRole
from core.units import DateRange
from tests.graph.mutating import result
from tests.graph.world import World

START = """mutation($input: CausalExportInput!) { exportCausal(input: $input) { __typename
  ... on ExportCausalPayload { export { state } }
  ... on UserError { field message mend } } }"""
DATES = DateRange(date(2026, 1, 5), date(2026, 3, 29))
SHOP, KLAVIYO, FILE, OTHER = (UUID(int=number) for number in range(1, 5))


def choice(place: UUID, source: Source, *, is_orders: bool = False) -> Choice:
    return replace(
        series("", SeriesRole.KPI, place, 1),
        source=source,
        is_orders=is_orders,
        series=None,
        role=None,
    )


def series(name: str, role: SeriesRole, place: UUID = FILE, days: int = 7) -> Choice:
    return Choice(
        place,
        Source.FILE,
        is_orders=False,
        series=name,
        role=role,
        currency="EUR",
        covers_days=days,
        entries=10,
        dates=DATES,
    )


META = choice(OTHER, Source("META_ADS"))
SALES, PRICE = series("sales", SeriesRole.KPI), series("price", SeriesRole.CONTROL)
ORDERS = choice(SHOP, Source.WEBHOOK, is_orders=True)
BOTH = (ORDERS, choice(KLAVIYO, Source("KLAVIYO"), is_orders=True))


async def asked(world: World, found: tuple[Choice, ...], **changes: Any) -> dict[str, Any]:
    world.memory.of(world.north).choices = found
    given = {
        "dates": {"since": f"{DATES.since}", "until": f"{DATES.until}"},
        "kpi": {"orders": {"measure": "COUNT"}},
        **changes,
    }
    return dict(await result(world, START, input=given))


@pytest.mark.parametrize(
    ("found", "changes", "told"),
    [
        (
            (META, SALES),
            {},
            ("kpi.orders", "there are no orders in these dates",
             "there are: conversions of META_ADS; series sales"),
        ),
        (
            (),
            {},
            ("kpi.orders", "there are no orders in these dates",
             "there is nothing: ingest data, or ask for other dates"),
        ),
        (
            BOTH,
            {},
            ("kpi.orders.connections",
             "orders come from KLAVIYO and WEBHOOK: the same orders may be in both",
             "name the connections whose orders are the KPI"),
        ),
        (
            (SALES, META),
            {"kpi": {"series": {"name": "visits", "measure": "COUNT"}}},
            ("kpi.series", "there are no values of a KPI 'visits' in these dates",
             "there are: conversions of META_ADS; series sales"),
        ),
        (
            (SALES, series("sales", SeriesRole.KPI, OTHER)),
            {"kpi": {"series": {"name": "sales", "measure": "REVENUE"}}},
            ("kpi.series", "several connections have a series 'sales'",
             "name its connection"),
        ),
        (
            (SALES,),
            {"kpi": {"series": {"name": "sales", "measure": "REVENUE"}}, "grain": "DAY"},
            ("grain", "the series 'sales' has values of 7 days each", "export by WEEK"),
        ),
        (
            (ORDERS, PRICE),
            {"grain": "DAY"},
            ("grain", "the series 'price' has values of 7 days each", "export by WEEK"),
        ),
        (
            (ORDERS, PRICE),
            {"controls": ["weather"]},
            ("controls", "there is no series 'weather' of role CONTROL in these dates",
             "there are: price"),
        ),
        (
            (ORDERS,),
            {"treatments": ["mail"]},
            ("treatments", "there is no series 'mail' of role TREATMENT in these dates",
             "there are: none"),
        ),
        (
            (ORDERS,),
            {"minQuality": 1.5},
            ("minQuality", "minQuality is 1.5, but scores go from 0 to 1",
             "give a share such as 0.8"),
        ),
        (
            (ORDERS,),
            {"formats": []},
            ("formats", "an export of no format has no tables", "name one, or leave out"),
        ),
        (
            (ORDERS,),
            {"dates": {"since": "2000-01-01", "until": "2026-01-01"}},
            ("dates", "the dates span 9,498 days, but an export may span 7,320",
             "narrow the dates"),
        ),
    ],
)  # fmt: skip
async def test_what_cannot_be_made_is_told_with_what_can(
    world: World, found: tuple[Choice, ...], changes: dict[str, Any], told: tuple[str, ...]
) -> None:
    answer = await asked(world, found, **changes)
    assert (answer["field"], answer["message"], answer["mend"]) == told


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("currency", {"currency": "EURO"}),
        ("dates.since", {"dates": {"since": "2026-03-29", "until": "2026-01-05"}}),
    ],
)
async def test_what_is_no_definition_is_refused(
    world: World, field: str, changes: dict[str, Any]
) -> None:
    answer = await asked(world, (ORDERS,), **changes)
    assert answer["field"] == field
    assert answer["mend"]


async def test_weekly_series_that_are_not_in_it_do_not_forbid_days(world: World) -> None:
    changes = {"grain": "DAY", "controls": []}
    assert (await asked(world, (ORDERS, PRICE, SALES), **changes))["export"] == {"state": "PENDING"}
