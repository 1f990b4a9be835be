from __future__ import annotations

from decimal import Decimal

from core.metrics import rates
from core.metrics.catalogue import CATALOGUE, Metric, MetricKind
from core.records.entries import Metrics
from tests.graph import samples


def test_a_rate_is_null_without_a_denominator_or_a_part() -> None:
    nothing = samples.UNKNOWN
    zero = Metrics(Decimal(0), 0, 0, 0, 0, 0, Decimal(0), Decimal(5), None, None)
    derived = [each for each in Metric if CATALOGUE[each].kind is MetricKind.RATIO]
    assert [rates.rate(each, nothing) for each in derived] == [None] * 7
    assert [rates.rate(each, zero) for each in derived] == [None] * 7


def test_the_largest_amount_over_the_smallest_is_still_exact() -> None:
    assert rates.ratio(Decimal("99999999999999.999999"), Decimal("0.000001")) == Decimal(
        99999999999999999999
    )
