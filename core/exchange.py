"""Rates of exchange between two currencies, made of what was published against the euro."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

from core.records.exchange import ExchangeRate, Publication

PIVOT = "EUR"
"""Rates are published against the euro; two others meet through it."""
RATE_DIGITS = Context(prec=12, rounding=ROUND_HALF_UP)
"""A rate has twelve significant digits, and amounts are converted with exactly that rate."""


def cross_rate(published: Publication, base: str, quote: str) -> ExchangeRate | None:
    """`quote` per euro / `base` per euro; None when one of them was not published."""
    of_base, of_quote = _per_euro(published, base), _per_euro(published, quote)
    if of_base is None or of_quote is None:
        return None
    value = RATE_DIGITS.divide(of_quote, of_base)
    return ExchangeRate(base, quote, value, published.date, published.source)


def _per_euro(published: Publication, currency: str) -> Decimal | None:
    return Decimal(1) if currency == PIVOT else published.rates.get(currency)
