"""Amounts in another currency, at rates that are dated and named."""

from __future__ import annotations

from decimal import Decimal

from core.exchange import cross_rate
from core.records.exchange import Converted, ExchangeRate, RateMoment
from core.units import MONEY_SCALE, currency_code
from resolvers.metrics import EXACT
from resolvers.session import Session

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
    wanted = await _wanted(session, to)
    found = await rate(session, currency, wanted, moment)
    if found is None:
        reason = f"no rate from {currency} to {wanted} was published on or before {moment.date}"
        return Converted(wanted, None, None, None, reason)
    spend, value = (_times(amount, found.value) for amount in amounts)
    return Converted(wanted, spend, value, found, None)


async def unconverted(session: Session, to: str | None, reason: str) -> Converted:
    """No amounts in `to` (the tenant's reporting currency when None), and why not."""
    return Converted(await _wanted(session, to), None, None, None, reason)


async def _wanted(session: Session, to: str | None) -> str:
    return await _reporting(session) if to is None else currency_code(to, field="to")


def _times(amount: Decimal | None, factor: Decimal) -> Decimal | None:
    if amount is None:
        return None
    return EXACT.multiply(amount, factor).quantize(_MICROS, context=EXACT)


async def _reporting(session: Session) -> str:
    tenant = await session.loaders.tenants.load(session.scope.tenant_id)
    if tenant is None:
        raise LookupError("a session without its tenant")
    return tenant.reporting_currency
