"""What an export is made of: no zero where an amount is not known, events where they are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.causal import CausalDefinition, CausalKpi, GeoBy, KpiKind, KpiMeasure
from core.errors import BadInput
from core.records.calendar import CalendarEvent, CalendarEventKind
from core.records.causal import Coverage
from core.records.connections import Source
from core.units import DateRange
from transform.export.build import Built, Gathered, built
from transform.export.findings import own_findings

WEEK = DateRange(date(2026, 10, 5), date(2026, 10, 11))
ORDERS = CausalKpi(KpiKind.ORDERS, KpiMeasure.COUNT)
REVENUE = CausalKpi(KpiKind.ORDERS, KpiMeasure.REVENUE)
ADS, MAILS, SHOP, FILE = uuid4(), uuid4(), uuid4(), uuid4()
SOURCES = {ADS: Source("META_ADS"), MAILS: Source("KLAVIYO"), SHOP: Source.WEBHOOK}
SOURCES[FILE] = Source.FILE


def row(connection: UUID, **changes: object) -> dict[str, Any]:
    found: dict[str, Any] = dict.fromkeys(("spend", "impressions", "clicks", "conversion_value"))
    found |= {"time": WEEK.since, "channel": "Paid Social", "source": SOURCES[connection].value}
    found |= {"connection": str(connection), "date_basis": "DELIVERY", "entries": 1}
    found |= {"attribution_setting": "", "conversions": None, "country": None, "geo": None}
    return found | {"is_mature": True, "quality": None, "unconverted": 0} | changes


def orders(**changes: object) -> dict[str, Any]:
    given = {"date_basis": "EVENT", "conversions": Decimal(4), "conversion_value": Decimal(10)}
    return row(SHOP, **given, **changes)


def made(
    definition: CausalDefinition,
    media: list[dict[str, Any]],
    kpi: list[dict[str, Any]],
    events: tuple[CalendarEvent, ...] = (),
) -> Built:
    days = dict.fromkeys(WEEK, True)
    coverage = {
        each: Coverage(each, source, "UTC", is_in_use=False, days=days)
        for each, source in SOURCES.items()
    }
    return built(definition, Gathered(media, kpi, (), coverage, (), events, lambda *_: Decimal(1)))


def column(found: Built, name: str) -> list[float]:
    names = [each.name for each in found.table.columns]
    return [float(each) for each in found.table.numbers[:, names.index(name)]]


@pytest.mark.parametrize(
    ("kpi", "row_of_media", "row_of_kpi"),
    [
        (ORDERS, row(ADS, unconverted=2), orders()),
        (REVENUE, row(ADS, spend=Decimal(1)), orders(unconverted=2) | {"conversion_value": None}),
    ],
)
def test_spend_and_revenue_without_a_rate_are_refused(
    kpi: CausalKpi, row_of_media: dict[str, Any], row_of_kpi: dict[str, Any]
) -> None:
    definition = CausalDefinition(WEEK, kpi, "EUR")
    with pytest.raises(BadInput, match=r"2 entries of .* without a rate into EUR") as told:
        made(definition, [row_of_media], [row_of_kpi])
    assert (told.value.field, "2026-10-05" in told.value.message) == ("currency", True)


def test_what_no_column_tells_may_lack_a_rate() -> None:
    mails = row(MAILS, channel="Email", date_basis="SEND", clicks=3, unconverted=5)
    found = made(CausalDefinition(WEEK, ORDERS, "EUR"), [mails], [orders()])
    assert column(found, "org_email_clicks") == [3.0]
    assert [(each.reason, each.rows) for each in found.exclusions] == [("NO_EXCHANGE_RATE", 5)]


@pytest.mark.parametrize(
    ("by", "where", "shares"),
    [
        (GeoBy.GEO, {"countries": ("DE",)}, [1.0, 1.0, 0.0]),
        (GeoBy.GEO, {"geos": ("Bayern",)}, [1.0, 0.0, 0.0]),
        (GeoBy.GEO, {"countries": ("DE",), "geos": ("Bayern",)}, [1.0, 0.0, 0.0]),
        (GeoBy.GEO, {}, [1.0, 1.0, 1.0]),
        (GeoBy.COUNTRY, {"countries": ("DE",)}, [1.0, 0.0]),
        (GeoBy.COUNTRY, {"geos": ("DE-BY",)}, [1.0, 0.0]),
    ],
)
def test_an_event_is_in_the_geos_of_its_countries(
    by: GeoBy, where: dict[str, Any], shares: list[float]
) -> None:
    event = CalendarEvent("Fair", CalendarEventKind.OTHER, WEEK.since, WEEK.until, **where)
    kpi = [
        orders(geo=geo, country=country)
        for geo, country in (("Bayern", "DE"), ("DE-BE", None), ("Tirol", "AT"))
    ]
    if by is GeoBy.COUNTRY:
        kpi = [each for each in kpi if each["country"]]
    found = made(CausalDefinition(WEEK, ORDERS, "EUR", geo=by), [], kpi, (event,))
    places = [geo for geo, _ in found.table.places]
    told = dict(zip(places, column(found, "evt_fair"), strict=True))
    order = ("Bayern", "DE-BE", "Tirol") if by is GeoBy.GEO else ("DE", "AT")
    assert [told[geo] for geo in order] == shares


def test_entries_without_a_place_count_once_each() -> None:
    media = [
        row(each, entries=entries, spend=Decimal(1), clicks=2)
        for each, entries in ((ADS, 3), (MAILS, 4))
    ]
    kpi = [orders(geo="Bayern", country="DE")]
    found = made(CausalDefinition(WEEK, ORDERS, "EUR", geo=GeoBy.GEO), media, kpi)
    assert [(each.reason, each.rows) for each in found.exclusions] == [("GEO_UNKNOWN", 7)]


def test_spend_of_a_file_beside_an_account_s_is_told() -> None:
    spend = {"spend": Decimal(5), "clicks": 1}
    media = [row(ADS, **spend), row(FILE, **spend), row(MAILS, channel="Email", **spend)]
    definition = CausalDefinition(WEEK, ORDERS, "EUR")
    found = made(definition, media, [orders()])
    assert column(found, "paid_social_spend") == [10.0]
    told = [each for each in own_findings(found, definition) if each.id.startswith("SPEND")]
    assert [(each.id, each.columns, each.value) for each in told] == [
        ("SPEND_MAY_COUNT_TWICE", ("paid_social_spend",), 1)
    ]
    assert not made(definition, media[::2], [orders()]).overlaps


def test_more_columns_than_a_model_could_take_are_refused() -> None:
    media = [row(ADS, channel=f"label {number}", spend=Decimal(1)) for number in range(1000)]
    definition = CausalDefinition(WEEK, ORDERS, "EUR")
    with pytest.raises(BadInput, match="1,002 columns, of 1,000 channels") as told:
        made(definition, media, [orders()])
    assert told.value.field == "channels"
