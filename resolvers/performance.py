"""Performance: questions to the metric layer checked, and its figures with where they come from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from core.errors import BadInput
from core.metrics.catalogue import CATALOGUE, Metric, MetricKind
from core.metrics.rates import change, change_share, figure
from core.performance import days_of
from core.records.attribution import (
    AttributionDefinition,
    AttributionDimension,
    AttributionFacts,
)
from core.records.pages import Page
from core.records.performance import (
    FigurePart,
    FigureSpan,
    PerformanceDimension,
    PerformanceQuestion,
    PerformanceRecord,
    Sums,
    Trace,
)
from core.records.tenants import TenantRecord
from core.scope import TenantScope
from core.units import EVER, DateRange
from loaders.performance import FiguresAsked
from resolvers.attribution import checked as checked_facts
from resolvers.attribution import fingerprint, moment_of, moment_part, not_past
from resolvers.paging import Listing, PageArguments, Part
from resolvers.session import Session
from resolvers.text import text_part

MAX_FIGURES: Final = 1000
SUMS_AND_RATES: Final = (Metric.SPEND, Metric.CONVERSIONS, Metric.CONVERSION_VALUE, Metric.ROAS)
"""Asked for where a question names no metrics."""

_SERIES_ALONE: Final = frozenset(
    {
        PerformanceDimension.SERIES,
        PerformanceDimension.SERIES_ROLE,
        PerformanceDimension.CURRENCY,
    }
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric of one group: now, compared with before, and what has changed."""

    metric: Metric
    value: Decimal | None
    compared: Decimal | None
    change: Decimal | None
    change_share: Decimal | None


@dataclass(frozen=True, slots=True)
class Figures:
    """A page of groups, the question as it was checked, and the moment whose knowledge it is."""

    page: Page[PerformanceRecord]
    question: PerformanceQuestion
    as_of: datetime
    listing: Listing[PerformanceRecord]

    @property
    def compared_as_of(self) -> datetime | None:
        """The moment whose knowledge the other side is."""
        other = self.question.comparison
        return None if other is None else other.as_of or self.as_of

    def days(self, record: PerformanceRecord) -> DateRange | None:
        """The days of a group; None where only the other side has such a period."""
        facts, spans = self.question.facts, self.question.spans
        if spans:
            return spans[record.step].dates
        return days_of(facts.dates, record.step, self.question.grain, facts.week_start)

    def compared_days(self, record: PerformanceRecord) -> DateRange | None:
        """The days that a group is compared with."""
        facts, other = self.question.facts, self.question.comparison
        if other is None:
            return None
        return days_of(other.dates, record.step, self.question.grain, facts.week_start)

    def trace(self, record: PerformanceRecord) -> Trace | None:
        """Where its figures come from; None where there are none."""
        days = self.days(record)
        return self._trace(record, days, self.as_of) if days and record.sums else None

    def compared_trace(self, record: PerformanceRecord) -> Trace | None:
        """Where the figures come from that they are compared with."""
        days, moment = self.compared_days(record), self.compared_as_of
        return self._trace(record, days, moment) if days and moment and record.compared else None

    def _trace(self, record: PerformanceRecord, days: DateRange, as_of: datetime) -> Trace:
        group = tuple(zip(self.question.by, record.group, strict=True))
        facts, spans = replace(self.question.facts, dates=days), self.question.spans
        return Trace(narrowed(facts, spans[record.step]) if spans else facts, as_of, group)


async def page(
    session: Session,
    question: PerformanceQuestion,
    arguments: PageArguments,
    as_of: datetime | None,
) -> Figures:
    """One page of groups, as they stood at `as_of`: that of the cursor, else the present.

    Without a currency amounts are in the tenant's reporting currency, which it has for good; those
    of series stay as they are.
    """
    asked = checked(question, (await tenant_of(session)).reporting_currency)
    listing = _listing(session.scope, asked, "")
    request = session.request(listing, arguments)
    moment, name = as_of, None
    if request.cursor is not None:
        name = "before" if request.backward else "after"
        moment = moment_of(request.cursor[0], name, as_of)
        request = replace(request, cursor=request.cursor[1:])
    try:
        found = await session.stores.performance.page(session.scope, asked, request, moment)
    except BadInput as error:
        if name is None or as_of is not None:
            raise
        raise not_past(name) from error
    told = _listing(session.scope, asked, found.as_of.isoformat())
    return Figures(found.page, asked, found.as_of, told)


async def of_spans(session: Session, asked: FiguresAsked) -> Figures:
    """All groups of the spans of a question that was checked; BadInput where there are more.

    However many fields of an answer ask the same, it is read once.
    """
    found = await session.loaders.figures.load(asked)
    if found is None:
        raise LookupError("a question without an answer")
    if found.page.has_next:
        raise BadInput(
            f"there are more than {asked.most} groups of figures", mend="ask for fewer at once"
        )
    return Figures(found.page, asked.question, found.as_of, _WHOLE)


