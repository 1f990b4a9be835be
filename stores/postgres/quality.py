"""An entry's quality as SQL, over the relation `e` of stores.postgres.entries.

A score is null where nothing was assessed, so a bound on it leaves such entries out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.quality import ASSESSED, LEAST, MASKS, PLACES, WEIGHTS, Dimension


def _weighed(column: str, dimension: Dimension) -> str:
    """The weight of a mask's checks of a dimension, whole."""
    return " + ".join(
        f"{weight} * bit_count(({column} & {mask})::bit(64))" for weight, mask in MASKS[dimension]
    )


def _score(shares: Mapping[Dimension, str]) -> str:
    """Q of the shares, each an SQL expression that is null where it was not assessed."""
    # greatest() passes over a null, so ln() of it would count a dimension that was not assessed.
    logs = " + ".join(
        f"CASE WHEN {share} IS NULL THEN 0 "
        f"ELSE {WEIGHTS[dimension]}::float8 * ln(greatest({share}, {LEAST}::float8)) END"
        for dimension, share in shares.items()
    )
    weights = " + ".join(
        f"CASE WHEN {share} IS NULL THEN 0 ELSE {WEIGHTS[dimension]}::float8 END"
        for dimension, share in shares.items()
    )
    return f"round(exp(({logs}) / nullif({weights}, 0))::numeric, {PLACES})::float8"


def _share(applied: str, failed: str) -> str:
    return f"round(1 - ({failed})::numeric / nullif({applied}, 0), {PLACES})::float8"


def _pooled(dimension: Dimension) -> str:
    applied = f"sum({_weighed('e.checks_applied', dimension)})"
    failed = (
        f"coalesce(sum({_weighed('e.checks_failed', dimension)}) "
        "FILTER (WHERE e.checks_failed <> 0), 0)"
    )
    return _share(applied, failed)


_OF_ENTRY: Final = {
    dimension: _share(
        _weighed("e.checks_applied", dimension), _weighed("e.checks_failed", dimension)
    )
    for dimension in ASSESSED
}

ENTRY_SCORE: Final = (
    "(CASE WHEN e.checks_applied IS NULL OR e.checks_applied = 0 THEN NULL "
    f"WHEN e.checks_failed = 0 THEN 1 ELSE {_score(_OF_ENTRY)} END)::float8"
)
"""Q of one entry, from 0 to 1 (double precision); null where it was not assessed."""

POOLED_SHARES: Final[Mapping[Dimension, str]] = {
    dimension: _pooled(dimension) for dimension in ASSESSED
}
"""Of each dimension the share over all entries of a group: Σ w·passed / Σ w·applied, exact in
any order."""

POOLED_SCORE: Final = _score(POOLED_SHARES)
"""Q over all entries of a group; entries that were not assessed count for nothing."""


def at_least(threshold: str) -> str:
    """That an entry was assessed and its score is no lower than `threshold`, a placeholder."""
    return f"({ENTRY_SCORE}) >= {threshold}::float8"
