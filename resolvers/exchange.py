"""Amounts in another currency, at rates that are dated and named."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

from core.records.exchange import Converted, ExchangeRate, Publication, RateMoment
from core.units import MONEY_SCALE, currency_code
from resolvers.metrics import EXACT
from resolvers.session import Session

PIVOT = "EUR"
"""Rates are published against the euro; two others meet through it."""
RATE_DIGITS = Context(prec=12, rounding=ROUND_HALF_UP)
"""A rate has twelve significant digits, and amounts are converted with exactly that rate."""
_MICROS = Decimal(1).scaleb(-MONEY_SCALE)


async def rate(session: Session, base: str, quote: str, moment: RateMoment) -> ExchangeRate | None:
    """What one unit of `base` was worth in `quote` on a day, as known at a moment.

    The rate is that of the last publication up to that day; None when it lacks one of the two.
    Currencies are ISO 4217, in any case; BadInput for anything else.
    """
    base, quote = currency_code(base, field="base"), currency_code(quote, field="quote")
    if base == quote:
        return ExchangeRate(base, quote, Decimal(1), moment.date, "the same currency")
    published = await session.loaders.publications.load(moment)
    return None if published is None else cross_rate(published, base, quote)


def cross_rate(published: Publication, base: str, quote: str) -> ExchangeRate | None:
    """`quote` per euro / `base` per euro; None when one of them was not published."""
    of_base, of_quote = _per_euro(published, base), _per_euro(published, quote)
    if of_base is None or of_quote is None:
        return None
    value = RATE_DIGITS.divide(of_quote, of_base)
    return ExchangeRate(base, quote, value, published.date, published.source)


def _per_euro(published: Publication, currency: str) -> Decimal | None:
    return Decimal(1) if currency == PIVOT else published.rates.get(currency)


async def converted(
    session: Session,
    amounts: tuple[Decimal | None, Decimal | None],
    currency: str,
    moment: RateMoment,
    to: str | None,
) -> Converted:
    """Spend and conversion value of a day, in `to` (the tenant's reporting currency when None).

    Each is amount * rate, rounded half up to six places.
    """
    wanted = await _reporting(session) if to is None else currency_code(to, field="to")
    found = await rate(session, currency, wanted, moment)
    if found is None:
        reason = f"no rate from {currency} to {wanted} was published on or before {moment.date}"
        return Converted(wanted, None, None, None, reason)
    spend, value = (_times(amount, found.value) for amount in amounts)
    return Converted(wanted, spend, value, found, None)


def _times(amount: Decimal | None, factor: Decimal) -> Decimal | None:
    if amount is None:
        return None
    return EXACT.multiply(amount, factor).quantize(_MICROS, context=EXACT)


async def _reporting(session: Session) -> str:
    tenant = await session.loaders.tenants.load(session.scope.tenant_id)
    if tenant is None:
        raise LookupError("a session without its tenant")
    return tenant.reporting_currency
