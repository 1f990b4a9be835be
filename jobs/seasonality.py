"""Seasons of a tenant's own history, estimated anew when somebody asks or the data has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import structlog

from analysis.seasonality import seasonality
from analysis.seasonality.histories import histories
from core.exchange import cross_rate
from core.records.exchange import RateMoment
from core.records.seasonality import DayTotal, HistoryKey, Observed, SeasonalPeriod, Seasons
from core.scope import TenantScope
from core.settings import Settings
from stores.wiring import Stores

log = structlog.get_logger(__name__)


async def estimate(
    stores: Stores, settings: Settings, scope: TenantScope, estimation_id: UUID
) -> None:
    """Estimate every history's seasons, and keep those that have changed."""
    del settings, estimation_id  # a tenant has one estimation at a time
    if not await stores.seasonality.claim(scope):
        return
    observed = await stores.seasonal_days.observed(scope)
    rates = await _rates(stores, scope, observed.totals)
    found = await asyncio.to_thread(_estimated, observed, rates)
    changed = await stores.seasonality.learn(scope, observed.as_of, found)
    log.info("seasons estimated", histories=len(found) // len(SeasonalPeriod), changed=changed)


def _estimated(
    observed: Observed, rates: Mapping[tuple[date, str], float]
) -> list[tuple[HistoryKey, Seasons]]:
    return [
        (key, seasonality(history.days, period, covers_days=history.covers_days))
        for key, history in histories(observed, rates)
        for period in SeasonalPeriod
    ]


async def _rates(
    stores: Stores, scope: TenantScope, totals: Sequence[DayTotal]
) -> Mapping[tuple[date, str], float]:
    """What one unit of each day's currencies was worth in the reporting currency."""
    to = (await stores.tenants.current(scope)).reporting_currency
    wanted = {(each.date, each.currency) for each in totals}
    foreign = {pair for pair in wanted if pair[1] != to}
    moments = {day: RateMoment(day, None) for day, _ in foreign}
    known = await stores.exchange.known(scope, list(moments.values()))
    found = dict.fromkeys(wanted - foreign, 1.0)
    for day, currency in foreign:
        rate = cross_rate(known[moments[day]], currency, to)
        if rate is not None:
            found[day, currency] = float(rate.value)
    return found
