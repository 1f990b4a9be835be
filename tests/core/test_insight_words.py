"""Words of findings: each kind by hand, and no number that the record does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.insight_words import words
from core.insight_words.figures import number, percent
from core.jsonvalue import JSONObject
from core.records.findings import (
    Cause,
    CauseKind,
    Effect,
    EffectUnit,
    Finding,
    Subject,
    SubjectLevel,
)
from core.records.insights import InsightKind
from core.units import DateRange

FRIDAY = DateRange(date(2026, 11, 20), date(2026, 11, 20))
WEEKS = DateRange(date(2026, 9, 28), date(2026, 11, 22))
MONTH = DateRange(date(2026, 11, 1), date(2026, 11, 30))
CAMPAIGN = Subject(SubjectLevel.CAMPAIGN, "c", UUID(int=7))
ACCOUNT = Subject(SubjectLevel.CONNECTION, "a", UUID(int=7))
CHANNEL = Subject(SubjectLevel.CHANNEL, "Email")


def _finding(  # noqa: PLR0917 - as the table reads
    kind: InsightKind,
    subject: Subject,
    metric: str,
    window: DateRange,
    figures: tuple[float | None, float | None],
    effect: Effect,
    facts: JSONObject | None = None,
) -> Finding:
    return Finding(
        kind, subject, metric, "EUR", window, *figures, effect, "rank", 240, 0.0004, 0.012,
        facts={"subject": "Brand", **(facts or {})},
    )  # fmt: skip


ANOMALY = _finding(
    InsightKind.ANOMALY, CAMPAIGN, "conversions", FRIDAY, (30.0, 9.876),
    Effect(2.04, 1.2, 3.1, EffectUnit.SHARE),
)  # fmt: skip
CASES = (
    (
        ANOMALY,
        "Conversions of campaign Brand: 30 where about 9.88 was expected, on 20 November 2026",
        ("On 20 November 2026, conversions of campaign Brand came to 30; what the days before let "
        "expect is about 9.88: about 204% more (120% to 310% more, 95% interval)."),
    ),
    (
        _finding(
            InsightKind.TREND, CHANNEL, "spend", WEEKS, (None, None),
            Effect(-0.031, -0.052, -0.008, EffectUnit.SHARE_PER_WEEK),
        ),
        "Spend of channel Brand falls by about 3.1% a week",
        ("From 28 September 2026 to 22 November 2026, spend of channel Brand came to about 3.1% "
        "less (0.8% to 5.2% less, 95% interval) each week."),
    ),
    (
        _finding(
            InsightKind.CHANGE_POINT, CAMPAIGN, "cpa", WEEKS, (21.5, 14.25),
            Effect(0.509, 0.3, 0.75, EffectUnit.SHARE),
        ),
        ("Cost per conversion of campaign Brand moved from about 14.25 EUR to about 21.5 EUR a "
        "day, since 28 September 2026"),
        ("Cost per conversion of campaign Brand was about 14.25 EUR a day and is about 21.5 EUR "
        "from 28 September 2026 to 22 November 2026: about 51% more (30% to 75% more, 95% "
        "interval)."),
    ),
    (
        _finding(
            InsightKind.MIX_SHIFT, CHANNEL, "conversions", WEEKS, (40.0, 41.0),
            Effect(0.4, 0.2, 0.6, EffectUnit.SHARE), {"share_before": 0.3, "share_after": 0.42},
        ),
        (
            "The total of conversions stands and its parts moved: channel Brand, from 28 "
            "September 2026 to 22 November 2026"
        ),
        (
            "From 28 September 2026 to 22 November 2026 the part that channel Brand has in "
            "conversions moved from about 30% to about 42%: about 40% more (20% to 60% more, 95% "
            "interval), while the total of all parts did not."
        ),
    ),
    (
        _finding(
            InsightKind.OUTAGE, ACCOUNT, "impressions", FRIDAY, (0.0, 5432.1),
            Effect(-1.0, -1.0, -0.9, EffectUnit.SHARE),
        ),
        "No impressions of account Brand, on 20 November 2026",
        (
            "On 20 November 2026 account Brand was read and brought no impressions; about "
            "5,432 were to be expected."
        ),
    ),
    (
        _finding(
            InsightKind.FRESHNESS, ACCOUNT, "freshness", FRIDAY, (None, None),
            Effect(1.5, 1.5, 1.5, EffectUnit.DAYS),
            {"due_at": "2026-11-19T12:00+00:00", "fresh_at": None},
        ),
        "Account Brand is 1.5 days late",
        ("Account Brand was never read and was to be read again by 19 November 2026 12:00 UTC, "
        "which is 1.5 days ago."),
    ),
    (
        _finding(
            InsightKind.QUALITY_INCIDENT, ACCOUNT, "quality_score", FRIDAY, (0.6, 0.99),
            Effect(-0.39, -0.4, -0.36, EffectUnit.METRIC),
        ),
        "Quality score of account Brand fell to 0.6 from about 0.99",
        ("On 20 November 2026 the quality score of account Brand fell to 0.6, where it is about "
        "0.99 usually: 0.39 lower (0.36 to 0.4, 95% interval)."),
    ),
    (
        _finding(
            InsightKind.PACING, Subject(SubjectLevel.TENANT), "spend", MONTH, (12_345.6, 10_000.0),
            Effect(0.2346, 0.18, 0.29, EffectUnit.SHARE, 0.9),
            {"spent": 9_000.4, "planned": 7_000.2, "low": 11_800.2, "high": 12_900.9,
             "days_left": 9},
        ),
        ("Spend of all accounts is to reach about 12,346 EUR in November 2026, with a budget of "
        "10,000 EUR"),
        ("Spend of all accounts in November 2026 stands at about 9,000 EUR with 9 days left, "
        "where 7,000 EUR were planned, and is to reach about 12,346 EUR (11,800 EUR to 12,901 EUR, "
        "90% interval). The budget is 10,000 EUR: about 23% more (18% to 29% more, 90% interval)."),
    ),
    (
        _finding(
            InsightKind.SEASONALITY, CHANNEL, "conversions", WEEKS, (None, None),
            Effect(0.28, 0.11, 0.49, EffectUnit.SHARE), {"day_of_week": 4, "weeks": 8},
        ),
        "Thursdays bring about 28% more conversions of channel Brand than the week's usual day",
        ("Over 8 weeks from 28 September 2026 to 22 November 2026, Thursdays brought about 28% "
        "more (11% to 49% more, 95% interval) conversions of channel Brand than the usual day of "
        "their week; no other day of the week lies farther from it."),
    ),
    (
        _finding(
            InsightKind.ASSOCIATION, CHANNEL, "conversions", WEEKS, (None, None),
            Effect(0.44, 0.342, 0.528, EffectUnit.CORRELATION),
            {"other_channel": "Paid Social", "other_metric": "spend", "lag_days": 3},
        ),
        ("Spend of channel Paid Social and, 3 days later, conversions of channel Brand move "
        "together"),
        ("From 28 September 2026 to 22 November 2026, what was unusual in spend of channel Paid "
        "Social and, 3 days later, in conversions of channel Brand moved together: correlation "
        "0.44 (0.342 to 0.528, 95% interval). Which of them moves the other, or whether "
        "something else moves both, this does not say."),
    ),
    (
        _finding(
            InsightKind.BENCHMARK, CAMPAIGN, "ctr", WEEKS, (0.0413, 0.0207),
            Effect(0.995, 0.7, 1.3, EffectUnit.SHARE),
            {"channel": "Paid Social", "peers": 11, "shrunk": 0.0398},
        ),
        ("Click-through rate of campaign Brand: 4.13%, where its channel's other campaigns show "
        "about 2.07%"),
        ("From 28 September 2026 to 22 November 2026 the click-through rate of campaign Brand was "
        "4.13%; the 11 other campaigns of Paid Social show about 2.07%: about 100% more (70% to "
        "130% more, 95% interval). With chance taken away it is about 3.98%."),
    ),
    (
        _finding(
            InsightKind.WASTED_SPEND, CAMPAIGN, "conversions", WEEKS, (3.0, 31.4),
            Effect(-0.904, -0.98, -0.72, EffectUnit.SHARE),
            {"channel": "Paid Social", "peers": 11, "spend": 1234.5},
        ),
        "Campaign Brand: 1,234 EUR brought 3 conversions, about 31.4 at its channel's rate",
        ("From 28 September 2026 to 22 November 2026 campaign Brand spent 1,234 EUR and has 3 "
        "conversions; at the rate of the 11 other campaigns of Paid Social it would be about "
        "31.4: about 90% less (72% to 98% less, 95% interval). What it is meant for is not known "
        "here: a campaign that is to be seen rather than to sell is told in the same words."),
    ),
    (
        _finding(
            InsightKind.SATURATION, CAMPAIGN, "conversions", WEEKS, (0.6, 1.0),
            Effect(-0.4, -0.6, -0.2, EffectUnit.SHARE),
            {"weeks": 52, "slope_low": 0.4, "slope_high": 0.8},
        ),
        "More spend of campaign Brand came with less than proportionately more conversions",
        ("Over 52 weeks from 28 September 2026 to 22 November 2026, conversions of campaign Brand "
        "rose with spend by a slope of about 0.6 (0.4 to 0.8, 95% interval) of logarithms, where "
        "1 keeps pace. Weeks of high and of low spend may have differed otherwise too."),
    ),
)  # fmt: skip
CERTAINTY = (
    " Method: rank, from 240 days; p 0.0004, and of all that is told with it at most 1.2% is "
    "false by chance."
)


@pytest.mark.parametrize(("finding", "title", "text"), CASES)
def test_a_kind_is_told_in_its_own_words(finding: Finding, title: str, text: str) -> None:
    told = words(finding)

    assert (told.title, told.text) == (title, text + CERTAINTY)


def test_what_was_at_work_is_told_as_no_reason_and_asked_about_first() -> None:
    sale = Cause(CauseKind.CALENDAR, FRIDAY, "Black Friday")
    told = words(replace(ANOMALY, causes=(sale,), at_stake=Decimal("812.5"), is_final=False))

    assert told.text.removesuffix(CERTAINTY).endswith(
        "About 812 EUR are at stake. At work at the same time: calendar: Black Friday (on 20 "
        "November 2026). Whether that is the reason is not known. It was so on all of these days: "
        "its severity is one step lower. Some of these days may still change."
    )
    assert told.next_look.startswith("Compare with the same occasion of last year")
    assert words(ANOMALY).next_look.startswith("Look at the campaigns")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.0, "0"), (1234.5, "1,234"), (99.5, "99.5"), (100.4, "100"), (3.14159, "3.14"),
        (0.012345, "0.0123"), (-2.5, "-2.5"), (0.00001234, "0.0000123"), (7.0, "7"),
    ],
)  # fmt: skip
def test_numbers_are_rounded_by_the_rule(value: float, told: str) -> None:
    assert number(value) == told


FIGURES = st.floats(1e-4, 1e7)
SHARES = st.floats(-0.99, 9)
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:,\d{3})*(?:\.\d+)?")
CONSTANTS = {"1", "0.0001"}
"""The slope that keeps pace, and the least p that is told."""


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    finding = draw(st.sampled_from([each for each, *_ in CASES]))
    low, size, high = sorted(draw(st.tuples(SHARES, SHARES, SHARES)))
    facts = {
        name: draw(FIGURES) if isinstance(value, float) else value
        for name, value in finding.facts.items()
    }
    return replace(
        finding,
        metric=draw(st.sampled_from(["spend", "conversions", "ctr", "roas", finding.metric])),
        observed=draw(FIGURES),
        expected=draw(FIGURES),
        effect=replace(
            finding.effect or Effect(0, 0, 0, EffectUnit.SHARE), size=size, low=low, high=high
        ),
        facts=facts,
        p=draw(st.floats(0, 1)),
        q=draw(st.floats(0, 1)),
        n=draw(st.integers(1, 5_000)),
        at_stake=draw(st.none() | st.decimals(0, 10**7, places=2)),
    )


def _told_of(value: object) -> Iterator[str]:
    """How a value of the record may be told."""
    if isinstance(value, date) or (isinstance(value, str) and "T" in value):
        moment = value if isinstance(value, date) else datetime.fromisoformat(value)
        yield from (str(moment.day), str(moment.year))
        if isinstance(moment, datetime):
            yield from (f"{moment:%H}", f"{moment:%M}")
    elif isinstance(value, int | float | Decimal):
        for each in (float(value), -float(value)):
            yield from (number(each), percent(each).removesuffix("%"), number(each * 100))


@given(findings())
def test_every_number_that_is_told_is_in_the_record(finding: Finding) -> None:
    effect = finding.effect
    assert effect is not None
    values = (
        finding.observed, finding.expected, effect.size, effect.low, effect.high,
        effect.confidence, finding.n, finding.p, max(finding.q or 0, 0.001), finding.at_stake,
        finding.window.since, finding.window.until, *finding.facts.values(),
    )  # fmt: skip
    known = CONSTANTS | {told for value in values for told in _told_of(value)}
    told = words(finding)

    assert set(NUMBER.findall(f"{told.title} {told.text} {told.next_look}")) <= known
