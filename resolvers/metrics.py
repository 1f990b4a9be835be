"""Rates of an entry, derived when they are read and never stored.

Each is null when a part of it is unknown or its denominator is zero.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from core.records.entries import Metrics

RATE_SCALE = Decimal("1e-10")
"""Rates are rounded to ten places, half up, as Postgres rounds numeric."""

Number = Decimal | int


def ratio(numerator: Number | None, denominator: Number | None) -> Decimal | None:
    """`numerator` / `denominator`, rounded to RATE_SCALE."""
    if numerator is None or not denominator:
        return None
    return (Decimal(numerator) / Decimal(denominator)).quantize(RATE_SCALE, ROUND_HALF_UP)


def ctr(metrics: Metrics) -> Decimal | None:
    """Click-through rate: clicks / impressions."""
    return ratio(metrics.clicks, metrics.impressions)


def cpc(metrics: Metrics) -> Decimal | None:
    """Cost per click: spend / clicks."""
    return ratio(metrics.spend, metrics.clicks)


def cpm(metrics: Metrics) -> Decimal | None:
    """Cost per thousand impressions: 1,000 * spend / impressions."""
    thousandfold = None if metrics.spend is None else metrics.spend * 1000
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
