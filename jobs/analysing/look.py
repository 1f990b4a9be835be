"""What an analysis looks at, read from the stores: panels, and what is known to have happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import numpy as np

from analysis.insights.panel import ConnectionHealth, Panel
from core.records.budgets import Budget
from core.records.findings import KnownCauses
from core.records.health import HealthFilter
from core.records.rules import RulesAt
from core.scope import TenantScope
from core.units import DateRange
from jobs.analysing.known import known_causes
from jobs.analysing.panels import panels
from jobs.analysing.rules import HEALTH_DAYS, HISTORY_DAYS, JUDGED_DAYS
from stores.postgres.quality_days import ScoredDay
from stores.wiring import Stores


@dataclass(frozen=True, slots=True)
class Look:
    """A tenant's panels as of a moment; `judged_since` is the first day that is judged."""

    at: datetime
    panels: tuple[Panel, ...]
    known: KnownCauses
    judged_since: date


async def look(
    stores: Stores, scope: TenantScope, as_of: datetime | None = None, last: date | None = None
) -> Look | None:
    """What is known now, or was at `as_of`, of the days up to `last`; None where nothing is."""
    until = last or await stores.panel_days.newest(scope)
    if until is None:
        return None
    dates = DateRange(until - timedelta(days=HISTORY_DAYS - 1), until)
    read = await stores.panel_days.days(scope, dates, as_of)
    health = await _health(stores, scope, dates, as_of)
    known = await known_causes(stores, scope, read, dates)
    found = panels(read, dates, health, await _budgets(stores, scope, as_of))
    return Look(read.as_of, found, known, until - timedelta(days=JUDGED_DAYS - 1))


async def _health(
    stores: Stores, scope: TenantScope, dates: DateRange, as_of: datetime | None
) -> dict[UUID, ConnectionHealth]:
    recent = DateRange(dates.until - timedelta(days=HEALTH_DAYS - 1), dates.until)
    counted = await stores.health.counts(scope, HealthFilter(recent), as_of)
    scores = await stores.quality_days.scored(scope, recent, as_of)
    by_connection: defaultdict[UUID, list[ScoredDay]] = defaultdict(list)
    for each in scores:
        by_connection[each[0]].append(each)
    return {
        facts.id: _health_of(
            by_connection[facts.id],
            dates,
            ConnectionHealth(
                counted.as_of, facts, np.full(dates.days, np.nan), np.zeros(dates.days, np.int32)
            ),
        )
        for facts in counted.facts
    }


async def _budgets(
    stores: Stores, scope: TenantScope, as_of: datetime | None
) -> tuple[Budget, ...]:
    moment = RulesAt(as_of)
    found = (await stores.budgets.rules(scope, [moment]))[moment]
    return tuple(each.rule for each in found)


def _health_of(
    days: Iterable[ScoredDay], dates: DateRange, health: ConnectionHealth
) -> ConnectionHealth:
    for _, day, score, assessed in days:
        place = (day - dates.since).days
        health.quality[place] = np.nan if score is None else score
        health.assessed[place] = assessed
    return health
