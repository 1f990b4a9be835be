"""Whatever rows a file holds, every one is counted and every cent is kept."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.file_amounts import plain_number, written
from tests.transform.file_pages import normalised, row
from transform.frames import ENTRY_SCHEMA

CENTS = st.integers(0, 10**9).map(lambda cents: Decimal(cents).scaleb(-2))
CELLS = st.one_of(
    st.none(),
    st.text(max_size=6),
    st.sampled_from(["2026-01-02", "7", "1.5", "-1", "Total", "EUR", "1,5", "#N/A", "9" * 30]),
)
COLUMNS = (
    *("date", "date_stop", "account_id", "campaign_id", "campaign_name", "currency", "channel"),
    *("spend", "impressions", "clicks", "conversions", "attribution_setting", "other"),
)
ANY_ROW = st.fixed_dictionaries({}, optional=dict.fromkeys(COLUMNS, CELLS))


@given(st.lists(ANY_ROW, min_size=1, max_size=20))
def test_every_record_is_an_entrys_or_refused(rows: list[dict[str, str | None]]) -> None:
    clean = [{key: storable(value) for key, value in cells.items()} for cells in rows]
    page = normalised([row(**clean[0]), *clean[1:]])
    assert page.entries.schema == ENTRY_SCHEMA
    page.entries.validate(full=True)
    positions = [found.position for found in page.rejections]
    assert positions == sorted(set(positions))


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "campaign_id": st.sampled_from("abc"),
                "action_type": st.sampled_from(["purchase", "lead", "like", ""]),
                "value": st.sampled_from(["1", "2.5", "x", ""]),
                "spend": st.sampled_from(["1.5", "1.50", "2", "", "-1"]),
            }
        ),
        min_size=1,
        max_size=20,
    )
)
def test_every_record_of_a_long_file_is_counted(rows: list[dict[str, str]]) -> None:
    page = normalised([row(**cells) for cells in rows])
    refused = {found.position for found in page.rejections}
    kept = [cells for place, cells in enumerate(rows) if place not in refused]
    spends: dict[str, set[Decimal]] = defaultdict(set)
    for cells in kept:
        spends[cells["campaign_id"]] |= {Decimal(cells["spend"])} if cells["spend"] else set()
    assert all(len(amounts) <= 1 for amounts in spends.values())
    found = {entry["entity_id"]: entry["spend"] for entry in page.entries.to_pylist()}
    assert found == {name: next(iter(amounts), None) for name, amounts in spends.items()}


@given(st.lists(CENTS, min_size=1, max_size=50), st.sampled_from([".", ","]))
def test_spend_is_kept_to_the_cent(amounts: list[Decimal], separator: str) -> None:
    group = {".": ",", ",": "."}[separator]
    rows = [
        row(campaign_id=str(place), spend=f"{amount:,.2f}".translate({44: group, 46: separator}))
        for place, amount in enumerate(amounts)
    ]
    page = normalised(rows, {"decimal_separator": separator})
    assert page.rejections == ()
    assert sum(entry["spend"] for entry in page.entries.to_pylist()) == sum(amounts)


@given(st.decimals(0, 8 * 10**12, places=9))
def test_finer_amounts_are_rounded_half_even_to_six_places(amount: Decimal) -> None:
    (found,) = normalised([row(spend=f"{amount:f}")]).entries["spend"].to_pylist()
    assert found == amount.quantize(Decimal("0.000001"), ROUND_HALF_EVEN)


@given(
    CENTS, st.sampled_from(["{}", "{} EUR", "\u20ac {}", "{}\u00a0\u20ac", "{}%", "+{}", "EUR{}"])
)
def test_what_stands_beside_a_number_does_not_change_it(amount: Decimal, form: str) -> None:
    number = written(form.format(amount))
    assert number is not None
    assert Decimal(plain_number(number, ".") or "NaN") == amount


@given(st.text(max_size=12))
def test_no_text_breaks_the_reading_of_numbers(text: str) -> None:
    number = written(text)
    for separator in ".,":
        plain = None if number is None else plain_number(number, separator)
        assert plain is None or Decimal(plain).is_finite()


def storable(value: Any) -> Any:
    """Texts as the connector lets them through."""
    if value is None:
        return None
    return str(value).encode(errors="replace").decode().replace("\x00", "\ufffd")
