from __future__ import annotations

from decimal import Decimal

import pytest

from transform.normalise.columns import parsed


@pytest.mark.parametrize("digits", ["1" + "0" * 4999, "9" * 5000, "1" * 31, "123456789012345.1"])
def test_an_amount_beyond_its_column_is_not_read_rather_than_read_wrongly(digits: str) -> None:
    column = parsed([digits, "1.5"], "amount")
    assert column.values.to_pylist() == [None, Decimal("1.500000")]
    assert column.unread.tolist() == [True, False]


def test_many_decimals_are_rounded_half_even_to_six() -> None:
    column = parsed(["0.00000150000000000000000000000000", "0.0000025"], "amount")
    assert column.values.to_pylist() == [Decimal("0.000002"), Decimal("0.000002")]
    assert not column.unread.any()
