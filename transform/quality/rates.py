"""The platform's own rates against the same computed from the row's counts.

Half a percent apart is still the same, and so is what rounding explains: of the rate as it was
written, and of spend to cents.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np

from transform.quality.rows import Floats, Mask, Rows

Found: TypeAlias = tuple[Mask, Mask] | None

RATES: Final = ("ctr", "cpc", "cpm")
"""Columns of a draft that hold the platform's rates; `<rate>_step` beside each is half of the
last decimal that it was written with."""

_TOLERANCE: Final = 0.005
_CENT: Final = 0.005
"""By how much spend may be off."""


def ctr(rows: Rows) -> Found:
    """Clicks / impressions; platforms write it as a share or in percent."""
    found = _known(rows, "ctr", "clicks", "impressions")
    if found is None:
        return None
    ours = _ratio(rows.floats("clicks"), rows.floats("impressions"))
    told, step = rows.floats("ctr"), rows.floats("ctr_step")
    apart = _apart(ours, told, step) & _apart(100 * ours, told, step)
    return found & ~np.isnan(ours), apart


def cpc(rows: Rows) -> Found:
    """Spend / clicks, in the row's currency."""
    return _cost(rows, "cpc", "clicks", 1)


def cpm(rows: Rows) -> Found:
    """1000 · spend / impressions, in the row's currency."""
    return _cost(rows, "cpm", "impressions", 1000)


def _cost(rows: Rows, rate: str, count: str, times: int) -> Found:
    found = _known(rows, rate, "spend", count)
    if found is None:
        return None
    counted = rows.floats(count)
    ours = _ratio(times * rows.floats("spend"), counted)
    slack = rows.floats(f"{rate}_step") + _ratio(np.full(len(rows), times * _CENT), counted)
    return found & ~np.isnan(ours), _apart(ours, rows.floats(rate), slack)


def _known(rows: Rows, rate: str, *counts: str) -> Mask | None:
    return rows.known_all(rate, *counts)


def _ratio(part: Floats, whole: Floats) -> Floats:
    """NaN where there is nothing to divide by."""
    found: Floats = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return found


def _apart(ours: Floats, told: Floats, slack: Floats) -> Mask:
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(ours - told) > _TOLERANCE * np.abs(told) + slack)
