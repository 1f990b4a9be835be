"""Seasons of the tenant's own history, and having them estimated anew."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from core.errors import BadInput, Transient
from core.records.seasonality import Estimation, Seasonality, SeasonalMetric
from resolvers.session import Session

MAX_WAIT_SECONDS = 60
WAIT_SECONDS = 10


async def seasons(
    session: Session,
    metric: SeasonalMetric,
    channels: Sequence[str],
    series: Sequence[str],
    as_of: datetime | None,
) -> tuple[Seasonality, ...]:
    """What is known of a metric, as it was known at `as_of`; nothing before the first estimation.

    BadInput for series of a metric that is none, and for channels of a series.
    """
    is_series = metric is SeasonalMetric.SERIES
    if is_series and channels:
        raise BadInput(
            "a series belongs to no channel", field="channels", mend="name it in series instead"
        )
    if series and not is_series:
        raise BadInput(f"{metric} is no series", field="series", mend="ask for the metric SERIES")
    names = series if is_series else channels
    return await session.stores.seasonality.by_metric(session.scope, metric, names, as_of)


async def estimation(session: Session) -> Estimation | None:
    """Where the newest estimation stands; None when none was ever asked for."""
    return await session.stores.seasonality.estimation(session.scope)


async def estimate(session: Session, wait_seconds: int) -> Estimation:
    """Have a worker estimate anew: its end, or where it stands when waiting was long enough."""
    if not 0 <= wait_seconds <= MAX_WAIT_SECONDS:
        raise BadInput(
            f"waitSeconds is {wait_seconds}, but must be between 0 and {MAX_WAIT_SECONDS}",
            field="waitSeconds",
            mend="leave it out, and look at seasonalityEstimation later",
        )
    asked = await session.stores.seasonality.request(session.scope)
    try:
        async with asyncio.timeout(wait_seconds):
            return await _ended(session, asked)
    except (TimeoutError, Transient):
        return await estimation(session) or asked


async def _ended(session: Session, asked: Estimation) -> Estimation:
    found = asked
    async with session.stores.topics.subscribe(session.scope, asked.id) as wake_ups:
        async for _ in wake_ups:
            found = await estimation(session) or asked
            if not found.is_waiting:
                break
    return found
