"""What really happened: the figures that every connector must end up with, exactly."""

from datetime import date, datetime
from typing import Protocol

from sandbox.platform import Sandbox, TruthQuery
from sandbox.world.hashing import Ints
from sandbox.world.maturity import Restatement
from sandbox.world.metrics import WIDTH, Table
from sandbox.world.records import Account, Level
from sandbox.world.world import Question, local_today


class AdPlatform(Protocol):
    """A platform whose figures are those of the world's campaigns."""

    name: str

    def entity_id(self, account: int, level: str, position: int) -> str:
        """The platform's id of an entity, given its position in the account's plan."""

    def restatement(self) -> Restatement:
        """How its past days change."""

    def figures(self, values: list[int], account: Account) -> dict[str, str | int]:
        """The columns of a row of the world as figures, counted as this platform counts."""


def truth(sandbox: Sandbox, platform: AdPlatform, query: TruthQuery) -> dict[str, object]:
    """Rows by day and entity, and totals, as known at the sandbox's present moment.

    Conversions are counted as the platform counts them.
    Totals are sums of the rows, except reach, which counts a person once over the whole range.
    """
    account = sandbox.world.accounts[query.account]
    moment = sandbox.clock.observed_at()
    daily = _ask(sandbox, platform, query, moment, daily=True)
    return {
        "platform": platform.name,
        "account": platform.entity_id(account.number, Level.ACCOUNT, 0),
        "currency": account.currency,
        "timezone": account.zone,
        "level": query.level.value,
        "since": query.since.isoformat(),
        "until": query.until.isoformat(),
        "observed_at": moment.isoformat(),
        "today": local_today(account, moment).isoformat(),
        "totals": _totals(sandbox, platform, query, moment),
        "rows": [
            _row(platform, account, query.level, daily, position) for position in range(len(daily))
        ],
    }


def _ask(
    sandbox: Sandbox, platform: AdPlatform, query: TruthQuery, moment: datetime, *, daily: bool
) -> Table:
    question = Question(
        account=query.account,
        level=query.level if daily else Level.ACCOUNT,
        since=query.since,
        until=query.until,
        moment=moment,
        daily=daily,
    )
    return sandbox.world.answer(question, platform.restatement())


def _totals(
    sandbox: Sandbox, platform: AdPlatform, query: TruthQuery, moment: datetime
) -> dict[str, str | int]:
    together = _ask(sandbox, platform, query, moment, daily=False)
    totals = [int(total) for total in together.values.sum(axis=0)]
    return platform.figures(totals, sandbox.world.accounts[query.account])


def _row(
    platform: AdPlatform,
    account: Account,
    level: Level,
    table: Table,
    position: int,
) -> dict[str, str | int]:
    return {
        "date": date.fromordinal(int(table.day[position])).isoformat(),
        "id": platform.entity_id(account.number, level, int(table.entity[position])),
        **platform.figures(_whole(table.values[position]), account),
    }


def _whole(values: Ints) -> list[int]:
    return [int(values[column]) for column in range(WIDTH)]
