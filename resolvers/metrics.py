"""Rates of an entry or of sums, derived when they are read and never stored.

Each is null when a part of it is unknown or its denominator is zero.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Protocol

RATE_SCALE = Decimal("1e-10")
"""Rates are rounded to ten places, half up, as Postgres rounds numeric."""

EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
"""Wide enough for the largest amount over the smallest."""

Number = Decimal | int


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


def ratio(numerator: Number | None, denominator: Number | None) -> Decimal | None:
    """`numerator` / `denominator`, rounded to RATE_SCALE."""
    if numerator is None or not denominator:
        return None
    quotient = EXACT.divide(Decimal(numerator), Decimal(denominator))
    return quotient.quantize(RATE_SCALE, context=EXACT)


def ctr(metrics: Counted) -> Decimal | None:
    """Click-through rate: clicks / impressions."""
    return ratio(metrics.clicks, metrics.impressions)


def cpc(metrics: Counted) -> Decimal | None:
    """Cost per click: spend / clicks."""
    return ratio(metrics.spend, metrics.clicks)


def cpm(metrics: Counted) -> Decimal | None:
    """Cost per thousand impressions: 1,000 * spend / impressions."""
    thousandfold = None if metrics.spend is None else EXACT.multiply(metrics.spend, Decimal(1000))
    return ratio(thousandfold, metrics.impressions)


def cvr(metrics: Counted) -> Decimal | None:
    """Conversion rate: conversions / clicks."""
    return ratio(metrics.conversions, metrics.clicks)


def cpa(metrics: Counted) -> Decimal | None:
    """Cost per conversion: spend / conversions."""
    return ratio(metrics.spend, metrics.conversions)


def roas(metrics: Counted) -> Decimal | None:
    """Return on advertising spend: conversion value / spend."""
    return ratio(metrics.conversion_value, metrics.spend)
