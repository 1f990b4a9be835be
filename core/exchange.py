"""Rates of exchange between two currencies, made of a tenant's own and of published ones.

An own rate between the two holds before all else, in either direction. Otherwise the two meet
through the euro; an own rate against the euro holds before the published one. A currency that has
neither against the euro comes to it by an own rate against a third one that has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal

from core.records.exchange import ExchangeRate, KnownRates, OwnRate

PIVOT = "EUR"
"""Rates are published against the euro; two others meet through it."""
RATE_DIGITS = Context(prec=12, rounding=ROUND_HALF_UP)
"""A rate has twelve significant digits, and amounts are converted with exactly that rate."""
_ON_THE_WAY = Context(prec=40, rounding=ROUND_HALF_UP)


def cross_rate(known: KnownRates, base: str, quote: str) -> ExchangeRate | None:
    """What one unit of `base` is worth in `quote`; None where one of them has no rate."""
    if base == quote:
        return ExchangeRate(base, quote, Decimal(1), known.date, ("the same currency",))
    way = _own(known, base, quote) or _through_the_euro(known, base, quote)
    if way is None:
        return None
    sources = tuple(dict.fromkeys(way.sources))
    value = RATE_DIGITS.divide(way.value, way.per)
    return ExchangeRate(base, quote, value, max(way.dates), sources, way.is_own)


@dataclass(frozen=True, slots=True)
class _Way:
    """`value` / `per`, undivided so that it is rounded once, and what it was made of."""

    value: Decimal
    per: Decimal
    dates: tuple[date, ...] = ()
    sources: tuple[str, ...] = ()
    is_own: bool = False

    def then(self, way: _Way) -> _Way:
        """One way after the other."""
        return _Way(
            _ON_THE_WAY.multiply(self.value, way.value),
            _ON_THE_WAY.multiply(self.per, way.per),
            self.dates + way.dates,
            self.sources + way.sources,
            self.is_own or way.is_own,
        )

    def back(self) -> _Way:
        """The way in the other direction."""
        return _Way(self.per, self.value, self.dates, self.sources, self.is_own)


def _through_the_euro(known: KnownRates, base: str, quote: str) -> _Way | None:
    there, onward = _from_euro(known, base), _from_euro(known, quote)
    return None if there is None or onward is None else there.back().then(onward)


def _from_euro(known: KnownRates, currency: str) -> _Way | None:
    """Units of `currency` for one euro."""
    return _straight(known, currency) or next(_by_a_third(known, currency), None)


def _by_a_third(known: KnownRates, currency: str) -> Iterator[_Way]:
    for rate in known.own:
        if currency in {rate.base, rate.quote}:
            third = rate.quote if currency == rate.base else rate.base
            to_third, onward = _straight(known, third), _own(known, third, currency)
            if to_third is not None and onward is not None:
                yield to_third.then(onward)


def _straight(known: KnownRates, currency: str) -> _Way | None:
    if currency == PIVOT:
        return _Way(Decimal(1), Decimal(1))
    return _own(known, PIVOT, currency) or _published(known, currency)


def _published(known: KnownRates, currency: str) -> _Way | None:
    published = known.published
    rate = None if published is None else published.rates.get(currency)
    if published is None or rate is None:
        return None
    return _Way(rate, Decimal(1), (published.date,), (published.source,))


def _own(known: KnownRates, base: str, quote: str) -> _Way | None:
    pair = {base, quote}
    rate = next((each for each in known.own if {each.base, each.quote} == pair), None)
    if rate is None:
        return None
    way = _of_own(rate)
    return way if rate.base == base else way.back()


def _of_own(rate: OwnRate) -> _Way:
    return _Way(rate.value, Decimal(1), (rate.since,), (f"own: {rate.name}",), is_own=True)
