"""The statement that groups of figures are read by, made of their question."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from core.metrics.catalogue import CATALOGUE, Metric
from core.periods import Grain, period_of
from core.records.pages import PageRequest
from core.records.performance import (
    FigurePart,
    FigureSpan,
    PerformanceOrder,
    PerformanceQuestion,
    SortDirection,
)
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.attribution_filters import restrict
from stores.postgres.attribution_parts import IN_WINDOW
from stores.postgres.attribution_query import (
    AT_RATES,
    OF_MANY,
    Selection,
    parts_of,
)
from stores.postgres.conditions import Conditions
from stores.postgres.key_columns import COLUMNS
from stores.postgres.paging import Ordering
from stores.postgres.rate_rendering import figure_of, quotient

_ASIDE: Final = ("entries", "unconverted", "is_mature", "quality", "learned_at")
_SUMMED: Final = tuple(each.column for each in Metric if CATALOGUE[each].parts == (each,))
MEASURES: Final = (*_ASIDE, *_SUMMED)
"""What is told of a group."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared: its days, its moment, and what it is read from."""

    dates: DateRange
    as_of: datetime
    selection: Selection


def groups_query(
    question: PerformanceQuestion,
    scope: TenantScope,
    request: PageRequest,
    now: Side,
    then: Side | None,
) -> tuple[str, list[Any]]:
    """A statement of the groups of a page and one more, and its values.

    Its columns are `step`, `k0` and so on for the groups, `rank`, and MEASURES as `now_…` and,
    where there is a comparison, `then_…`.
    """
    keys = ["step", *(f"k{number}" for number in range(len(question.by)))]
    conditions = Conditions()
    source, conditions.values = _groups(question, scope, now)
    told = [f"a.{name} AS now_{name}" for name in MEASURES]
    source = f"({source}) a"
    if then is not None:
        other, values = _groups(question, scope, then)
        other = _renumbered(other, len(conditions.values))
        conditions.values += values
        told += [f"b.{name} AS then_{name}" for name in MEASURES]
        source += f" FULL JOIN ({other}) b USING ({', '.join(keys)})"
    ordering = _ordering(keys)
    ordering.seek(conditions, request)
    columns = ", ".join((*keys, f"{_rank(question.order)} AS rank", *told))
    rows = f"SELECT {columns} FROM {source}"
    sql = f"SELECT * FROM ({rows}) g WHERE {conditions} {ordering.clause(request)}"
    return sql, conditions.values


def _groups(question: PerformanceQuestion, scope: TenantScope, side: Side) -> tuple[str, list[Any]]:
    """A SELECT of every group of a side, by `step` and keys that are never null."""
    conditions = Conditions(scope.tenant_id, side.as_of, side.dates.since, side.dates.until)
    conditions.add(IN_WINDOW)
    restrict(conditions, question.facts)
    parts = parts_of(conditions, side.selection)
    measured = OF_MANY if side.selection.rates is None else AT_RATES
    keys = [f"{COLUMNS[each].text} AS k{number}" for number, each in enumerate(question.by)]
    step = f"{_step(conditions, question, side.dates)} AS step"
    told = ", ".join([step, *keys, *(f"{measured[name]} AS {name}" for name in MEASURES)])
    grouped = ", ".join(str(number + 1) for number in range(len(keys) + 1))
    spans = _spans(conditions, question.spans)
    return f"SELECT {told} FROM ({parts}) e{spans} GROUP BY {grouped}", conditions.values


def _spans(conditions: Conditions, spans: Sequence[FigureSpan]) -> str:
    """Joins each part to the spans that it is of, which have their numbers from 1.

    By their days one by one and apart from the rest (OFFSET 0), so that they are met by a merge or
    a hash: else every part is held against every span.
    """
    if not spans:
        return ""
    columns = (
        conditions.parameter([getattr(span, name) for span in spans]) + cast
        for name, cast in _SPAN.items()
    )
    days = [[span.dates.since for span in spans], [span.dates.until for span in spans]]
    since, until = (f"{conditions.parameter(each)}::date[]" for each in days)
    return f"""
JOIN (
    SELECT s.*, s.since + day AS date
    FROM unnest({since}, {until}, {", ".join(columns)}) WITH ORDINALITY
        s (since, until, connection_id, campaign, channel, number)
    CROSS JOIN LATERAL generate_series(0, s.until - s.since) day
    OFFSET 0
) w ON e.date = w.date
    AND (w.connection_id IS NULL OR e.connection_id = w.connection_id)
    AND (w.campaign IS NULL OR e.campaign = w.campaign)
    AND (w.channel IS NULL OR e.channel = w.channel)"""


_SPAN: Final = {"connection": "::uuid[]", "campaign": "::uuid[]", "channel": "::text[]"}


def _step(conditions: Conditions, question: PerformanceQuestion, dates: DateRange) -> str:
    """SQL of the number of the period that a day is of, from 0."""
    grain = question.grain
    if question.spans:
        return "(w.number - 1)::int"
    if grain is None:
        return "0"
    first = conditions.parameter(period_of(dates.since, grain, question.facts.week_start).since)
    if grain is Grain.MONTH:
        return (
            f"(12 * (extract(year FROM e.date) - extract(year FROM {first}::date)) "
            f"+ extract(month FROM e.date) - extract(month FROM {first}::date))::int"
        )
    days = f"(e.date - {first}::date)"
    return days if grain is Grain.DAY else f"{days} / 7"


def _renumbered(sql: str, by: int) -> str:
    """The same statement, to stand behind another with so many values."""
    return _PLACE.sub(lambda found: f"${int(found[1]) + by}", sql)


_PLACE: Final = re.compile(r"\$(\d+)")


def _rank(order: PerformanceOrder) -> str:
    sign = "-" if order.direction is SortDirection.DESC else ""
    return f"{sign}({_sorted(order)})"


def _sorted(order: PerformanceOrder) -> str:
    if order.metric is None:
        return "step::numeric"
    if order.part is FigurePart.VALUE:
        return figure_of(order.metric, "a")
    now, before = figure_of(order.metric, "a"), figure_of(order.metric, "b")
    return {
        FigurePart.COMPARED: before,
        FigurePart.CHANGE: f"{now} - {before}",
        FigurePart.CHANGE_SHARE: quotient(f"({now} - {before})", f"abs({before})"),
    }[order.part]


def _ordering(keys: Sequence[str]) -> Ordering:
    columns = ("(g.rank IS NULL)::int", "coalesce(g.rank, 0)", *(f"g.{key}" for key in keys))
    texts: tuple[Callable[[str], Any], ...] = (str,) * (len(keys) - 1)
    return Ordering(columns, (int, Decimal, int, *texts))
