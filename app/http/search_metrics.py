"""Metrics of search: questions as one process has answered them, and how indexes stand."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from itertools import accumulate
from typing import TypeAlias

from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from core.errors import Transient
from core.records.documents import IndexLag
from core.search.tally import BOUNDS, SearchTally, Times

SEARCH = "liftos_core_data_search"

SearchLag: TypeAlias = Callable[[], Awaitable[IndexLag]]
"""How the indexes of all tenants stand together."""


class Searches(Collector):
    """Questions by mode, and the lag that was looked up last."""

    def __init__(self) -> None:
        self.tally = SearchTally()
        self._lag: IndexLag | None = None

    async def look(self, lag: SearchLag | None) -> None:
        """Look the lag up; it is NaN while the database does not answer."""
        self._lag = None
        if lag is not None:
            with suppress(Transient):
                self._lag = await lag()

    def collect(self) -> Iterator[Metric]:
        """What was counted, and the lag."""
        seconds = HistogramMetricFamily(
            f"{SEARCH}_seconds",
            "Time from a question to its first page, or to its failure",
            labels=("mode",),
        )
        for mode, times in self.tally.times.items():
            seconds.add_metric((mode.value,), _buckets(times), times.seconds)
        yield seconds
        failed = CounterMetricFamily(
            f"{SEARCH}_failed", "Questions that were not answered", labels=("mode", "code")
        )
        for (mode, code), count in self.tally.failed.items():
            failed.add_metric((mode.value, code), count)
        yield failed
        degraded = CounterMetricFamily(
            f"{SEARCH}_degraded", "Modes that were missing from answers", labels=("mode",)
        )
        for mode, count in self.tally.degraded.items():
            degraded.add_metric((mode.value,), count)
        yield degraded
        yield from _standing(self._lag)


def _buckets(times: Times) -> list[tuple[str, float]]:
    bounds = (*map(str, BOUNDS), "+Inf")
    return list(zip(bounds, accumulate(times.counts), strict=True))


def _standing(lag: IndexLag | None) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        f"{SEARCH}_indexes_behind",
        "Tenants who have learned since their documents were written",
        value=math.nan if lag is None else lag.behind,
    )
    yield GaugeMetricFamily(
        f"{SEARCH}_lag_seconds",
        "Since when the documents of the one furthest behind do not say all that is known",
        value=math.nan if lag is None else lag.seconds,
    )
    yield GaugeMetricFamily(
        f"{SEARCH}_vectors",
        "Documents of all tenants in the indexes that answer",
        value=math.nan if lag is None else lag.vectors,
    )
    yield GaugeMetricFamily(
        f"{SEARCH}_least_recall",
        "Of the ten documents nearest to probes, the share that the worst index finds",
        value=math.nan if lag is None or lag.least_recall is None else lag.least_recall,
    )
