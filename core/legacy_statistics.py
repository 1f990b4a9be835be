"""The statistics of the predecessor's payload, as pandas' corr and describe define them.

Plain Python: the API answers with them too, and imports no pandas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum, sqrt
from typing import TypeAlias

Numbers: TypeAlias = "Sequence[float | None]"
"""A column; None is unknown."""

QUANTILES = {"25%": 0.25, "50%": 0.5, "75%": 0.75}


def correlations(columns: Mapping[str, Numbers]) -> dict[str, dict[str, float | None]]:
    """Pearson's r of every pair over the rows that know both; None where one does not vary."""
    found: dict[str, dict[str, float | None]] = {name: {} for name in columns}
    names = list(columns)
    for place, one in enumerate(names):
        for other in names[place:]:
            r = _correlation(columns[one], columns[other])
            found[one][other] = found[other][one] = r
    return {name: {other: found[name][other] for other in names} for name in names}


def described(values: Numbers) -> dict[str, float | None]:
    """count, mean, std (n - 1), min, quartiles (linear), max; None without values."""
    known = sorted(value for value in values if value is not None)
    count = len(known)
    if not count:
        return {"count": 0, **dict.fromkeys(("mean", "std", "min", *QUANTILES, "max"))}
    mean = fsum(known) / count
    # Not `** 2`: the power of the C library may differ from the product in the last place.
    spread = fsum((value - mean) * (value - mean) for value in known)
    return {
        "count": count,
        "mean": mean,
        "std": sqrt(spread / (count - 1)) if count > 1 else None,
        "min": known[0],
        **{name: _quantile(known, share) for name, share in QUANTILES.items()},
        "max": known[-1],
    }


def _correlation(one: Numbers, other: Numbers) -> float | None:
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a is not None and b is not None]
    if len(pairs) < 2:  # noqa: PLR2004 - a line through one point has no slope
        return None
    mean_a = fsum(a for a, _ in pairs) / len(pairs)
    mean_b = fsum(b for _, b in pairs) / len(pairs)
    var_a = fsum((a - mean_a) * (a - mean_a) for a, _ in pairs)
    var_b = fsum((b - mean_b) * (b - mean_b) for _, b in pairs)
    return pearson(var_a, var_b, fsum((a - mean_a) * (b - mean_b) for a, b in pairs))


def pearson(var_a: float, var_b: float, both: float) -> float | None:
    """Of sums of squares and of products about the means; None where one does not vary."""
    if not var_a or not var_b:
        return None
    return max(-1.0, min(1.0, both / sqrt(var_a * var_b)))


def neighbours(count: int, share: float) -> tuple[int, int, float]:
    """Between which of `count` sorted values a quantile lies, and how far on."""
    at = share * (count - 1)
    below = int(at)
    return below, min(below + 1, count - 1), at - below


def _quantile(known: Sequence[float], share: float) -> float:
    below, above, part = neighbours(len(known), share)
    return known[below] + (known[above] - known[below]) * part
