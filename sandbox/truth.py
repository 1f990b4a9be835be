"""What really happened: the figures that every connector must end up with, exactly."""

from datetime import date, datetime

from sandbox.money import decimal_text
from sandbox.platform import Platform, Sandbox, TruthQuery
from sandbox.world.hashing import Ints
from sandbox.world.metrics import (
    WIDTH,
    Column,
    Family,
    Table,
    Window,
    count_column,
    value_column,
)
from sandbox.world.records import Account, Level
from sandbox.world.world import Question, local_today


def truth(sandbox: Sandbox, platform: Platform, query: TruthQuery) -> dict[str, object]:
    """Rows by day and entity, and totals, as known at the sandbox's present moment.

    Conversions are those of the default attribution (7 days after a click, 1 day after a view).
    Totals are sums of the rows, except reach, which counts a person once over the whole range.
    """
    account = sandbox.world.accounts[query.account]
    moment = sandbox.clock.observed_at()
    daily = _ask(sandbox, query, moment, daily=True)
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
        "totals": _totals(sandbox, query, moment, account),
        "rows": [
            _row(platform, account, query.level, daily, position) for position in range(len(daily))
        ],
    }


def _ask(sandbox: Sandbox, query: TruthQuery, moment: datetime, *, daily: bool) -> Table:
    question = Question(
        account=query.account,
        level=query.level if daily else Level.ACCOUNT,
        since=query.since,
        until=query.until,
        moment=moment,
        daily=daily,
    )
    return sandbox.world.answer(question, sandbox.faults.settings.restatement)


def _totals(
    sandbox: Sandbox,
    query: TruthQuery,
    moment: datetime,
    account: Account,
) -> dict[str, str | int]:
    together = _ask(sandbox, query, moment, daily=False)
    return _figures([int(total) for total in together.values.sum(axis=0)], account)


def _row(
    platform: Platform,
    account: Account,
    level: Level,
    table: Table,
    position: int,
) -> dict[str, str | int]:
    return {
        "date": date.fromordinal(int(table.day[position])).isoformat(),
        "id": platform.entity_id(account.number, level, int(table.entity[position])),
        **_figures(_whole(table.values[position]), account),
    }


def _whole(values: Ints) -> list[int]:
    return [int(values[column]) for column in range(WIDTH)]


def _figures(values: list[int], account: Account) -> dict[str, str | int]:
    value = values[value_column(Window.VIEW_1D)] + values[value_column(Window.CLICK_7D)]
    return {
        "spend": decimal_text(values[Column.SPEND], account),
        "impressions": values[Column.IMPRESSIONS],
        "clicks": values[Column.CLICKS],
        "link_clicks": values[Column.LINK_CLICKS],
        "reach": values[Column.REACH],
        "purchases": _attributed(values, Family.PURCHASE),
        "purchase_value": decimal_text(value, account),
        "add_to_carts": _attributed(values, Family.ADD_TO_CART),
        "leads": _attributed(values, Family.LEAD),
    }


def _attributed(values: list[int], family: Family) -> int:
    return (
        values[count_column(family, Window.VIEW_1D)] + values[count_column(family, Window.CLICK_7D)]
    )
