"""What a tenant means to spend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from core.errors import BadInput, NotFound
from core.missing import no_connection
from core.records.budgets import Budget, BudgetFilter, BudgetRecord
from core.records.findings import Subject, SubjectLevel
from core.records.rules import RulesAt
from core.units import MONEY_SCALE, currency_code
from resolvers import campaigns, connections
from resolvers.dates import not_longer
from resolvers.session import Session
from resolvers.text import clean

MAX_DAYS: Final = 366
_MOST: Final = Decimal("1E12")
_MICROS: Final = Decimal(1).scaleb(-MONEY_SCALE)
_MOST_WEIGHT: Final = Decimal(1000)
_WEEK: Final = 7


async def budgets(
    session: Session, asked: BudgetFilter, as_of: datetime | None = None
) -> tuple[BudgetRecord, ...]:
    """Those in force at `as_of`, or now: the newest days first, then by name."""
    moment = RulesAt(as_of)
    found = (await session.stores.budgets.rules(session.scope, [moment]))[moment]
    return tuple(each for each in found if asked.keeps(each.rule))


async def set_budget(session: Session, budget: Budget) -> BudgetRecord:
    """Let the budget of that name be this one; BadInput or NotFound where it cannot be one."""
    made = checked(budget)
    await _known(session, made)
    return await session.stores.budgets.put(session.scope, made.name, made)


async def remove(session: Session, budget_id: UUID) -> BudgetRecord:
    """Let there be no such budget any more; what it was is answered a last time. Or NotFound."""
    return await session.stores.budgets.delete(session.scope, budget_id)


def checked(budget: Budget) -> Budget:
    """`budget` with clean texts, or BadInput naming what is wrong."""
    not_longer(budget.dates, MAX_DAYS, "dates")
    _check_amount(budget.amount)
    _check_weekdays(budget)
    subject = budget.subject
    if subject.level is SubjectLevel.CHANNEL:
        subject = replace(subject, key=clean(subject.key, "channel"))
    currency = currency_code(budget.currency)
    return replace(budget, name=clean(budget.name, "name"), subject=subject, currency=currency)


def spender(
    connection_id: UUID | None, campaign: UUID | None, channel: str | None, field: str
) -> Subject:
    """The one that is given, or everything together; BadInput where there are several."""
    given = [
        Subject(level, str(key))
        for level, key in (
            (SubjectLevel.CONNECTION, connection_id),
            (SubjectLevel.CAMPAIGN, campaign),
            (SubjectLevel.CHANNEL, channel),
        )
        if key is not None
    ]
    if len(given) > 1:
        raise BadInput(
            "a budget is of a connection, of a campaign or of a channel",
            field=field,
            mend="give one of them, or none for everything together",
        )
    return given[0] if given else Subject(SubjectLevel.TENANT)


def _check_amount(amount: Decimal) -> None:
    if not (0 < amount <= _MOST and amount == amount.quantize(_MICROS)):
        raise BadInput(
            "an amount lies above 0 and up to 1000000000000, with at most six places",
            field="amount",
            mend="round it",
        )


def _check_weekdays(budget: Budget) -> None:
    weights: Sequence[Decimal] = budget.weekdays
    if not weights:
        return
    is_week = len(weights) == _WEEK and all(0 <= each <= _MOST_WEIGHT for each in weights)
    if not is_week or not any(weights[day.weekday()] for day in budget.dates):
        raise BadInput(
            "weekdays are seven weights from 0 to 1000, and one of the budget's days has some",
            field="weekdays",
            mend="give one for each day from Monday on, or leave them out",
        )


async def _known(session: Session, budget: Budget) -> None:
    """Refuse a subject that the tenant has not, or whose amounts are in another currency."""
    level, key = budget.subject.level, budget.subject.key
    if level is SubjectLevel.CAMPAIGN and await campaigns.campaign(session, UUID(key)) is None:
        mend = "list your campaigns with the field campaigns"
        raise NotFound("no such campaign", field="campaignId", mend=mend)
    if level is SubjectLevel.CONNECTION:
        found = await connections.connection(session, UUID(key))
        if found is None:
            raise no_connection()
        if found.currency != budget.currency:
            raise BadInput(
                f"the connection's amounts are in {found.currency}",
                field="currency",
                mend=f"give the budget in {found.currency}",
            )
