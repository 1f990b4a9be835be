"""Exchange rates, published and a tenant's own, and figures converted with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from core.records.rules import RuleRecord


@dataclass(frozen=True, slots=True)
class Publication:
    """The rates that one day brought: units of each currency (ISO 4217) for one euro.

    The euro itself is not among them. `source` names who published them.
    """

    date: date
    source: str
    rates: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class OwnRate:
    """A tenant's own rate: one unit of `base` is `value` units of `quote`, and the other way round.

    It covers the days from `since` to `until`, both included; None: every day from `since` on.
    """

    name: str
    base: str
    quote: str
    value: Decimal
    since: date
    until: date | None = None


OwnRateRecord: TypeAlias = RuleRecord[OwnRate]


@dataclass(frozen=True, slots=True)
class RateMoment:
    """Which rates are meant: those of a day, as known at `as_of` (None: now)."""

    date: date
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class KnownRates:
    """What is known of one day: the last publication up to it, and own rates that cover it.

    Of own rates for the same two currencies, the first holds.
    """

    date: date
    published: Publication | None
    own: tuple[OwnRate, ...] = ()


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """One unit of `base` is `value` units of `quote`.

    `date` is that of the publication, or the first day of an own rate, and the later of both
    where both went into it. `sources` names what went into it; `is_own`: an own rate did.
    """

    base: str
    quote: str
    value: Decimal
    date: date
    sources: tuple[str, ...]
    is_own: bool = False

    @property
    def source(self) -> str:
        """The sources, as text."""
        return ", ".join(self.sources)


@dataclass(frozen=True, slots=True)
class Converted:
    """Amounts in `currency`, or why there are none: `rate` is None and `reason` says it.

    An amount is None as well where the source does not know it.
    """

    currency: str
    spend: Decimal | None
    conversion_value: Decimal | None
    rate: ExchangeRate | None
    reason: str | None
