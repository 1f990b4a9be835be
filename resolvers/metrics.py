"""Rates of an entry, derived when they are read and never stored.

Each is null when a part of it is unknown or its denominator is zero.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

from core.records.entries import Metrics

RATE_SCALE = Decimal("1e-10")
"""Rates are rounded to ten places, half up, as Postgres rounds numeric."""

EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
"""Wide enough for the largest amount over the smallest."""

Number = Decimal | int


def ratio(numerator: Number | None, denominator: Number | None) -> Decimal | None:
    """`numerator` / `denominator`, rounded to RATE_SCALE."""
    if numerator is None or not denominator:
        return None
    quotient = EXACT.divide(Decimal(numerator), Decimal(denominator))
    return quotient.quantize(RATE_SCALE, context=EXACT)


def ctr(metrics: Metrics) -> Decimal | None:
    """Click-through rate: clicks / impressions."""
    return ratio(metrics.clicks, metrics.impressions)


def cpc(metrics: Metrics) -> Decimal | None:
    """Cost per click: spend / clicks."""
    return ratio(metrics.spend, metrics.clicks)


def cpm(metrics: Metrics) -> Decimal | None:
    """Cost per thousand impressions: 1,000 * spend / impressions."""
    thousandfold = None if metrics.spend is None else EXACT.multiply(metrics.spend, Decimal(1000))
    return ratio(thousandfold, metrics.impressions)


def cvr(metrics: Metrics) -> Decimal | None:
    """Conversion rate: conversions / clicks."""
    return ratio(metrics.conversions, metrics.clicks)


def cpa(metrics: Metrics) -> Decimal | None:
    """Cost per conversion: spend / conversions."""
    return ratio(metrics.spend, metrics.conversions)


def roas(metrics: Metrics) -> Decimal | None:
    """Return on advertising spend: conversion value / spend."""
    return ratio(metrics.conversion_value, metrics.spend)
