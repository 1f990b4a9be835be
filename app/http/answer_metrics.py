"""Metrics of kept answers, as one process has counted them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from core.lookups import Lookups
from loaders.answers import Tally

CACHE = "liftos_core_data_cache"


class KeptAnswers(Collector):
    """How often an answer was looked for in each place, and found."""

    def __init__(self) -> None:
        self.tally = Tally()

    def collect(self) -> Iterator[Metric]:
        """The rates since the process started, and the counts that they are made of."""
        lookups = CounterMetricFamily(
            f"{CACHE}_lookups", "Answers looked for", labels=("tier", "outcome")
        )
        tiers = ("l1", self.tally.own), ("l2", self.tally.shared), ("l3", self.tally.sums)
        for tier, counted in tiers:
            yield _rate(tier, counted)
            lookups.add_metric((tier, "hit"), counted.found)
            lookups.add_metric((tier, "miss"), counted.asked - counted.found)
        yield lookups
        yield CounterMetricFamily(
            f"{CACHE}_joined",
            "Answers that another request was just making",
            value=self.tally.joined,
        )
        yield CounterMetricFamily(
            f"{CACHE}_dropped",
            "Answers that were let go because what they are made of has changed",
            value=self.tally.dropped,
        )
        yield GaugeMetricFamily(
            f"{CACHE}_bytes", "Bytes of answers that this process keeps", value=self.tally.held
        )


def _rate(tier: str, counted: Lookups) -> GaugeMetricFamily:
    rate = counted.found / counted.asked if counted.asked else math.nan
    return GaugeMetricFamily(
        f"{CACHE}_hit_rate_{tier}", "Share of lookups that found an answer", value=rate
    )
