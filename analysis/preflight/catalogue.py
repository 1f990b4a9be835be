"""The checks of an export before modelling: what each looks at, and where its limit lies.

After the exploratory analysis of Meridian 2.1 (model/eda, thresholds of its EDASpec) and the
checks of Robyn 3.12 (R/checks.R); where neither has a limit, ours stands here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.records.exports import ExportCheck, Severity

ERROR, ATTENTION, INFO = Severity.ERROR, Severity.ATTENTION, Severity.INFO

DIGITS: Final = 4
"""Significant digits of every measured value, so that the same export says the same bytes."""

LARGEST: Final = 1e6
"""Values above it say no more than that."""

MOST_NAMES: Final = 5


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what is looked at, for people, and the limit that its value is held against."""

    id: str
    severity: Severity
    about: str
    threshold: float | None = None


_ALL: Final = (
    Check("VALUE_MISSING", ERROR, "values that are missing or infinite, counted", 0),
    Check("PERIOD_MISSING", ERROR, "periods that the regular grid lacks, counted", 0),
    Check("PERIOD_REPEATED", ERROR, "rows whose period (and geo) stands there already", 0),
    Check("KPI_INVARIABLE", ERROR, "standard deviation of the KPI over its mean", 1e-4),
    Check("KPI_NEGATIVE", ERROR, "rows with a negative KPI", 0),
    Check("MEDIA_NEGATIVE", ERROR, "rows with negative spend or exposure", 0),
    Check("MEDIA_ALL_ZERO", ERROR, "a channel's spend or exposure that is 0 throughout", 0),
    Check("COLUMNS_ALIKE", ERROR, "correlation of two columns over all rows", 0.999),
    Check("VIF_EXTREME", ERROR, "variance inflation factor over all rows", 1000),
    Check("COLUMNS_CORRELATED", ATTENTION, "correlation of two columns over all rows", 0.9),
    Check("COLUMNS_ALIKE_IN_GEO", ATTENTION, "geos in which two columns correlate over 0.999", 0),
    Check("VIF_HIGH", ATTENTION, "variance inflation factor over all rows", 10),
    Check("VIF_EXTREME_IN_GEO", ATTENTION, "geos with a variance inflation factor over 1000", 0),
    Check("NO_VARIATION", ATTENTION, "standard deviation over the mean", 1e-4),
    Check("NO_VARIATION_IN_GEO", ATTENTION, "geos in which a column does not vary", 0),
    Check("VARIATION_IS_OUTLIERS", ATTENTION, "the same without values beyond 1.5 IQR", 1e-4),
    Check("EVENT_CONSTANT", ATTENTION, "share of rows in which an event is on: none or all"),
    Check("SPEND_WITHOUT_EXPOSURE", ATTENTION, "rows with spend, but without exposure", 0),
    Check("EXPOSURE_WITHOUT_SPEND", ATTENTION, "rows with exposure, but without spend", 0),
    Check("COST_PER_UNIT_OUTLIERS", ATTENTION, "rows whose cost of a unit lies beyond 3 IQR", 0),
    Check("COST_PER_UNIT_SHIFTS", ATTENTION,
          "largest over smallest median cost of a unit, of quarters of the time and of geos", 10),
    Check("ROWS_PER_VARIABLE", ATTENTION, "rows for each explanatory column", 10),
    Check("HISTORY_SHORT", ATTENTION, "days from the first period to the end of the last", 365),
    Check("OUTLIERS", INFO, "values beyond 1.5 interquartile ranges, counted", 0),
    Check("SPEND_SHARE_TINY", INFO, "share of all spend", 0.01),
    Check("VIF_NOT_ASSESSED", INFO, "rows, when they are no more than the columns"),
)  # fmt: skip

CHECKS: Final = {check.id: check for check in _ALL}


def found(check: str, columns: Sequence[str], value: float | None, message: str) -> ExportCheck:
    """A finding of that check; its value is rounded to DIGITS and capped at LARGEST."""
    of = CHECKS[check]
    measured = None if value is None else _rounded(value)
    return ExportCheck(of.id, of.severity, tuple(columns), measured, message, of.threshold)


def _rounded(value: float) -> float:
    if not np.isfinite(value) or abs(value) > LARGEST:
        return LARGEST
    return float(f"{value:.{DIGITS}g}")


def numbered(count: int, what: str) -> str:
    """So many of it: `what` is in the singular."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def named(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    told = ", ".join(names[:MOST_NAMES])
    return told if len(names) <= MOST_NAMES else f"{told} and {len(names) - MOST_NAMES} more"
