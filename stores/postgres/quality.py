"""An entry's quality as SQL, over the relation `e` of stores.postgres.entries.

A score is null where nothing was assessed, so a bound on it leaves such entries out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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

WEIGHED: Final[Mapping[str, str]] = {
    f"{dimension.lower()}_{mask}": f"({_weighed(f'e.checks_{mask}', dimension)})::bigint"
    for dimension in ASSESSED
    for mask in ("applied", "failed")
}
"""By name, what checks of an entry weigh: whole numbers, so that sums are exact in any order. Null
where it was not assessed."""


def _pooled(dimension: Dimension, total: Callable[[str], str]) -> str:
    name = dimension.lower()
    return _share(total(f"e.{name}_applied"), f"coalesce({total(f'e.{name}_failed')}, 0)")


def pooled_shares(total: Callable[[str], str]) -> Mapping[Dimension, str]:
    """Of each dimension the share over a group of entries: Σ w·passed / Σ w·applied."""
    return {dimension: _pooled(dimension, total) for dimension in ASSESSED}


def pooled_score(total: Callable[[str], str]) -> str:
    """Q over a group of entries, of which `e` has WEIGHED, or sums of it; `total` adds them up.

    Entries that were not assessed count for nothing.
    """
    return _score(pooled_shares(total))


POOLED_SCORE: Final = pooled_score("sum({})".format)
"""The same over the rows of a group."""


def at_least(threshold: str) -> str:
    """That an entry was assessed and its score is no lower than `threshold`, a placeholder."""
    return f"({ENTRY_SCORE}) >= {threshold}::float8"
