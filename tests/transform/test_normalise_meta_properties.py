from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.registry import normalise_page
from core.records.connections import Level, Source
from transform.frames import NormalisedPage
from transform.normalise.context import PageContext

CONTEXT = PageContext("1001", "EUR", "Europe/Berlin", Level.CAMPAIGN)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False,
    allow_infinity=False) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(
        st.characters(codec="utf-8")), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
CENTS = st.integers(0, 10**9).map(lambda cents: f"{cents // 100}.{cents % 100:02d}")
DAYS = st.dates(date(2023, 1, 1), date(2026, 12, 31)).map(str)
ACTION = st.fixed_dictionaries(
    {"action_type": st.sampled_from(["purchase", "omni_purchase", "lead"]), "value": CENTS}
)
FIELDS = ("campaign_id", "date_start", "account_id", "account_currency", "spend", "impressions",
          "actions", "action_values", "campaign_name", "attribution_setting")  # fmt: skip


@st.composite
def good_record(draw: st.DrawFn) -> dict[str, Any]:
    day = draw(DAYS)
    return {
        "account_id": "1001",
        "account_currency": "EUR",
        "campaign_id": str(draw(st.integers(1, 5))),
        "date_start": day,
        "date_stop": day,
        "spend": draw(CENTS),
        "impressions": str(draw(st.integers(0, 10**9))),
        "actions": draw(st.lists(ACTION, max_size=4)),
        "action_values": draw(st.lists(ACTION, max_size=4)),
    }


@st.composite
def any_record(draw: st.DrawFn) -> Any:
    """A good record, one with a field spoilt, or something that is no record."""
    record = draw(good_record())
    for field in draw(st.lists(st.sampled_from(FIELDS), max_size=2)):
        record[field] = draw(JSON)
    return draw(st.sampled_from([record, record, record, draw(JSON)]))


def column(page: NormalisedPage, name: str) -> list[Any]:
    return page.entries[name].to_pylist()


def normalised(records: list[Any]) -> NormalisedPage:
    body = orjson.dumps({"data": records})
    return normalise_page(Source("META_ADS"), "insights", "application/json", body, CONTEXT)


@settings(max_examples=150, deadline=None)
@given(st.lists(any_record(), max_size=12))
def test_every_record_is_an_entrys_or_rejected(records: list[Any]) -> None:
    page = normalised(records)
    rejected = [rejection.position for rejection in page.rejections]
    assert page.fetched == len(records)
    assert sum(column(page, "records")) + len(rejected) == len(records)
    assert rejected == sorted(set(rejected))
    positions = column(page, "position")
    assert positions == sorted(set(positions) - set(rejected))


@settings(max_examples=150, deadline=None)
@given(st.lists(good_record(), max_size=12))
def test_spend_is_conserved_to_the_cent(records: list[dict[str, Any]]) -> None:
    page = normalised(records)
    latest = {(row["campaign_id"], row["date_start"]): Decimal(row["spend"]) for row in records}
    assert page.rejections == ()
    assert sum(column(page, "spend")) == sum(latest.values())


@settings(max_examples=100, deadline=None)
@given(st.lists(any_record(), max_size=12), st.lists(any_record(), max_size=12))
def test_a_record_is_judged_by_itself(one: list[Any], other: list[Any]) -> None:
    """Whether a column is read as a whole or value by value makes no difference."""
    together = {rejection.position for rejection in normalised([*one, *other]).rejections}
    alone = {rejection.position for rejection in normalised(one).rejections} | {
        rejection.position + len(one) for rejection in normalised(other).rejections
    }
    assert together == alone


@settings(max_examples=100, deadline=None)
@given(st.lists(good_record(), min_size=1, max_size=8, unique_by=lambda row: row["campaign_id"]))
def test_entries_do_not_depend_on_the_company_they_keep(records: list[dict[str, Any]]) -> None:
    together = normalised(records).entries.drop_columns("position").to_pylist()
    alone = [normalised([each]).entries.drop_columns("position").to_pylist()[0] for each in records]
    assert together == alone
