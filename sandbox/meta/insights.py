"""Insights: from a parsed query to a page of rows."""

from datetime import date, datetime

import numpy as np

from sandbox.breakdowns import broken_down
from sandbox.meta.call import Call
from sandbox.meta.errors import too_much_data
from sandbox.meta.fields import Row, written
from sandbox.meta.paging import enveloped, page_request
from sandbox.meta.query import PARTS, InsightsQuery
from sandbox.missing import reported
from sandbox.platform import Sandbox
from sandbox.world.metrics import Table
from sandbox.world.world import Question


def insights_page(
    sandbox: Sandbox,
    call: Call,
    query: InsightsQuery,
    moment: datetime,
) -> dict[str, object]:
    """One page of the report as known at `moment`, or at the moment of the page's cursor."""
    wanted = page_request(call, moment, sandbox.limits.max_page)
    table = _table(sandbox, query, wanted.moment)
    first, end = wanted.bounds(len(table))
    rows = _rows(sandbox, query, table, range(first, end))
    return enveloped(call, wanted, len(table), rows)


def check_size(sandbox: Sandbox, query: InsightsQuery) -> None:
    """Refuse a synchronous report that could have too many rows."""
    rows = _entities(sandbox, query) * query.days
    excess = rows / max(sandbox.limits.max_sync_rows, 1)
    if excess > 1:
        raise too_much_data(excess)


def _entities(sandbox: Sandbox, query: InsightsQuery) -> int:
    """How many entities could have a row in the period."""
    plan = sandbox.world.plan(query.account)
    ads = plan.can_report(query.since.toordinal(), query.until.toordinal())
    if query.only is not None:
        level, positions = query.only
        ads = ads[np.isin(plan.entity_at(level)[ads], sorted(positions))]
    return len(np.unique(plan.entity_at(query.level)[ads]))


def _table(sandbox: Sandbox, query: InsightsQuery, moment: datetime) -> Table:
    question = Question(
        account=query.account,
        level=query.level,
        since=query.since,
        until=query.until,
        moment=moment,
        daily=query.daily,
        only=query.only,
    )
    settings = sandbox.faults.settings
    return reported(sandbox.world.answer(question, settings.restatement), query.level, settings)


def _rows(
    sandbox: Sandbox,
    query: InsightsQuery,
    table: Table,
    positions: range,
) -> list[dict[str, object]]:
    plan = sandbox.world.plan(query.account)
    part = slice(positions.start, positions.stop)
    days, entities = table.day[part].tolist(), table.entity[part].tolist()
    figures = table.values[part].tolist()
    found = []
    for day, entity, values in zip(days, entities, figures, strict=True):
        start = date.fromordinal(day).isoformat()
        stop = start if query.daily else query.until.isoformat()
        for named, figures_of in _told_apart(query, values):
            row = Row(plan, query.level, entity, figures_of, query.windows, start, stop)
            found.append(written(row, query.fields) | named)
    return found


def _told_apart(query: InsightsQuery, values: list[int]) -> list[tuple[dict[str, str], list[int]]]:
    """A row's figures, or those of its parts with what each is a part of."""
    name = query.breakdown
    if name is None:
        return [({}, values)]
    return [({name: each}, part) for each, part in broken_down(values, PARTS[name]).items()]
