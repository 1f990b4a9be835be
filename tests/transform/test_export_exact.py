"""Sums and ranks of columns that come in chunks: those of math.fsum and of sorting."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from transform.export.exact import Floats, exact_sum, ranked, rounded

NUMBERS = st.lists(
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300),
    min_size=1,
    max_size=60,
)


def pieces(values: list[float], size: int) -> Iterator[Floats]:
    for start in range(0, len(values), size):
        yield np.array(values[start : start + size], np.float64)


@settings(max_examples=200, deadline=None)
@given(NUMBERS, st.integers(1, 7))
def test_a_sum_is_that_of_fsum_however_it_is_cut(values: list[float], size: int) -> None:
    assert rounded(sum(map(exact_sum, pieces(values, size)))) == math.fsum(values)


def test_what_cancels_leaves_what_is_small() -> None:
    values = [1e300, 5e-324, -1e300, 0.1, 0.2, -0.3]
    assert rounded(exact_sum(np.array(values))) == math.fsum(values)
    assert exact_sum(np.array([])) == 0


@settings(max_examples=100, deadline=None)
@given(NUMBERS, st.integers(1, 7), st.data())
def test_a_rank_is_the_place_in_the_sorted_values(
    values: list[float], size: int, data: st.DataObject
) -> None:
    ranks = data.draw(st.sets(st.integers(0, len(values) - 1), min_size=1, max_size=6))
    ordered = sorted(values)
    found = ranked(lambda: pieces(values, size), ranks)
    assert found == {rank: ordered[rank] for rank in ranks}
