"""Texts of documents: the same facts, the same bytes; places and verdicts in words, no figures."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.channel_aliases import CHANNEL_ALIASES, aliases_of
from core.records.connections import Source
from core.records.document_facts import EntityFacts, EntityMonth, Figures, MonthDays, month_range
from core.records.documents import DocumentKind, Subject
from core.scope import TenantId
from core.units import DateRange
from transform.documents.bands import Band, Metric, bands
from transform.documents.entities import entity_documents
from transform.documents.verdicts import plain_verdicts, told_quality

MARCH = date(2026, 3, 1)
NOTHING = Figures(1, None, None, None, None, None)


def campaign(number: int, month: date = MARCH, **figures: float) -> EntityMonth:
    return EntityMonth(
        DocumentKind.CAMPAIGN, Source("META_ADS"), "1001", "Northwind", f"c{number}", None,
        UUID(int=number), f"Campaign {number}", "OUTCOME_SALES", "Paid Social", "EUR", month,
        replace(NOTHING, **figures), 1.0,  # type: ignore[arg-type]  # floats, by name
    )  # fmt: skip


def texts(months: list[EntityMonth], before: list[EntityMonth] | None = None) -> list[str]:
    days = {each.month: MonthDays("SPRING", "SPRING") for each in months}
    facts = EntityFacts(tuple(months), tuple(before or ()), days, ())
    return [each.text for each in entity_documents(facts)]


def test_places_among_peers_of_the_month() -> None:
    found = bands([campaign(n, spend=float(n), conversions=1.0) for n in range(1, 11)], [])
    assert [each.peers[Metric.COST_PER_CONVERSION] for each in found] == [
        *[Band.LOWEST] * 1,
        *[Band.LOW] * 2,
        *[Band.USUAL] * 4,
        *[Band.HIGH] * 2,
        *[Band.HIGHEST] * 1,
    ]
    assert all(Metric.CONVERSIONS not in each.peers for each in found)


def test_a_place_needs_others() -> None:
    few = [campaign(n, spend=float(n)) for n in range(1, 5)]
    assert [each.peers for each in bands(few, [])] == [{}] * 4
    enough = [*few, campaign(5, spend=5.0)]
    assert [each.peers[Metric.SPEND] for each in bands(enough, [])][::4] == [
        Band.LOWEST,
        Band.HIGHEST,
    ]


def test_places_among_an_entity_s_own_months() -> None:
    before = [campaign(1, date(2025, month, 1), spend=10.0 + month) for month in (10, 11, 12)]
    (found,) = bands([campaign(1, date(2026, 1, 1), spend=50.0)], before)
    assert (found.own, found.moved) == ({Metric.SPEND: Band.HIGHEST}, {Metric.SPEND: 50 / 22})
    (found,) = bands([campaign(1, date(2026, 1, 1), spend=50.0)], before[:2])
    assert found.own == {}
    # More than a year ago, or in another currency, is no history.
    old = [replace(each, month=each.month.replace(year=2024)) for each in before]
    other = [replace(each, currency="USD") for each in before]
    (found,) = bands([campaign(1, date(2026, 1, 1), spend=50.0)], [*old, *other])
    assert (found.own, found.moved) == ({}, {})


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({}, ["no delivery, did not run"]),
        (
            {"spend": 5.0, "conversions": 0.0},
            ["no sales: wasted spend, money without a conversion"],
        ),
        ({"spend": 5.0, "impressions": 9.0, "clicks": 0.0}, ["shown but never clicked"]),
        ({"spend": 5.0, "conversions": 1.0, "conversion_value": 5.0}, ["earned more than it cost"]),
        (
            {"spend": 5.0, "conversions": 1.0, "conversion_value": 4.0},
            ["earned less than it cost, at a loss"],
        ),
        ({"impressions": 9.0, "clicks": 3.0}, ["without media cost of its own"]),
        # Unknown is not zero.
        ({"spend": 5.0, "impressions": 9.0}, []),
    ],
)
def test_what_figures_say_by_themselves(figures: dict[str, float], said: list[str]) -> None:
    assert list(plain_verdicts(replace(NOTHING, **figures))) == said  # type: ignore[arg-type]


def test_a_text_says_what_people_ask_for() -> None:
    before = [
        campaign(1, date(2025, month, 1), spend=10.0, conversions=float(month))
        for month in (10, 11, 12)
    ]
    months = [
        campaign(n, date(2026, 1, 1), spend=10.0 * n, conversions=30.0, clicks=100.0)
        for n in range(1, 7)
    ]
    assert texts(months, before)[0].split("\n") == [
        (
            "Campaign in account Northwind on Meta, Facebook, Instagram. Channel: Paid Social, "
            "social ads, social media advertising, sponsored posts."
        ),
        "Objective: outcome sales.",
        "When: January 2026, first quarter, spring.",
        (
            "Among Paid Social: one of the smallest budgets, among the cheapest conversions: "
            "efficient, low cost per acquisition (CPA)."
        ),
        (
            "Against its own history: its best month of the year, its cheapest conversions of the "
            "year, conversions jumped, about doubled or more on the month before."
        ),
        "Numbers: excellent data quality.",
    ]


FIGURE = st.none() | st.floats(0, 1e9) | st.sampled_from([0.0, 1.0])
MONTHS = st.lists(
    st.builds(
        lambda number, figures: replace(campaign(number), figures=figures),
        st.integers(1, 8),
        st.builds(Figures, st.integers(1, 31), FIGURE, FIGURE, FIGURE, FIGURE, FIGURE),
    ),
    max_size=12,
    unique_by=lambda each: each.subject_id,
)


@given(MONTHS, MONTHS)
def test_texts_hold_no_figures_and_are_the_same_for_the_same_facts(
    months: list[EntityMonth], before: list[EntityMonth]
) -> None:
    past = [replace(each, month=date(2026, 2, 1)) for each in before]
    made = texts(months, past)
    assert made == texts(months, past)
    told = [re.sub(r"Campaign \d|March 2026", "", text) for text in made]
    assert not any(re.search(r"\d", text) for text in told)


@given(MONTHS)
def test_a_text_is_the_same_wherever_its_entity_stands(months: list[EntityMonth]) -> None:
    assert sorted(texts(months)) == sorted(texts(months[::-1]))


@given(MONTHS, st.floats(0.001, 1000))
def test_verdicts_do_not_depend_on_the_unit_of_money(
    months: list[EntityMonth], rate: float
) -> None:
    """Another unit of all amounts moves nobody's place among the others."""

    def paid(each: EntityMonth) -> EntityMonth:
        figures = each.figures
        spend = None if figures.spend is None else round(figures.spend)
        return replace(each, figures=replace(figures, spend=spend, conversion_value=None))

    def scaled(each: EntityMonth) -> EntityMonth:
        spend = each.figures.spend
        scale = 2.0 ** round(rate / 100)
        return replace(
            each, figures=replace(each.figures, spend=None if spend is None else spend * scale)
        )

    plain = [paid(each) for each in months]
    assert texts(plain) == texts([scaled(each) for each in plain])


