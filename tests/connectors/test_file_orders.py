"""Files of orders: an entry an order and day, from orders, their lines and their refunds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadInput
from core.records.connections import Level
from tests.connectors.file_reading import entries_of, normalise, read_text, rejections_of

SHOP = """Id,Financial Status,Created at,Lineitem name,Shipping Country,Total (EUR),Refunded Amount
1001,paid,2026-08-01 23:59:59 +0200,Hat,DE,"1,100.50",0
1001,,2026-08-01 23:59:59 +0200,Scarf,,,
1002,partially_refunded,2026-08-02 08:00:00 +0200,Hat,AT,30.00,10.25
1003,refunded,2026-08-02 09:00:00 +0200,Hat,AT,12.00,
1004,Voided,2026-08-03 10:00:00 +0200,Hat,DE,99.00,
"""
LEDGER = """Order number;Date;Amount
A-1;2026-08-01;20.00
A-1;2026-08-01;-5.00
A-1;2026-08-04;-15.00
A-2;2026-08-04;0
"""
KEYS = ("date", "entity_id", "country", "conversions", "conversion_value", "actions")


def made(folder: Path, text: str) -> list[tuple[Any, ...]]:
    pages = normalise(read_text(folder, text, level=Level.ORDER), Level.ORDER)
    assert not rejections_of(pages)
    return [tuple(entry[key] for key in KEYS) for entry in entries_of(pages)]


def told(day: int, order: str, *rest: Any) -> tuple[Any, ...]:
    country, count, value, kept = rest
    conversions = None if count is None else Decimal(count)
    return date(2026, 8, day), order, country, conversions, Decimal(value), kept


def test_lines_of_an_order_count_once_and_refunds_are_taken_off(tmp_path: Path) -> None:
    assert made(tmp_path, SHOP) == [
        told(1, "1001", "DE", 1, "1100.50", '{"gross_value":"1100.5"}'),
        told(2, "1002", "AT", 1, "19.75", '{"gross_value":"30","refunded_value":"10.25"}'),
        told(2, "1003", "AT", 1, "0", '{"gross_value":"12","refunded_value":"12"}'),
        told(3, "1004", "DE", 0, "0", '{"gross_value":"99"}'),
    ]


def test_amounts_below_zero_are_refunds_of_their_day(tmp_path: Path) -> None:
    assert made(tmp_path, LEDGER) == [
        told(1, "A-1", None, 1, "15", '{"gross_value":"20","refunded_value":"5"}'),
        told(4, "A-1", None, None, "-15", '{"refunded_value":"15"}'),
        told(4, "A-2", None, 1, "0", "{}"),
    ]


def test_orders_are_dated_by_event_and_judged_as_orders(tmp_path: Path) -> None:
    pages = normalise(read_text(tmp_path, SHOP, level=Level.ORDER), Level.ORDER)
    assert {
        (entry["level"], entry["date_basis"], entry["conversion_type"], entry["checks_failed"])
        for entry in entries_of(pages)
    } == {("ORDER", "EVENT", "order", 0)}


def test_rows_of_an_order_with_two_totals_are_refused(tmp_path: Path) -> None:
    text = LEDGER + "A-2;2026-08-04;7.00\n"
    refused = rejections_of(normalise(read_text(tmp_path, text, level=Level.ORDER), Level.ORDER))
    assert [(each.position, each.field) for each in refused] == [(3, "Amount"), (4, "Amount")]
    assert {each.reason for each in refused} == {
        "Amount differs between rows of one entity and day"
    }


def test_a_file_without_orders_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no column holds the id or the name of the order") as caught:
        read_text(tmp_path, "date,total\n2026-08-01,3.50\n", level=Level.ORDER)
    assert caught.value.field == "columns.order_id"
