"""The world: what every account did, as known at a moment."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import numpy as np

from sandbox.world.accounts import DEMO_ACCOUNTS
from sandbox.world.aggregate import rolled_up
from sandbox.world.cache import TableCache
from sandbox.world.maturity import Restatement
from sandbox.world.metrics import Table, stacked
from sandbox.world.observe import observe
from sandbox.world.plan import Plan, plan_for
from sandbox.world.records import Account, Level

_BLOCK_ROWS: Final = 250_000
_ANSWER_ROWS: Final = 150_000
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of an account: a level, closed dates, and days apart or together.

    `moment` is when the account is looked at. `only` narrows to some entities of one level, by
    position in the plan.
    """

    account: int
    level: Level
    since: date
    until: date
    moment: datetime
    daily: bool = True
    only: tuple[Level, frozenset[int]] | None = None


class World:
    """Answers questions about accounts; the same question always gets the same answer."""

    def __init__(self, seed: int, accounts: tuple[Account, ...] = DEMO_ACCOUNTS) -> None:
        """Create a world; nothing is generated until it is asked for."""
        self.seed = seed
        self.accounts = {account.number: account for account in accounts}
        self._plans: dict[int, Plan] = {}
        self._blocks = TableCache(_BLOCK_ROWS)
        self._answers = TableCache(_ANSWER_ROWS)

    def accounts_on(self, platform: str) -> dict[int, Account]:
        """The accounts of one platform by number."""
        found = self.accounts.items()
        return {number: account for number, account in found if account.platform == platform}

    def plan(self, account: int) -> Plan:
        """The account's campaigns, ad sets and ads."""
        if account not in self._plans:
            self._plans[account] = plan_for(self.seed, self.accounts[account])
        return self._plans[account]

    def answer(self, question: Question, restatement: Restatement) -> Table:
        """Rows in order of day and entity; one period is labelled with its first day."""
        return self._answers.get(
            (question, restatement),
            lambda: self._compute(question, restatement),
        )

    def _compute(self, question: Question, restatement: Restatement) -> Table:
        months = _months(question.since, question.until)
        daily = stacked([self._month(question, month, restatement) for month in months])
        if question.daily:
            return daily
        together = np.full_like(daily.day, question.since.toordinal())
        return rolled_up(daily, daily.entity, together)

    def _month(self, question: Question, month: date, restatement: Restatement) -> Table:
        """The question's share of one calendar month, day by day at its level."""
        block = self._block(question.account, month, question.moment, restatement)
        plan = self.plan(question.account)
        wanted = (block.day >= question.since.toordinal()) & (
            block.day <= question.until.toordinal()
        )
        if question.only is not None:
            level, positions = question.only
            wanted &= np.isin(plan.entity_at(level)[block.entity], sorted(positions))
        part = Table(block.day[wanted], block.entity[wanted], block.values[wanted])
        return rolled_up(part, plan.entity_at(question.level)[part.entity], part.day)

    def _block(
        self,
        account: int,
        month: date,
        moment: datetime,
        restatement: Restatement,
    ) -> Table:
        """A whole month of an account's ads; a month that is settled is kept for any moment."""
        last = _month_end(month)
        settled_on = last + timedelta(days=restatement.settled_after_days)
        local = moment.astimezone(self.accounts[account].timezone)
        seen_from = min(local.replace(tzinfo=None), datetime.combine(settled_on, time.min))
        return self._blocks.get(
            (account, month, seen_from, restatement),
            lambda: self._observe(account, month, seen_from, restatement),
        )

    def _observe(
        self,
        account: int,
        month: date,
        seen_from: datetime,
        restatement: Restatement,
    ) -> Table:
        days = np.arange(month.toordinal(), _month_end(month).toordinal() + 1, dtype=np.int64)
        into_day = (seen_from - datetime.combine(seen_from, time.min)) / _DAY
        age = seen_from.toordinal() + into_day - days.astype(np.float64)
        return observe(self.seed, self.plan(account), days, age, restatement)


def local_today(account: Account, moment: datetime) -> date:
    """The date it is in the account's zone."""
    return moment.astimezone(account.timezone).date()


def quarter_hour(moment: datetime) -> datetime:
    """The platforms refresh their figures every 15 minutes, not continuously."""
    moment = moment.astimezone(UTC)
    return moment.replace(minute=moment.minute - moment.minute % 15, second=0, microsecond=0)


def _months(since: date, until: date) -> list[date]:
    """The first days of the months that two dates span."""
    firsts = [since.replace(day=1)]
    while (following := _month_end(firsts[-1]) + _DAY) <= until:
        firsts.append(following)
    return firsts if since <= until else []


def _month_end(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - _DAY
