"""Figures made of sums: rates derived when they are read and never stored, and their changes.

Each is None when a part of it is unknown or its denominator is zero.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Protocol, TypeAlias

from core.metrics.catalogue import CATALOGUE, Metric

RATE_SCALE = Decimal("1e-10")
"""Rates are rounded to ten places, half up, as Postgres rounds numeric."""

EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
"""Wide enough for the largest amount over the smallest."""

Number: TypeAlias = "Decimal | int"


class Counted(Protocol):
    """What rates are made of: of an entry, or summed over many. None is unknown."""

    @property
    def spend(self) -> Decimal | None:
        """In one currency."""
        ...

    @property
    def impressions(self) -> int | None:
        """Whole."""
        ...

    @property
    def clicks(self) -> int | None:
        """Whole."""
        ...

    @property
    def conversions(self) -> Decimal | None:
        """Maybe fractional."""
        ...

    @property
    def conversion_value(self) -> Decimal | None:
        """In the currency of `spend`."""
        ...


def ratio(
    numerator: Number | None, denominator: Number | None, multiplier: int = 1
) -> Decimal | None:
    """`multiplier` * `numerator` / `denominator`, rounded to RATE_SCALE."""
    if numerator is None or not denominator:
        return None
    above = EXACT.multiply(Decimal(numerator), Decimal(multiplier))
    return EXACT.divide(above, Decimal(denominator)).quantize(RATE_SCALE, context=EXACT)


def figure(metric: Metric, counted: object) -> Decimal | None:
    """A metric of what was counted, which has the columns that it is made of."""
    definition = CATALOGUE[metric]
    parts: list[Number | None] = [getattr(counted, part.column) for part in definition.parts]
    above, *below = parts
    if below:
        return ratio(above, below[0], definition.multiplier)
    return None if above is None else Decimal(above)


def rate(metric: Metric, counted: Counted) -> Decimal | None:
    """A ratio of what was counted."""
    return figure(metric, counted)


def change(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    """How far it moved."""
    return None if now is None or before is None else EXACT.subtract(now, before)


def change_share(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    """How far it moved, as a share of what it was; None when that was zero."""
    moved = change(now, before)
    return None if moved is None or before is None else ratio(moved, abs(before))
