"""Answers queries: from a parsed query to batches of rows."""

from collections.abc import Iterable, Iterator
from datetime import date

from sandbox.breakdowns import broken_down
from sandbox.google_ads.counting import CATEGORIES
from sandbox.google_ads.fields import (
    CATEGORY,
    DATE,
    DEVICE,
    DEVICES,
    FIELDS,
    Row,
    camel,
    is_zero,
    written,
)
from sandbox.google_ads.gaql import Query
from sandbox.missing import reported
from sandbox.platform import Sandbox
from sandbox.world.maturity import Restatement
from sandbox.world.metrics import WIDTH, Table
from sandbox.world.records import Account, Level
from sandbox.world.world import Question, local_today


def batches(
    sandbox: Sandbox, account: Account, query: Query, restatement: Restatement, request_id: str
) -> list[dict[str, object]]:
    """The whole stream; one batch without rows where there is nothing to tell."""
    rows = [
        written(row, query.fields)
        for row in _matching(_rows(sandbox, account, query, restatement), query)
    ][: query.limit]
    size = max(sandbox.limits.max_page, 1)
    parts = [rows[first : first + size] for first in range(0, len(rows), size)] or [[]]
    mask: dict[str, object] = {
        "fieldMask": ",".join(map(camel, query.fields)),
        "requestId": request_id,
    }
    return [{"results": part, **mask} if part else mask for part in parts]


def _matching(rows: Iterator[Row], query: Query) -> Iterator[Row]:
    for row in rows:
        fits = all(
            (str(FIELDS[each.field](row)) in each.values) is each.is_wanted
            for each in query.conditions
        )
        if fits and not (query.metrics and is_zero(row, query.metrics)):
            yield row


def _rows(
    sandbox: Sandbox, account: Account, query: Query, restatement: Restatement
) -> Iterator[Row]:
    plan = sandbox.world.plan(account.number)
    today = local_today(account, sandbox.clock.now())
    if query.days is None:
        count = 1 if query.level is Level.ACCOUNT else len(plan.entities(query.level))
        for position in range(count):
            yield Row(plan, query.level, position, [0] * WIDTH, today)
        return
    table = _table(sandbox, account, query, restatement)
    categories = list(CATEGORIES) if CATEGORY in query.fields else [None]
    days, entities = table.day.tolist(), table.entity.tolist()
    for day, entity, values in zip(days, entities, table.values.tolist(), strict=True):
        told = date.fromordinal(day).isoformat()
        for device, part in _by_device(query, values):
            for category in categories:
                yield Row(plan, query.level, entity, part, today, told, category, device)


def _by_device(query: Query, values: list[int]) -> Iterable[tuple[str | None, list[int]]]:
    return broken_down(values, DEVICES).items() if DEVICE in query.fields else [(None, values)]


def _table(sandbox: Sandbox, account: Account, query: Query, restatement: Restatement) -> Table:
    since, until = query.days or (date.min, date.min)
    question = Question(
        account=account.number,
        level=query.level,
        since=since,
        until=until,
        moment=sandbox.clock.observed_at(),
        daily=DATE in query.fields,
    )
    table = sandbox.world.answer(question, restatement)
    return reported(table, query.level, sandbox.faults.settings)
