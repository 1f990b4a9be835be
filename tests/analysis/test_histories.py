"""Histories made from totals by day: what is unknown, what is zero, and what is added."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import numpy as np

from analysis.seasonality.histories import History, histories
from core.records.seasonality import DayKind, DayTotal, HistoryKey, Observed, SeasonalMetric

ONE, TWO = UUID(int=1), UUID(int=2)
FIRST = date(2026, 1, 1)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
SPEND, ORDERS = HistoryKey(SeasonalMetric.SPEND), HistoryKey(SeasonalMetric.ORDERS)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def total(number: int, **given: object) -> DayTotal:
    fields: dict[str, object] = {
        "date": day(number),
        "connection_id": ONE,
        "kind": DayKind.MEDIA,
        "channel": "Paid Search",
        "series": "",
        "currency": "EUR",
        "covers_days": 1,
        "spend": None,
        "impressions": None,
        "clicks": None,
        "conversions": None,
        "conversion_value": None,
        "value": None,
    }
    return DayTotal(**(fields | given))  # type: ignore[arg-type]  # of many types


def made(
    *totals: DayTotal,
    settled: dict[UUID, range] | None = None,
    rates: dict[tuple[date, str], float] | None = None,
) -> dict[HistoryKey, History]:
    read = settled or {ONE: range(100), TWO: range(100)}
    known = {key: frozenset(map(day, numbers)) for key, numbers in read.items()}
    worth = {(each.date, each.currency): 1.0 for each in totals} if rates is None else rates
    return dict(histories(Observed(NOW, totals, known), worth))


def days(history: History) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in history.days]


def test_a_day_that_was_read_and_brought_nothing_is_zero_and_one_unread_is_unknown() -> None:
    totals = total(0, spend=1.0), total(2, spend=2.0), total(4, spend=3.0)
    read = {ONE: range(3)}
    assert days(made(*totals, settled=read)[SPEND]) == [1, 0, 2, None, None]


def test_weeks_of_long_ago_do_not_hide_what_days_of_now_say() -> None:
    weeks = total(0, spend=7.0, covers_days=7)
    for newest, covered in ((722, 7), (733, 7), (734, 1)):
        found = made(weeks, total(newest, spend=1.0, connection_id=TWO))
        assert (newest, found[SPEND].covers_days) == (newest, covered)


def test_a_connection_takes_part_from_its_first_to_its_last_day() -> None:
    found = made(
        total(0, spend=1.0), total(1, spend=1.0), total(3, spend=1.0),
        total(2, spend=5.0, connection_id=TWO), total(5, spend=5.0, connection_id=TWO),
        settled={ONE: range(4), TWO: range(2, 4)},
    )  # fmt: skip
    # Of the second's fourth and fifth day nobody knows; the first one had ended before.
    assert days(found[SPEND]) == [1, 1, 5, 1, None, None]


def test_numbers_that_cover_several_days_are_spread_over_them() -> None:
    week = {"covers_days": 7, "spend": 70.0}
    found = made(total(0, **week), total(7, **week), settled={ONE: range(0, 8, 7)})
    assert days(found[SPEND]) == [10.0] * 14
    assert found[SPEND].covers_days == 7


def test_channels_stand_alone_and_together() -> None:
    found = made(total(0, spend=1.0), total(0, spend=2.0, channel="Email"))
    by_channel = {key.channel: days(history) for key, history in found.items()}
    assert by_channel == {None: [3], "Paid Search": [1], "Email": [2]}


def test_a_metric_that_nobody_knows_has_no_history() -> None:
    assert {key.metric for key in made(total(0, clicks=1.0))} == {SeasonalMetric.CLICKS}


def test_amounts_are_converted_and_one_without_a_rate_is_unknown() -> None:
    totals = total(0, spend=10.0, currency="USD"), total(1, spend=10.0, currency="USD")
    found = made(*totals, rates={(day(0), "USD"): 0.9})
    assert days(found[SPEND]) == [9.0, None]


def test_orders_one_by_one_are_preferred_to_orders_counted_by_day() -> None:
    by_day = total(0, kind=DayKind.ORDER_DAY, conversions=7.0, connection_id=TWO)
    one_by_one = total(0, kind=DayKind.ORDER, conversions=5.0)
    assert days(made(by_day)[ORDERS]) == [7]
    assert days(made(by_day, one_by_one)[ORDERS]) == [5]
    assert HistoryKey(SeasonalMetric.CONVERSIONS) not in made(by_day, one_by_one)


def test_series_go_by_name_and_not_in_two_currencies() -> None:
    revenue = total(0, kind=DayKind.SERIES, series="revenue", value=4.0)
    visits = total(0, kind=DayKind.SERIES, series="visits", value=8.0)
    found = made(revenue, visits)
    assert {key.series: days(history) for key, history in found.items()} == {
        "revenue": [4], "visits": [8],
    }  # fmt: skip
    dollars = total(1, kind=DayKind.SERIES, series="revenue", value=4.0, currency="USD")
    assert {key.series for key in made(revenue, visits, dollars)} == {"visits"}


def test_no_totals_are_no_histories() -> None:
    assert made() == {}
