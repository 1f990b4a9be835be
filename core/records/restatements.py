"""What restatements teach: how old a day must be before a metric stops moving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

CONFIRMING_DAYS: Final = 7
"""How long days must have been followed past the age at which they are taken for settled."""

MAX_LOOK_BACK_DAYS: Final = 90


@dataclass(frozen=True, slots=True)
class ObservedDay:
    """One day of one metric: its total at each age in days at which it was read, ages rising."""

    date: date
    ages: tuple[int, ...]
    totals: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Settling:
    """From which age on a metric of a connection has settled; how is in transform.settling.

    `settles_after_days` is None where there is not enough to tell; otherwise it lies between
    `at_least_days` and `at_most_days` with 90 % confidence. `days` were read more than once, and
    enough of them to an age of `followed_days`.
    """

    metric: str
    settles_after_days: int | None
    at_least_days: int | None
    at_most_days: int | None
    days: int
    followed_days: int


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was known of a connection's metrics from `learned_at` on."""

    learned_at: datetime
    metrics: tuple[Settling, ...]


def proposed_look_back(metrics: Sequence[Settling], current: int) -> int | None:
    """How many days to read again with each run; None when `current` is that, or nobody knows.

    Past the age at which the slowest metric has settled, by the days that confirm it: a shorter
    look-back could not notice that the source has become slower. Where a metric still moves at
    the greatest age that was seen, it is to be followed further.
    """
    if not metrics:
        return None
    ages = [each.followed_days if each.at_most_days is None else each.at_most_days
            for each in metrics]  # fmt: skip
    proposed = min(max(ages) + CONFIRMING_DAYS, MAX_LOOK_BACK_DAYS)
    return None if proposed == current or not all(each.days for each in metrics) else proposed
