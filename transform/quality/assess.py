"""The checks of a page put together as two masks an entry."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from core.quality import CHECKS
from transform.quality.checks import FUNCTIONS
from transform.quality.rows import Expected, Mask, Rows


def with_checks(table: pa.Table, expected: Expected, apart: Mask | None = None) -> pa.Table:
    """`table` with `checks_applied` and `checks_failed`, masks over core.quality.CHECKS.

    It holds an entry's columns, and the platform's rates where its source has them (`rates`).
    `apart`: where another row of the page has the same key and says otherwise.
    """
    rows = Rows(table, expected, np.zeros(len(table), dtype=bool) if apart is None else apart)
    applied, failed = _masks(rows)
    return table.append_column("checks_applied", pa.array(applied)).append_column(
        "checks_failed", pa.array(failed)
    )


def _masks(rows: Rows) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    applied, failed = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
    for check in CHECKS:
        found = FUNCTIONS[check.id](rows) if len(rows) else None
        if found is None:
            continue
        applies, fails = found
        np.bitwise_or(applied, check.mask, out=applied, where=applies)
        if fails.any():
            np.bitwise_or(failed, check.mask, out=failed, where=applies & fails)
    return applied, failed
