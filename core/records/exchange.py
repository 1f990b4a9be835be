"""Exchange rates as they were published, and figures converted with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Publication:
    """The rates that one day brought: units of each currency (ISO 4217) for one euro.

    The euro itself is not among them. `source` names who published them.
    """

    date: date
    source: str
    rates: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class RateMoment:
    """Which publication is meant: the last of `date` or before, as known at `as_of` (None: now)."""

    date: date
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """One unit of `base` is `value` units of `quote`; `date` is that of the publication."""

    base: str
    quote: str
    value: Decimal
    date: date
    source: str


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
