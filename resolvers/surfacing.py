"""Surfacing insights: what was found of late, beside the figures of the days that it is about.

The specification's get_surfacing_insights. Every figure is the metric layer's, at one moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

from core.errors import BadInput
from core.records.attribution import AttributionDefinition
from core.records.findings import SubjectLevel
from core.records.insights import InsightFilter, InsightKind, InsightRecord, InsightState
from core.records.performance import (
    FigureSpan,
    PerformanceDimension,
    PerformanceQuestion,
    PerformanceRecord,
)
from core.units import EVER, DateRange
from loaders.performance import FiguresAsked
from resolvers import insights, performance
from resolvers.marketing_summary import METRICS
from resolvers.paging import PageArguments
from resolvers.performance import Figures
from resolvers.session import Session

WINDOW_DAYS: Final = 30
MAX_WINDOW: Final = 400
CONFIDENCE: Final = 0.7
MOST: Final = 50
LIVE: Final = tuple(state for state in InsightState if state.is_live)

T = TypeVar("T", float, date)

_CHANNELS: Final = 100
"""How many channels an insight's days have at most, on average."""
_PLACES: Final = 12
"""Of a share, so that 1 - 0.9 is 0.1."""


@dataclass(frozen=True, slots=True)
class SurfacingQuestion:
    """Which insights; `until` None: the day of the moment that is asked about, in UTC."""

    kind: InsightKind | None
    window_days: int
    until: date | None
    min_confidence: float
    first: int
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class Surfaced:
    """The insights of one answer, and the questions to the metric layer that all of them share.

    `own` has a span for each insight, `channels` the same by channel, `windows` each of their
    days once, by channel.
    """

    insights: tuple[InsightRecord, ...]
    as_of: datetime | None
    own: FiguresAsked
    channels: FiguresAsked
    windows: FiguresAsked


async def surface(session: Session, asked: SurfacingQuestion) -> Surfaced:
    """The newest insights about any of the days that are not over, as sure as is asked for."""
    _check("windowDays", asked.window_days, 1, MAX_WINDOW)
    _check("minConfidence", asked.min_confidence, 0, 1)
    until = asked.until or (asked.as_of or session.clock()).date()
    _check("until", until, EVER.since, EVER.until)
    wanted = InsightFilter(
        kinds=(asked.kind,) if asked.kind else (),
        dates=DateRange(until - timedelta(days=asked.window_days - 1), until),
        states=LIVE,
        most_false=round(1 - asked.min_confidence, _PLACES),
    )
    page = await insights.page(session, PageArguments(first=asked.first), wanted, asked.as_of)
    currency = (await performance.tenant_of(session)).reporting_currency
    return _surfaced(page.items, asked.as_of, currency)


def _surfaced(found: tuple[InsightRecord, ...], as_of: datetime | None, currency: str) -> Surfaced:
    own = tuple(map(_own, found))
    windows = tuple(FigureSpan(dates) for dates in dict.fromkeys(each.window for each in found))

    def asked(spans: tuple[FigureSpan, ...], *by: PerformanceDimension) -> FiguresAsked:
        facts = AttributionDefinition(dates=_hull(spans))
        question = PerformanceQuestion(facts=facts, by=by, metrics=METRICS, spans=spans)
        most = max(1, len(spans)) * (_CHANNELS if by else 1)
        return FiguresAsked(performance.checked(question, currency), most, as_of)

    by = PerformanceDimension.CHANNEL
    return Surfaced(found, as_of, asked(own), asked(own, by), asked(windows, by))


def confidence(record: InsightRecord) -> float:
    """1 less the share of false ones among all that is told with it; 1 of what is counted."""
    share = record.finding.q if record.finding else None
    return 1.0 if share is None else round(1 - share, _PLACES)


async def key_metrics(
    session: Session, surfaced: Surfaced, place: int
) -> tuple[Figures, PerformanceRecord | None]:
    """The figures of whom the insight at `place` is about, over its days; None without entries."""
    found = await performance.of_spans(session, surfaced.own)
    return found, next(_of_step(found, place), None)


async def channel(session: Session, surfaced: Surfaced, place: int) -> str | None:
    """The channel that all of its figures are of, if there is one."""
    subject = surfaced.insights[place].subject
    if subject.level is SubjectLevel.CHANNEL:
        return subject.key
    found = await _at_one_moment(session, surfaced, surfaced.channels)
    channels = [record.group[0] for record in _of_step(found, place)]
    return channels[0] if len(channels) == 1 else None


async def across(
    session: Session, surfaced: Surfaced, place: int
) -> tuple[Figures, tuple[PerformanceRecord, ...]]:
    """What the other channels came to over the same days."""
    own = await channel(session, surfaced, place)
    found = await _at_one_moment(session, surfaced, surfaced.windows)
    step = found.question.spans.index(FigureSpan(surfaced.insights[place].window))
    return found, tuple(record for record in _of_step(found, step) if record.group[0] != own)


async def _at_one_moment(session: Session, surfaced: Surfaced, asked: FiguresAsked) -> Figures:
    """At the moment of the insights' own figures."""
    moment = (await performance.of_spans(session, surfaced.own)).as_of
    return await performance.of_spans(session, replace(asked, as_of=moment))


def _hull(spans: tuple[FigureSpan, ...]) -> DateRange:
    """From the first of their days to the last; of none a day of no matter."""
    days = [day for span in spans for day in (span.dates.since, span.dates.until)]
    return DateRange(min(days, default=EVER.since), max(days, default=EVER.since))


def _of_step(found: Figures, step: int) -> Iterator[PerformanceRecord]:
    return (record for record in found.page.items if record.step == step)


def _own(record: InsightRecord) -> FigureSpan:
    subject = record.subject
    if subject.level is SubjectLevel.CONNECTION:
        return FigureSpan(record.window, connection=subject.connection_id)
    if subject.level is SubjectLevel.CAMPAIGN:
        return FigureSpan(record.window, campaign=UUID(subject.key))
    if subject.level is SubjectLevel.CHANNEL:
        return FigureSpan(record.window, channel=subject.key)
    return FigureSpan(record.window)


def _check(field: str, given: T, least: T, most: T) -> None:
    if not least <= given <= most:
        raise BadInput(
            f"{field} is {given}, but must be between {least} and {most}",
            field=field,
            mend=f"choose {field} from {least} to {most}",
        )
