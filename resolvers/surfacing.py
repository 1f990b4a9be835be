"""Surfacing insights: what was found of late, beside the figures of the days that it is about.

The specification's get_surfacing_insights. Every figure is the metric layer's, at one moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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
from core.units import DateRange
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

_FIRST, _LAST = date(1990, 1, 1), date(2099, 12, 31)
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
    """The insights of one answer, whose figures are read together."""

    insights: tuple[InsightRecord, ...]
    as_of: datetime | None

    @property
    def own(self) -> tuple[FigureSpan, ...]:
        """Of each insight, its days and whom it is about."""
        return tuple(map(_own, self.insights))

    @property
    def windows(self) -> tuple[FigureSpan, ...]:
        """The different days that they are about."""
        return tuple(FigureSpan(dates) for dates in dict.fromkeys(i.window for i in self.insights))

    @property
    def hull(self) -> DateRange:
        """From the first of their days to the last."""
        windows = [each.window for each in self.insights]
        return DateRange(min(w.since for w in windows), max(w.until for w in windows))


async def surface(session: Session, asked: SurfacingQuestion) -> Surfaced:
    """The newest insights about any of the days that are not over, as sure as is asked for."""
    _check("windowDays", asked.window_days, 1, MAX_WINDOW)
    _check("minConfidence", asked.min_confidence, 0, 1)
    until = asked.until or (asked.as_of or session.clock()).date()
    _check("until", until, _FIRST, _LAST)
    wanted = InsightFilter(
        kinds=(asked.kind,) if asked.kind else (),
        dates=DateRange(until - timedelta(days=asked.window_days - 1), until),
        states=LIVE,
        most_false=round(1 - asked.min_confidence, _PLACES),
    )
    page = await insights.page(session, PageArguments(first=asked.first), wanted, asked.as_of)
    return Surfaced(page.items, asked.as_of)


def confidence(record: InsightRecord) -> float:
    """1 less the share of false ones among all that is told with it; 1 of what is counted."""
    share = record.finding.q if record.finding else None
    return 1.0 if share is None else round(1 - share, _PLACES)


async def key_metrics(
    session: Session, surfaced: Surfaced, place: int
) -> tuple[Figures, PerformanceRecord | None]:
    """The figures of whom the insight at `place` is about, over its days; None without entries."""
    found = await _own_figures(session, surfaced)
    return found, next(_of_step(found, place), None)


async def channel(session: Session, surfaced: Surfaced, place: int) -> str | None:
    """The channel that all of its figures are of, if there is one."""
    subject = surfaced.insights[place].subject
    if subject.level is SubjectLevel.CHANNEL:
        return subject.key
    found = await _by_channel(session, surfaced, surfaced.own)
    channels = [record.group[0] for record in _of_step(found, place)]
    return channels[0] if len(channels) == 1 else None


async def across(
    session: Session, surfaced: Surfaced, place: int
) -> tuple[Figures, tuple[PerformanceRecord, ...]]:
    """What the other channels came to over the same days."""
    own = await channel(session, surfaced, place)
    windows = surfaced.windows
    found = await _by_channel(session, surfaced, windows)
    step = windows.index(FigureSpan(surfaced.insights[place].window))
    return found, tuple(record for record in _of_step(found, step) if record.group[0] != own)


async def _own_figures(session: Session, surfaced: Surfaced) -> Figures:
    question = _question(surfaced, (), surfaced.own)
    return await performance.of_spans(session, question, len(question.spans), surfaced.as_of)


async def _by_channel(
    session: Session, surfaced: Surfaced, spans: tuple[FigureSpan, ...]
) -> Figures:
    """At the moment of the insights' own figures."""
    moment = (await _own_figures(session, surfaced)).as_of
    question = _question(surfaced, (PerformanceDimension.CHANNEL,), spans)
    return await performance.of_spans(session, question, len(spans) * _CHANNELS, moment)


def _question(
    surfaced: Surfaced, by: tuple[PerformanceDimension, ...], spans: tuple[FigureSpan, ...]
) -> PerformanceQuestion:
    facts = AttributionDefinition(dates=surfaced.hull)
    return PerformanceQuestion(facts=facts, by=by, metrics=METRICS, spans=spans)


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