def test_ids_are_of_one_tenant_and_one_subject() -> None:
    mine, theirs = TenantId(UUID(int=1)), TenantId(UUID(int=2))
    subject = Subject(DocumentKind.CAMPAIGN, "ab", month_range(MARCH))
    assert subject.document_id(mine) == UUID("8bbcdb29-57fc-2164-cdf6-436ece1c047f")
    others = [
        subject.document_id(theirs),
        Subject(DocumentKind.AD, "ab", month_range(MARCH)).document_id(mine),
        Subject(DocumentKind.CAMPAIGN, "ab").document_id(mine),
        Subject(DocumentKind.CAMPAIGN, "ab", month_range(date(2026, 4, 1))).document_id(mine),
    ]
    assert len({subject.document_id(mine), *others}) == 5


@pytest.mark.parametrize(
    ("month", "last"),
    [(MARCH, date(2026, 3, 31)), (date(2028, 2, 1), date(2028, 2, 29)),
     (date(2026, 12, 1), date(2026, 12, 31))],
)  # fmt: skip
def test_a_month_has_its_days(month: date, last: date) -> None:
    assert month_range(month) == DateRange(month, last)


def test_channels_are_known_in_any_case() -> None:
    assert aliases_of("paid search") == CHANNEL_ALIASES["Paid Search"]
    assert aliases_of("Our own channel") == ()


def test_quality_is_told_in_words() -> None:
    assert [told_quality(each) for each in (None, 0.2, 0.5, 0.7, 0.85, 0.95)] == [
        "not assessed",
        "critical data quality, do not trust",
        "poor data quality",
        "acceptable data quality",
        "good data quality",
        "excellent data quality",
    ]
