"""What is known to have happened on a tenant's days, before analysis looks at them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final
from uuid import UUID

from analysis.insights.causes import LONGEST
from analysis.insights.ladder import DELIVERED
from core.explained import days_of
from core.records.calendar import CalendarDayRecord, CalendarEventRecord
from core.records.findings import Cause, CauseKind, KnownCause, KnownCauses, Subject
from core.records.insights import InsightFilter, InsightKind, InsightRecord
from core.records.pages import PageRequest
from core.scope import TenantScope
from core.units import DateRange
from jobs.analysing.panels import connection_subject
from stores.postgres.panel_days import PanelDays
from stores.wiring import Stores

_EXACT: Final = 500
"""As many of the newest exact insights are known as causes."""

Known = tuple[Subject, KnownCause]


async def known_causes(
    stores: Stores, scope: TenantScope, read: PanelDays, dates: DateRange
) -> KnownCauses:
    """At the moment of `read`: days that were not read, what is exact, and the calendar.

    Outages and incidents that an analysis finds are known to what it looks for after them.
    """
    asked = InsightFilter(kinds=(InsightKind.RESTATEMENT, InsightKind.TOTAL_GAP), dates=dates)
    exact = await stores.insights.page(scope, PageRequest(_EXACT), asked, read.as_of)
    days = await stores.calendar.range(scope, dates, read.as_of)
    events = await stores.calendar_events.range(scope, dates, read.as_of)
    found: defaultdict[Subject, list[KnownCause]] = defaultdict(list)
    for subject, cause in (*_unread(read, dates), *_exact(exact.items)):
        found[subject].append(cause)
    return KnownCauses(
        {subject: tuple(causes) for subject, causes in found.items()}, _calendar(days, events)
    )


def _unread(read: PanelDays, dates: DateRange) -> Iterator[Known]:
    """Of each connection the days since its first reading that were never read."""
    by_connection: defaultdict[UUID, set[date]] = defaultdict(set)
    for connection_id, day, _ in read.readings:
        by_connection[connection_id].add(day)
    for connection_id, days in by_connection.items():
        expected = days_of(DateRange(min(days), dates.until))
        for window in DateRange.of_days(day for day in expected if day not in days):
            label = "not read: a run failed" if _failed(read, connection_id, window) else "not read"
            cause = Cause(CauseKind.OUTAGE, window, label)
            yield connection_subject(connection_id), KnownCause(cause, DELIVERED, is_loss=True)


def _failed(read: PanelDays, connection_id: UUID, window: DateRange) -> bool:
    return any(
        run["connection_id"] == connection_id
        and run["since"] <= window.until
        and window.since <= run["until"]
        for run in read.failures
    )


def _exact(found: Iterable[InsightRecord]) -> Iterator[Known]:
    """Restatements, and days on which entries are missing that the platform's totals count."""
    for each in found:
        if each.connection_id is None:
            continue
        subject, columns = connection_subject(each.connection_id), frozenset({each.metric})
        metric = each.metric.replace("_", " ")
        before, after = each.exact
        if each.kind is InsightKind.RESTATEMENT:
            cause = Cause(CauseKind.RESTATEMENT, each.window, f"{metric} restated")
            yield subject, KnownCause(cause, columns)
        elif after < before and each.state.is_live:
            label = f"{metric} below the platform's own total"
            cause = Cause(CauseKind.OUTAGE, each.window, label)
            yield subject, KnownCause(cause, columns, is_loss=True)


def _calendar(
    days: Iterable[CalendarDayRecord], events: Iterable[CalendarEventRecord]
) -> Mapping[date, tuple[str, ...]]:
    """Names of what a day is, each once: holidays, retail events, and the tenant's own.

    What lasts longer than two weeks is a season, on which a day is like the day before.
    """
    named: defaultdict[date, dict[str, None]] = defaultdict(dict)
    for day in days:
        named[day.date].update(dict.fromkeys(of.name for of in day.holidays))
        for of in day.retail_events:
            if (of.ends_on - of.starts_on).days < LONGEST:
                named[day.date][of.name] = None
    for record in events:
        window = DateRange(record.event.since, record.event.until)
        for kept in days_of(window) if window.days <= LONGEST else ():
            named[kept][record.event.name] = None
    return {day: tuple(names) for day, names in named.items()}
