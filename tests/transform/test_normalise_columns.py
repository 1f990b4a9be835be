from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.jsonvalue import JSONValue
from transform.normalise.columns import parsed

EDGES = st.sampled_from(
    [
        ".5", "5.", "+5", "1E3", "1e30", "-.5", "1e-3", "00012", "-0", "1e", "\u0663", "1_000",
        "1e+3", "-1e-7", "", " 1", "1.", "007", "9223372036854775807", "9223372036854775808",
        "0x1f", "nan", "inf", "0000-01-01", "0001-01-01", "9999-12-31", "2026-10-01", "2026-10-1",
        "2026-02-29", "2024-02-29", "20261001", "2026-10-01 ", "+2026-10-01",
    ]
)  # fmt: skip
TEXTS = EDGES | st.from_regex(r"[+\-]?[0-9]{0,22}\.?[0-9]{0,9}(e[0-9])?", fullmatch=True)


@pytest.mark.parametrize("kind", ["text", "integer", "amount", "date"])
@given(values=st.lists(TEXTS | st.none(), max_size=4))
def test_reading_a_column_as_a_whole_is_reading_its_values(
    kind: str, values: list[str | None]
) -> None:
    """The stray list makes the second reading go value by value."""
    whole, single = parsed(values, kind), parsed([*values, ["stray"]], kind)
    assert single.unread.tolist() == [*whole.unread.tolist(), True]
    assert single.values.to_pylist() == [*whole.values.to_pylist(), None]


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("integer", "71.0", 71),
        ("integer", 71, 71),
        ("integer", 71.5, None),
        ("integer", True, None),
        ("integer", "9223372036854775808", None),
        ("amount", "0.0000005", Decimal(0)),
        ("amount", "0.0000015", Decimal("0.000002")),
        ("amount", "-0.0000015", Decimal("-0.000002")),
        ("amount", 0.1, Decimal("0.1")),
        ("amount", "1e99", None),
        ("date", "0000-01-01", None),
        ("date", 20261001, None),
        ("date", "2024-02-29", date(2024, 2, 29)),
        ("text", 120200100100000000, "120200100100000000"),
        ("text", 1.5, None),
        ("text", "", None),
    ],
)
def test_a_value_by_itself(kind: str, value: JSONValue, expected: object) -> None:
    column = parsed([value], kind)
    assert column.values.to_pylist() == [expected]
    assert column.unread.tolist() == [expected is None]


def test_what_is_absent_is_not_unread() -> None:
    assert parsed([None, "1"], "integer").unread.tolist() == [False, False]
