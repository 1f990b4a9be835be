"""Each kind's title and its first sentence."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, NamedTuple

from core.insight_words.figures import (
    MONTHS,
    compared,
    day,
    figure,
    held,
    metric,
    money,
    more_or_less,
    number,
    percent,
    when,
)
from core.insight_words.phrases import capital, fact, subject, word
from core.records.findings import Effect, EffectUnit, Finding
from core.records.insights import InsightKind
from core.units import DateRange

Template = Callable[[Finding, str], str]
_NONE: Final = Effect(0.0, 0.0, 0.0, EffectUnit.SHARE)
_DAYS: Final = (
    "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays",
)  # fmt: skip


class Templates(NamedTuple):
    """How one kind is told."""

    title: Template
    text: Template


def _effect(finding: Finding) -> Effect:
    return finding.effect or _NONE


def _of(finding: Finding, name: str) -> str:
    return f"{metric(finding)} of {subject(finding, name)}"


def _is_share(finding: Finding) -> bool:
    return _effect(finding).unit in (EffectUnit.SHARE, EffectUnit.SHARE_PER_WEEK)


def _apart(finding: Finding) -> str:
    """Of an effect that is a share, how far; else nothing, as both figures are told already."""
    return f": {compared(_effect(finding))}" if finding.effect and _is_share(finding) else ""


def _unexpected_title(finding: Finding, name: str) -> str:
    return capital(
        f"{_of(finding, name)}: {figure(finding, finding.observed)} where about "
        f"{figure(finding, finding.expected)} was expected, {when(finding.window)}"
    )


def _unexpected(finding: Finding, name: str) -> str:
    return capital(
        f"{when(finding.window)}, {_of(finding, name)} came to "
        f"{figure(finding, finding.observed)}; what the days before let expect is about "
        f"{figure(finding, finding.expected)}{_apart(finding)}."
    )


def _trend_title(finding: Finding, name: str) -> str:
    verb = "grows" if _effect(finding).size >= 0 else "falls"
    return capital(f"{_of(finding, name)} {verb} by {_a_week(finding)}")


def _a_week(finding: Finding) -> str:
    effect = _effect(finding)
    if not _is_share(finding):
        return f"about {figure(finding, abs(effect.size))} a week"
    return f"about {percent(effect.size)} a week"


def _trend(finding: Finding, name: str) -> str:
    effect = _effect(finding)
    told = f"{compared(effect)} each week" if _is_share(finding) else _a_week(finding)
    return capital(f"{when(finding.window)}, {_of(finding, name)} came to {told}.")


def _change_title(finding: Finding, name: str) -> str:
    return capital(
        f"{_of(finding, name)} moved from about {figure(finding, finding.expected)} to about "
        f"{figure(finding, finding.observed)} a day, since {day(finding.window.since)}"
    )


def _change(finding: Finding, name: str) -> str:
    return capital(
        f"{_of(finding, name)} was about {figure(finding, finding.expected)} a day and is about "
        f"{figure(finding, finding.observed)} {when(finding.window)}{_apart(finding)}."
    )


def _mix_title(finding: Finding, name: str) -> str:
    return capital(
        f"the total of {metric(finding)} stands and its parts moved: {subject(finding, name)}, "
        f"{when(finding.window)}"
    )


def _mix(finding: Finding, name: str) -> str:
    return capital(
        f"{when(finding.window)} the part that {subject(finding, name)} has in {metric(finding)} "
        f"moved from about {percent(fact(finding, 'share_before'))} to about "
        f"{percent(fact(finding, 'share_after'))}{_apart(finding)}, while the total of all parts "
        "did not."
    )


def _outage_title(finding: Finding, name: str) -> str:
    return capital(f"no {_of(finding, name)}, {when(finding.window)}")


def _outage(finding: Finding, name: str) -> str:
    return capital(
        f"{when(finding.window)} {subject(finding, name)} was read and brought no "
        f"{metric(finding)}; about {figure(finding, finding.expected)} were to be expected."
    )


def _freshness_title(finding: Finding, name: str) -> str:
    return capital(f"{subject(finding, name)} is {_overdue(finding)} late")


def _overdue(finding: Finding) -> str:
    return _days(_effect(finding).size)


def _days(value: float) -> str:
    return "1 day" if number(value) == "1" else f"{number(value)} days"


def _freshness(finding: Finding, name: str) -> str:
    fresh = word(finding, "fresh_at")
    last = f"was last read {_moment(fresh)}" if fresh else "was never read"
    return capital(
        f"{subject(finding, name)} {last} and was to be read again by "
        f"{_moment(word(finding, 'due_at'))}, which is {_overdue(finding)} ago."
    )


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    return f"{day(moment)} {moment:%H:%M} UTC"


def _quality_title(finding: Finding, name: str) -> str:
    return capital(
        f"{_of(finding, name)} fell to {figure(finding, finding.observed)} from about "
        f"{figure(finding, finding.expected)}"
    )


def _quality(finding: Finding, name: str) -> str:
    effect = _effect(finding)
    return capital(
        f"{when(finding.window)} the {_of(finding, name)} fell to "
        f"{figure(finding, finding.observed)}, where it is about "
        f"{figure(finding, finding.expected)} usually: {number(-effect.size)} lower "
        f"({number(-effect.high)} to {number(-effect.low)}, {held(effect)})."
    )


def _budgeted(finding: Finding) -> str:
    """A month by its name, other days by the first and the last."""
    window = finding.window
    last = calendar.monthrange(window.since.year, window.since.month)[1]
    if window == DateRange(window.since.replace(day=1), window.since.replace(day=last)):
        return f"in {MONTHS[window.since.month - 1]} {window.since.year}"
    return when(window)


def _pacing_title(finding: Finding, name: str) -> str:
    return capital(
        f"{_of(finding, name)} is to reach about {figure(finding, finding.observed)} "
        f"{_budgeted(finding)}, with a budget of {figure(finding, finding.expected)}"
    )


def _pacing(finding: Finding, name: str) -> str:
    return capital(
        f"{_of(finding, name)} {_budgeted(finding)} stands at about "
        f"{money(finding, fact(finding, 'spent'))} with {_days(fact(finding, 'days_left'))} left, "
        f"where {money(finding, fact(finding, 'planned'))} were planned, and is to reach about "
        f"{figure(finding, finding.observed)} ({money(finding, fact(finding, 'low'))} to "
        f"{money(finding, fact(finding, 'high'))}, {held(_effect(finding))}). The budget is "
        f"{figure(finding, finding.expected)}{_apart(finding)}."
    )


def _weekday(finding: Finding) -> str:
    return _DAYS[max(int(fact(finding, "day_of_week")), 1) - 1]


def _seasonality_title(finding: Finding, name: str) -> str:
    effect = _effect(finding)
    return (
        f"{_weekday(finding)} bring about {more_or_less(effect.size)} {_of(finding, name)} than "
        "the week's usual day"
    )


def _seasonality(finding: Finding, name: str) -> str:
    return (
        f"Over {number(fact(finding, 'weeks'))} weeks {when(finding.window)}, {_weekday(finding)} "
        f"brought {compared(_effect(finding))} {_of(finding, name)} than the usual day of their "
        "week; no other day of the week lies farther from it."
    )


def _other(finding: Finding) -> str:
    return f"{word(finding, 'other_metric')} of channel {word(finding, 'other_channel')}"


def _lag(finding: Finding) -> str:
    days = fact(finding, "lag_days")
    if not days:
        return "on the same day"
    return "a day later" if days == 1 else f"{number(days)} days later"


def _together(finding: Finding) -> str:
    return "together" if _effect(finding).size >= 0 else "in opposite directions"


def _association_title(finding: Finding, name: str) -> str:
    return capital(
        f"{_other(finding)} and, {_lag(finding)}, {_of(finding, name)} move {_together(finding)}"
    )


def _association(finding: Finding, name: str) -> str:
    effect = _effect(finding)
    return capital(
        f"{when(finding.window)}, what was unusual in {_other(finding)} and, {_lag(finding)}, in "
        f"{_of(finding, name)} moved {_together(finding)}: correlation {number(effect.size)} "
        f"({number(effect.low)} to {number(effect.high)}, {held(effect)}). Which of them moves "
        "the other, or whether something else moves both, this does not say."
    )


def _peers(finding: Finding) -> str:
    return f"the {number(fact(finding, 'peers'))} other campaigns of {word(finding, 'channel')}"


def _benchmark_title(finding: Finding, name: str) -> str:
    return capital(
        f"{_of(finding, name)}: {figure(finding, finding.observed)}, where its channel's other "
        f"campaigns show about {figure(finding, finding.expected)}"
    )


def _benchmark(finding: Finding, name: str) -> str:
    return capital(
        f"{when(finding.window)} the {_of(finding, name)} was "
        f"{figure(finding, finding.observed)}; {_peers(finding)} show about "
        f"{figure(finding, finding.expected)}{_apart(finding)}. With chance taken away it is about "
        f"{figure(finding, fact(finding, 'shrunk'))}."
    )


def _wasted_title(finding: Finding, name: str) -> str:
    return capital(
        f"{subject(finding, name)}: {money(finding, fact(finding, 'spend'))} brought "
        f"{number(finding.observed or 0.0)} conversions, about {number(finding.expected or 0.0)} "
        "at its channel's rate"
    )


def _wasted(finding: Finding, name: str) -> str:
    return capital(
        f"{when(finding.window)} {subject(finding, name)} spent "
        f"{money(finding, fact(finding, 'spend'))} and has "
        f"{number(finding.observed or 0.0)} conversions; at the rate of {_peers(finding)} it would "
        f"be about {number(finding.expected or 0.0)}{_apart(finding)}. What it is meant for is not "
        "known here: a campaign that is to be seen rather than to sell is told in the same words."
    )


def _saturation_title(finding: Finding, name: str) -> str:
    return capital(
        f"more spend of {subject(finding, name)} came with less than proportionately more "
        "conversions"
    )


def _saturation(finding: Finding, name: str) -> str:
    return capital(
        f"over {number(fact(finding, 'weeks'))} weeks {when(finding.window)}, conversions of "
        f"{subject(finding, name)} rose with spend by a slope of about "
        f"{number(finding.observed or 0.0)} ({number(fact(finding, 'slope_low'))} to "
        f"{number(fact(finding, 'slope_high'))}, {held(_effect(finding))}) of logarithms, where "
        "1 keeps pace. Weeks of high and of low spend may have differed otherwise too."
    )


TEMPLATES: Final[Mapping[InsightKind, Templates]] = MappingProxyType(
    {
        InsightKind.ANOMALY: Templates(_unexpected_title, _unexpected),
        InsightKind.TREND: Templates(_trend_title, _trend),
        InsightKind.CHANGE_POINT: Templates(_change_title, _change),
        InsightKind.MIX_SHIFT: Templates(_mix_title, _mix),
        InsightKind.FRESHNESS: Templates(_freshness_title, _freshness),
        InsightKind.OUTAGE: Templates(_outage_title, _outage),
        InsightKind.QUALITY_INCIDENT: Templates(_quality_title, _quality),
        InsightKind.PACING: Templates(_pacing_title, _pacing),
        InsightKind.SEASONALITY: Templates(_seasonality_title, _seasonality),
        InsightKind.ASSOCIATION: Templates(_association_title, _association),
        InsightKind.BENCHMARK: Templates(_benchmark_title, _benchmark),
        InsightKind.WASTED_SPEND: Templates(_wasted_title, _wasted),
        InsightKind.SATURATION: Templates(_saturation_title, _saturation),
    }
)
