"""Amounts in another currency, at rates that are dated and named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from core.errors import BadInput
from core.exchange import RATE_DIGITS, cross_rate
from core.metrics.rates import EXACT
from core.records.exchange import (
    Converted,
    ExchangeRate,
    OwnRate,
    OwnRateRecord,
    RateMoment,
)
from core.records.rules import RulesAt
from core.units import MONEY_SCALE, currency_code
from resolvers.rules import checked_terms
from resolvers.session import Session
from resolvers.text import clean

_MICROS = Decimal(1).scaleb(-MONEY_SCALE)
_LEAST, _MOST = Decimal("1E-9"), Decimal("1E9")


async def rate(session: Session, base: str, quote: str, moment: RateMoment) -> ExchangeRate | None:
    """What one unit of `base` was worth in `quote` on a day, as known at a moment.

    The tenant's own rates hold before those of the last publication up to that day, as
    `core.exchange` says; None when there is no way from the one to the other. Currencies are
    ISO 4217, in any case; BadInput for anything else.
    """
    base, quote = currency_code(base, field="base"), currency_code(quote, field="quote")
    known = await session.loaders.rates.load(moment)
    return None if known is None else cross_rate(known, base, quote)


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
        reason = (
            f"no rate from {currency} to {wanted} was published on or before {moment.date}, "
            "and none of your own covers it"
        )
        return Converted(wanted, None, None, None, reason)
    spend, value = (_times(amount, found.value) for amount in amounts)
    return Converted(wanted, spend, value, found, None)


async def own_rates(session: Session, as_of: datetime | None = None) -> tuple[OwnRateRecord, ...]:
    """The tenant's own rates at `as_of`, or now, in the order in which they are tried."""
    return await session.loaders.own_rates.load(RulesAt(as_of)) or ()


async def set_rate(session: Session, rate: OwnRate) -> OwnRateRecord:
    """Let the own rate of that name be this one; BadInput when it cannot be one."""
    made = checked(rate)
    return await session.stores.own_rates.put(session.scope, made.name, made)


async def end_rate(session: Session, rate_id: UUID, until: date | None) -> OwnRateRecord:
    """Let an own rate hold up to `until`, that day included; None: for no day any more."""
    store = session.stores.own_rates
    if until is None:
        return await store.delete(session.scope, rate_id)
    return await store.end(session.scope, rate_id, until)


def checked(rate: OwnRate) -> OwnRate:
    """`rate` with clean texts, or BadInput naming what is wrong."""
    checked_terms(rate.since, rate.until)
    base, quote = currency_code(rate.base, field="base"), currency_code(rate.quote, field="quote")
    if base == quote:
        raise BadInput(
            f"one {base} is one {base}", field="quote", mend="give two different currencies"
        )
    value = rate.value
    if not (_LEAST <= value <= _MOST and RATE_DIGITS.plus(value) == value):
        raise BadInput(
            "a rate lies from 0.000000001 to 1000000000, with at most twelve significant digits",
            field="value",
            mend="round it, or give the rate the other way round",
        )
    return replace(rate, name=clean(rate.name, "name"), base=base, quote=quote)


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
