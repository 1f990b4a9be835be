"""Rows of daily logarithms against what all share: a curve, days of the week, errors that last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.insights.maturity import settled
from analysis.insights.panel import Flags, Floats, Panel

Rows = NDArray[np.int64]

_KNOWN: Final = 0.9
"""Rows are looked at that have figures on this share of the days; holes are filled in."""

_RESTS: Final = 7
_AROUND: Final = 7
_CLIP: Final = 3.5
MAD: Final = 1.4826
"""A normal standard deviation over the median of absolute deviations."""

_WEEK: Final = 7
_GRID: Final = 20
"""Memories are told apart in steps of one over this."""

_LONGEST: Final = 0.95
_WANDERS: Final = 0.85


@dataclass(frozen=True, slots=True)
class Recent:
    """The newest settled days of `rows` of a panel: `logs` is (rows, days), oldest first.

    `last`: which day of the panel is the last of each row, on which it brought something. What
    has rested since for more than a week is over, and not among them.
    """

    rows: Rows
    logs: Floats
    last: Rows


def recent(panel: Panel, metric: str, days: int, least: float) -> Recent | None:
    """Logarithms of a metric's newest settled days, of rows that bring `least` a day and more."""
    figures = panel.figures.get(metric)
    if figures is None or figures.shape[1] < days:
        return None
    known = settled(panel, metric)
    newest, last = _last(known), _last(known & (figures > 0))
    (rows,) = np.nonzero((last >= days - 1) & (newest - last <= _RESTS))
    at = last[rows, None] + np.arange(1 - days, 1)
    values = np.where(known[rows[:, None], at], figures[rows[:, None], at], np.nan)
    values[~(values > 0)] = np.nan
    is_known = np.isfinite(values)
    total = np.nansum(values, axis=1)
    is_enough = (is_known.mean(axis=1) >= _KNOWN) & (total >= least * is_known.sum(axis=1))
    logs = np.log1p(values[is_enough])
    return Recent(rows[is_enough], _filled(logs), last[rows][is_enough])


def _last(flags: Flags) -> Rows:
    """Of each row the newest day that is flagged; -1 where none is."""
    places = flags.shape[1] - 1 - flags[:, ::-1].argmax(axis=1)
    return np.asarray(np.where(flags.any(axis=1), places, -1), dtype=np.int64)


def _filled(logs: Floats) -> Floats:
    """Holes take the value of the same weekday nearby, or lie between their neighbours."""
    filled = logs.copy()
    at = np.arange(logs.shape[1])
    for row in np.flatnonzero(np.isnan(logs).any(axis=1)):
        known = np.isfinite(logs[row])
        filled[row] = np.interp(at, at[known], logs[row][known])
    return filled


def weekly(days: int, powers: int) -> Floats:
    """(days, 7 + powers): days of the week, and a curve of so many powers of time."""
    at = np.linspace(-1, 1, days)
    week = np.eye(_WEEK)[np.arange(days) % _WEEK]
    return np.column_stack([week, *(at**power for power in range(1, powers + 1))])


def tamed(rows: Floats) -> Floats:
    """Days far from the two weeks around them brought nearer, so that no single day decides."""
    week = rows - without_week(rows)
    plain = rows - week
    around = np.pad(plain, ((0, 0), (_AROUND, _AROUND)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(around, 2 * _AROUND + 1, axis=1)
    middle = np.median(windows, axis=2)
    rest = plain - middle
    spread = MAD * np.median(np.abs(rest), axis=1, keepdims=True)
    return np.asarray(week + middle + np.clip(rest, -_CLIP * spread, _CLIP * spread))


def without(rows: Floats, basis: Floats) -> Floats:
    """What a basis (days, k) leaves of rows (n, days)."""
    orthonormal, _ = np.linalg.qr(basis)
    return np.asarray(rows - (rows @ orthonormal) @ orthonormal.T, dtype=np.float64)


def without_week(rows: Floats) -> Floats:
    """Rows less their days of the week, fitted beside a slope; the mean and the slope stay."""
    basis = weekly(rows.shape[1], 1)
    fitted, *_ = np.linalg.lstsq(basis, rows.T, rcond=None)
    week = fitted[:_WEEK] - fitted[:_WEEK].mean(axis=0)
    return np.asarray(rows - (basis[:, :_WEEK] @ week).T, dtype=np.float64)


def memories(rest: Floats, fitted: int) -> Floats:
    """How much of an error lasts to the next day, from 0 to 0.9, on a grid.

    Raised by what a basis of `fitted` columns takes off, to first order: fitting makes what is
    left look more like chance than it is (Marriott, Pope 1954: 1 + 3 phi over n for a mean); and by
    half a standard error, as too short a memory makes chance look rare.
    """
    days = rest.shape[1]
    power = (rest**2).sum(axis=1)
    lasting = np.divide(
        (rest[:, 1:] * rest[:, :-1]).sum(axis=1), power, out=np.zeros_like(power), where=power > 0
    )
    doubt = np.sqrt(np.maximum(1 - lasting**2, 0) / days)
    raised = lasting + (1 + fitted + 3 * lasting) / days + doubt / 2
    return np.asarray(np.clip(np.ceil(raised * _GRID) / _GRID, 0, _LONGEST), dtype=np.float64)


def by_memory(memory: Floats) -> Iterator[tuple[float, Rows]]:
    """Which rows have which memory; rows that all but wander have no level to speak of."""
    for each in np.unique(memory[memory <= _WANDERS]):
        yield float(each), np.flatnonzero(memory == each)


def whitened(rows: Floats, memory: float) -> Floats:
    """(n, days) as what each day adds to what lasts of the day before."""
    first = rows[:, :1] * np.sqrt(1 - memory**2)
    return np.hstack([first, rows[:, 1:] - memory * rows[:, :-1]])
