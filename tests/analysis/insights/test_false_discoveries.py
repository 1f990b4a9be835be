"""Where nothing happens, little is told: simulations, the same every time."""

from __future__ import annotations

import pytest

from analysis.insights.judging import FALSE_SHARE
from tests.analysis.insights.nulls import NATURES, false_ones


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("nature", NATURES)
def test_no_kind_tells_more_that_is_false_than_it_may(nature: str) -> None:
    told = list(false_ones(40, nature))

    too_many = {each.kind: each.share for each in told if each.share[1] > FALSE_SHARE}
    assert too_many == {}
    assert sum(each.tests for each in told) > 0
