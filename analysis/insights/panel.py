"""Daily figures of many subjects side by side, so that one pass of numpy judges all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from core.records.budgets import Budget
from core.records.findings import Subject
from core.records.health import ConnectionFacts

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Counts = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class ConnectionHealth:
    """How a connection stands at `as_of`.

    `quality`, (days,) as a panel's: the pooled score of a day's entries from 0 to 1, NaN where
    none was assessed; `assessed`: how many were.
    """

    as_of: datetime
    facts: ConnectionFacts
    quality: Floats
    assessed: Counts


@dataclass(frozen=True, slots=True)
class Panel:
    """Figures of `subjects` on each day from `since`; every array is (subjects, days).

    `figures` holds spend, impressions, clicks, conversions and conversion_value, NaN where it is
    not known; a day that was read and brought nothing is 0. `was_read`: whether that day was read
    of the subject's connection. `age`: days between the day and when it was last read, which is
    what compares immature days with days of the same age. `final_share`: by metric, the share of
    the final figure that a day of this age has come to so far (1 where it is final), with the
    ends of its 90 % interval; shape (3, subjects, days): low, middle, high.
    Amounts are in `currency`; a panel has one. `budgets`: those in it of days that hold the
    panel's last. `connections`: those of a subject of level CONNECTION; `channels`: the
    one that most of a campaign's spend is in.
    """

    subjects: tuple[Subject, ...]
    names: tuple[str, ...]
    since: date
    currency: str
    figures: Mapping[str, Floats]
    was_read: Flags
    age: Counts
    final_share: Mapping[str, Floats]
    budgets: tuple[Budget, ...] = ()
    connections: Mapping[Subject, ConnectionHealth] = field(default_factory=dict)
    channels: Mapping[Subject, str] = field(default_factory=dict)
