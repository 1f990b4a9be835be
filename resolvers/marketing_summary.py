"""The marketing summary: one question to the metric layer, from several sides at one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from core.metrics.catalogue import CATALOGUE, Metric, MetricKind
from core.metrics.rates import change, change_share, ratio
from core.periods import Grain
from core.records.calendar import CalendarDayRecord
from core.records.performance import (
    PerformanceDimension,
    PerformanceOrder,
    PerformanceQuestion,
    SortDirection,
    Sums,
    Trace,
)
from core.units import DateRange
from resolvers import performance
from resolvers.dates import not_longer
from resolvers.paging import PageArguments
from resolvers.performance import Figure, Figures, figures
from resolvers.session import Session

MAX_DAYS: Final = 1000
MAX_SOURCES: Final = 100
METRICS: Final = tuple(
    each for each in Metric if CATALOGUE[each].parts[0] not in {Metric.REACH, Metric.VALUE}
)
"""Those of media that can be told of many entries."""


class DayPart(StrEnum):
    """Which days of a range. WEEKDAY and WEEKEND are all of them; others lie among those."""

    WEEKDAY = "WEEKDAY"
    WEEKEND = "WEEKEND"
    HOLIDAY = "HOLIDAY"
    RETAIL_EVENT = "RETAIL_EVENT"


_HOLDS: Final[dict[DayPart, Callable[[CalendarDayRecord], bool]]] = {
    DayPart.WEEKDAY: lambda day: not day.is_weekend,
    DayPart.WEEKEND: lambda day: day.is_weekend,
    DayPart.HOLIDAY: lambda day: day.is_holiday,
    DayPart.RETAIL_EVENT: lambda day: bool(day.retail_events),
}


@dataclass(frozen=True, slots=True)
class DayPartFigures:
    """Figures of some days, how many of the calendar's days they are, and where they come from.

    `per_day` are the sums over the number of those days, whether they have entries or not.
    """

    part: DayPart
    days: int
    compared_days: int
    figures: tuple[Figure, ...]
    per_day: tuple[Figure, ...]
    trace: Trace | None


async def summary(
    session: Session, question: PerformanceQuestion, as_of: datetime | None
) -> Figures:
    """The figures of all of it, at most one row, at the moment of all that is told beside."""
    not_longer(question.facts.dates, MAX_DAYS, "dates")
    if question.comparison is not None:
        not_longer(question.comparison.dates, MAX_DAYS, "compareTo")
    whole = replace(question, metrics=METRICS, by=(), grain=None, order=PerformanceOrder())
    return await performance.page(session, whole, PageArguments(first=1), as_of)


async def by_source(session: Session, found: Figures) -> Figures:
    """By source, the largest spend first."""
    return await _grouped(session, found, MAX_SOURCES, by=(PerformanceDimension.SOURCE,))


async def top_campaigns(session: Session, found: Figures, most: int) -> Figures:
    """Those with the largest spend; what is above campaigns has none of its own."""
    by = (
        PerformanceDimension.SOURCE,
        PerformanceDimension.ACCOUNT,
        PerformanceDimension.CAMPAIGN,
    )
    # Entries above campaigns make one group of an account, which is left out of the answer.
    whole = await _grouped(session, found, most + MAX_SOURCES, by=by)
    place = whole.question.by.index(PerformanceDimension.CAMPAIGN)
    named = [each for each in whole.page.items if each.group[place] is not None and each.sums]
    return replace(whole, page=replace(whole.page, items=tuple(named[:most])))


async def trends(session: Session, found: Figures, grain: Grain) -> Figures:
    """Period by period, oldest first."""
    facts, other = found.question.facts, found.question.comparison
    most = max(facts.dates.days, other.dates.days if other else 0)
    asked = replace(found.question, grain=grain)
    arguments = PageArguments(first=most)
    return await performance.page(session, asked, arguments, found.as_of)


async def day_parts(session: Session, found: Figures) -> tuple[DayPartFigures, ...]:
    """Weekdays, weekends, holidays and retail events, by the calendar of each side's moment."""
    by_day = await trends(session, found, Grain.DAY)
    sides = [dict(_days(by_day, "sums", found.question.facts.dates))]
    known = [await _calendar(session, found.question.facts.dates, found.as_of)]
    if (other := found.question.comparison) is not None:
        sides.append(dict(_days(by_day, "compared", other.dates)))
        known.append(await _calendar(session, other.dates, found.compared_as_of or found.as_of))
    return tuple(_part(part, found, sides, known) for part in DayPart)


async def _grouped(
    session: Session, found: Figures, most: int, *, by: tuple[PerformanceDimension, ...]
) -> Figures:
    order = PerformanceOrder(Metric.SPEND, direction=SortDirection.DESC)
    asked = replace(found.question, by=by, order=order)
    return await performance.page(session, asked, PageArguments(first=most), found.as_of)


async def _calendar(
    session: Session, dates: DateRange, as_of: datetime
) -> tuple[CalendarDayRecord, ...]:
    return tuple(await session.stores.calendar.range(session.scope, dates, as_of))


def _days(by_day: Figures, side: str, dates: DateRange) -> Iterator[tuple[date, Sums]]:
    """The sums of each day of one side that has any."""
    days = list(dates)
    for record in by_day.page.items:
        sums: Sums | None = getattr(record, side)
        if sums is not None:
            yield days[record.step], sums


def _part(
    part: DayPart,
    found: Figures,
    sides: list[dict[date, Sums]],
    known: list[tuple[CalendarDayRecord, ...]],
) -> DayPartFigures:
    chosen = [[day.date for day in days if _HOLDS[part](day)] for days in known]
    sums = [
        _together([side[day] for day in days if day in side])
        for side, days in zip(sides, chosen, strict=True)
    ]
    counts = [len(days) for days in chosen]
    now, before = (*sums, None)[:2]
    told = tuple(figures(METRICS, now, before))
    compared = counts[1] if len(counts) > 1 else 0
    trace = None
    if now is not None:
        trace = Trace(found.question.facts, found.as_of, days=tuple(sorted(chosen[0])))
    return DayPartFigures(
        part, counts[0], compared, told, tuple(_per_day(told, counts[0], compared)), trace
    )


def _per_day(told: Iterable[Figure], days: int, compared: int) -> Iterator[Figure]:
    for each in told:
        if CATALOGUE[each.metric].kind is MetricKind.ADDITIVE:
            now, before = ratio(each.value, days), ratio(each.compared, compared)
            yield Figure(each.metric, now, before, change(now, before), change_share(now, before))


def _together(days: list[Sums]) -> Sums | None:
    """The sums of several days; one that a missing rate left unknown leaves all unknown."""
    if not days:
        return None

    def summed(name: str) -> Any:
        known = [getattr(day, name) for day in days if getattr(day, name) is not None]
        return sum(known[1:], known[0]) if known else None

    def amount(name: str) -> Decimal | None:
        if any(day.unconverted and getattr(day, name) is None for day in days):
            return None
        found: Decimal | None = summed(name)
        return found

    return Sums(
        entries=summed("entries"),
        spend=amount("spend"),
        impressions=summed("impressions"),
        clicks=summed("clicks"),
        link_clicks=summed("link_clicks"),
        reach=None,
        conversions=summed("conversions"),
        conversion_value=amount("conversion_value"),
        value=None,
        unconverted=summed("unconverted"),
        is_mature=all(day.is_mature for day in days),
        quality=None,
        learned_at=max(day.learned_at for day in days),
    )