def narrowed(facts: AttributionDefinition, span: FigureSpan) -> AttributionDefinition:
    """The entries of `facts` that are of a span's subject."""
    return replace(
        facts,
        connections=(span.connection,) if span.connection else facts.connections,
        campaigns=(span.campaign,) if span.campaign else facts.campaigns,
        channels=(span.channel,) if span.channel is not None else facts.channels,
    )


async def tenant_of(session: Session) -> TenantRecord:
    """The caller's tenant."""
    tenant = await session.loaders.tenants.load(session.scope.tenant_id)
    if tenant is None:
        raise LookupError("a session without its tenant")
    return tenant


def figures(
    metrics: tuple[Metric, ...], sums: Sums | None, compared: Sums | None
) -> Iterator[Figure]:
    """Each metric of a group."""
    for metric in metrics:
        now = None if sums is None else figure(metric, sums)
        before = None if compared is None else figure(metric, compared)
        yield Figure(metric, now, before, change(now, before), change_share(now, before))


def checked(question: PerformanceQuestion, currency: str) -> PerformanceQuestion:
    """The question in its canonical form, or BadInput naming what would mislead and its mend."""
    is_series = question.facts.facts is AttributionFacts.SERIES
    facts = question.facts
    if facts.currency is None and not is_series:
        facts = replace(facts, currency=currency)
    by = {*question.by, *(_SERIES_ALONE if is_series else ())}
    apart = {*by, *(PerformanceDimension.CAMPAIGN for each in question.spans if each.campaign)}
    facts = replace(facts, by=tuple(each for each in AttributionDimension if each.value in apart))
    _check_facts(question)
    _check_order(question)
    _check_days("dates", facts.dates)
    if question.comparison is not None:
        _check_days("compareTo", question.comparison.dates)
    return replace(
        question,
        facts=_checked(facts),
        by=tuple(each for each in PerformanceDimension if each in by),
        metrics=question.metrics or ((Metric.VALUE,) if is_series else SUMS_AND_RATES),
    )


def _checked(facts: AttributionDefinition) -> AttributionDefinition:
    try:
        return checked_facts(facts)
    except BadInput as error:
        if error.field != "by":
            raise
        mend = error.mend and error.mend.replace(" by", " groupBy")
        raise BadInput(error.message, field="groupBy", mend=mend) from error


def _check_facts(question: PerformanceQuestion) -> None:
    if question.facts.facts is AttributionFacts.SERIES:
        _check_series(question)
        return
    if _SERIES_ALONE & set(question.by):
        raise BadInput(
            "groupBy names what series alone are kept apart by",
            field="groupBy",
            mend="add facts: SERIES, or leave it out",
        )
    if Metric.VALUE in question.metrics:
        raise BadInput(
            "VALUE is what series say, and facts are no series",
            field="metrics",
            mend="add facts: SERIES, or leave VALUE out",
        )


def _check_series(question: PerformanceQuestion) -> None:
    ratios = [each for each in question.metrics if CATALOGUE[each].kind is MetricKind.RATIO]
    if ratios:
        raise BadInput(
            f"{ratios[0]} is a ratio of what media or orders say, and facts are series",
            field="metrics",
            mend="ask for VALUE, or leave facts: SERIES out",
        )


def _check_order(question: PerformanceQuestion) -> None:
    if question.order.part is not FigurePart.VALUE and question.comparison is None:
        raise BadInput(
            f"{question.order.part} is of a comparison, and there is none",
            field="orderBy.part",
            mend="add compareTo, or order by VALUE",
        )


def _check_days(field: str, dates: DateRange) -> None:
    if dates.since < EVER.since or dates.until > EVER.until:
        raise BadInput(
            f"{field} reaches from {dates.since} to {dates.until}",
            field=field,
            mend=f"choose days from {EVER.since} to {EVER.until}",
        )


def _listing(
    scope: TenantScope, question: PerformanceQuestion, moment: str
) -> Listing[PerformanceRecord]:
    groups: tuple[Part, ...] = (text_part,) * len(question.by)
    parts: tuple[Part, ...] = (moment_part, _flag_part, _number_part, _step_part, *groups)
    tag = f"performance:{fingerprint(scope, question)}"
    return Listing(tag, MAX_FIGURES, parts, lambda record: (moment, *_key(record)))


def _key(record: PerformanceRecord) -> tuple[str, ...]:
    rank = record.rank
    group = (part or "" for part in record.group)
    return (str(int(rank is None)), f"{rank or 0:f}", str(record.step), *group)


def _flag_part(text: str) -> str:
    return str(int(bool(int(text))))


def _number_part(text: str) -> str:
    if not _NUMBER.fullmatch(text):
        raise ValueError("no number of an amount's size")
    return text


def _step_part(text: str) -> str:
    step = int(text)
    if not 0 <= step < _STEPS:
        raise ValueError("no period has this number")
    return str(step)


_WHOLE: Final[Listing[PerformanceRecord]] = Listing("figures", MAX_FIGURES, (), _key)
"""Of what is told whole, without cursors."""

_NUMBER: Final = re.compile(r"-?[0-9]{1,60}(\.[0-9]{1,60})?")
_STEPS: Final = 100_000
