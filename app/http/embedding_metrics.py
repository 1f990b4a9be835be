"""Metrics of embeddings: what all organisations had embedded, and what it cost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Final, TypeAlias

from prometheus_client.metrics_core import CounterMetricFamily
from prometheus_client.registry import Collector

from core.errors import Transient
from core.records.quotas import EmbeddingTotal, embedding_cost

EMBEDDING: Final = "liftos_core_data_embedding"
_TOLD: Final = (
    ("texts", "Texts of documents that were given to a model"),
    ("reused", "Times that they needed not to be: the same text had a vector already"),
    ("requests", "Requests to a model over a network"),
    ("tokens", "Tokens that were sent to a model over a network"),
)

EmbeddingTotals: TypeAlias = Callable[[], Awaitable[Sequence[EmbeddingTotal]]]
"""What all tenants had embedded, by model."""


class Embeddings(Collector):
    """Totals as they were looked up last: the same from every process, and none while away."""

    def __init__(self) -> None:
        self.price: Decimal | None = None
        self._totals: Sequence[EmbeddingTotal] = ()

    async def look(self, totals: EmbeddingTotals | None) -> None:
        """Look them up; there are none while the database does not answer."""
        self._totals = ()
        if totals is not None:
            with suppress(Transient):
                self._totals = await totals()

    def collect(self) -> Iterator[CounterMetricFamily]:
        """The totals by model, and the cost of what was sent, where a price is set."""
        for name, about in _TOLD:
            family = CounterMetricFamily(f"{EMBEDDING}_{name}", about, labels=("model",))
            for each in self._totals:
                family.add_metric((each.model,), getattr(each, name))
            yield family
        cost = CounterMetricFamily(
            f"{EMBEDDING}_cost_dollars",
            "What the tokens cost at the price that is set now",
            labels=("model",),
        )
        for each in self._totals:
            dollars = embedding_cost(each.tokens, self.price)
            if dollars is not None:
                cost.add_metric((each.model,), float(dollars))
        yield cost
