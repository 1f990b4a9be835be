"""Answers reports: from parameters to a page of rows."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sandbox.figures import default_figures
from sandbox.missing import reported
from sandbox.platform import Sandbox
from sandbox.tiktok_ads.errors import invalid
from sandbox.world.maturity import Restatement
from sandbox.world.metrics import Column, Table
from sandbox.world.plan import Plan
from sandbox.world.records import Account, Level
from sandbox.world.world import Question

MAX_DAYS: Final = 30
MAX_PAGE: Final = 1000

_LEVELS: Final = {
    "AUCTION_ADVERTISER": (Level.ACCOUNT, "advertiser_id"),
    "AUCTION_CAMPAIGN": (Level.CAMPAIGN, "campaign_id"),
    "AUCTION_ADGROUP": (Level.ADSET, "adgroup_id"),
    "AUCTION_AD": (Level.AD, "ad_id"),
}
_OBJECTIVES: Final = {
    "OUTCOME_SALES": "WEB_CONVERSIONS",
    "OUTCOME_LEADS": "LEAD_GENERATION",
    "OUTCOME_TRAFFIC": "TRAFFIC",
    "OUTCOME_AWARENESS": "REACH",
}


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for."""

    level: Level
    entity: str
    metrics: tuple[str, ...]
    since: date
    until: date
    page: int
    size: int


@dataclass(frozen=True, slots=True)
class Row:
    """One entity's day, or `-` for what its level does not have."""

    plan: Plan
    level: Level
    position: int
    values: list[int]

    def named(self, level: Level) -> str:
        """The name of what the row belongs to at a level."""
        if self.level is level:
            return self.plan.entities(level)[self.position].name
        if level is Level.CAMPAIGN and self.level is not Level.ACCOUNT:
            return self.plan.campaigns[self._campaign].name
        if level is Level.ADSET and self.level is Level.AD:
            return self.plan.adsets[int(self.plan.adset_at[self.position])].name
        return "-"

    def figure(self, name: str) -> str:
        """A figure as text."""
        return str(default_figures(self.values, self.plan.account)[name])

    @property
    def _campaign(self) -> int:
        return self.plan.campaign_of(self.level, self.position)

    @property
    def campaign_id(self) -> str:
        """The id of the row's campaign."""
        if self.level is Level.ACCOUNT:
            return "-"
        return str(self.plan.campaigns[self._campaign].number)

    @property
    def objective(self) -> str:
        """What the row's campaign is for."""
        if self.level is Level.ACCOUNT:
            return "-"
        return _OBJECTIVES[self.plan.campaigns[self._campaign].objective]


METRICS: Final[Mapping[str, Callable[[Row], str]]] = {
    "spend": lambda row: row.figure("spend"),
    "impressions": lambda row: row.figure("impressions"),
    "clicks": lambda row: row.figure("clicks"),
    "reach": lambda row: row.figure("reach"),
    "video_play_actions": lambda row: str(row.values[Column.VIDEO_VIEWS]),
    "complete_payment": lambda row: row.figure("purchases"),
    "total_complete_payment_rate": lambda row: row.figure("purchase_value"),
    "conversion": lambda row: row.figure("purchases"),
    "currency": lambda row: row.plan.account.currency,
    "campaign_id": lambda row: row.campaign_id,
    "campaign_name": lambda row: row.named(Level.CAMPAIGN),
    "objective_type": lambda row: row.objective,
    "adgroup_name": lambda row: row.named(Level.ADSET),
    "ad_name": lambda row: row.named(Level.AD),
}


def query_of(params: Mapping[str, str]) -> Query:
    """The query that parameters make, or TikTok's refusal."""
    level, entity = _LEVELS.get(params.get("data_level", ""), (None, ""))
    if level is None or params.get("report_type") != "BASIC":
        raise invalid("data_level: Invalid enum value")
    if _names(params, "dimensions") != (entity, "stat_time_day"):
        raise invalid(f"dimensions: [{entity}, stat_time_day] is supported here")
    metrics = _names(params, "metrics")
    if unknown := [name for name in metrics if name not in METRICS]:
        raise invalid(f"metrics: Invalid metric fields: {unknown}")
    since, until = _day(params, "start_date"), _day(params, "end_date")
    if not 0 <= (until - since).days < MAX_DAYS:
        raise invalid(f"The time range must be between 1 and {MAX_DAYS} days")
    return Query(
        level, entity, metrics, since, until,
        page=_whole(params, "page", 1, 10_000_000), size=_whole(params, "page_size", 10, MAX_PAGE),
    )  # fmt: skip


def page(
    sandbox: Sandbox, account: Account, query: Query, restatement: Restatement
) -> dict[str, object]:
    """One page of the report, as known now."""
    size = min(query.size, sandbox.limits.max_page)
    question = Question(
        account=account.number,
        level=query.level,
        since=query.since,
        until=query.until,
        moment=sandbox.clock.observed_at(),
    )
    answer = sandbox.world.answer(question, restatement)
    table = reported(answer, query.level, sandbox.faults.settings)
    return {
        "list": _rows(sandbox.world.plan(account.number), query, table, size),
        "page_info": {
            "page": query.page,
            "page_size": size,
            "total_number": len(table),
            "total_page": -(-len(table) // size),
        },
    }


def entity_id(plan: Plan, level: Level, position: int) -> str:
    """The id by which reports name an entity."""
    if level is Level.ACCOUNT:
        return advertiser_id(plan.account)
    return str(plan.entities(level)[position].number)


def advertiser_id(account: Account) -> str:
    """Nineteen digits."""
    return f"7{account.number:018d}"


def _rows(plan: Plan, query: Query, table: Table, size: int) -> list[dict[str, object]]:
    part = slice((query.page - 1) * size, query.page * size)
    told = zip(
        table.day[part].tolist(),
        table.entity[part].tolist(),
        table.values[part].tolist(),
        strict=True,
    )
    return [
        _written(Row(plan, query.level, position, values), date.fromordinal(day), query)
        for day, position, values in told
    ]


def _written(row: Row, day: date, query: Query) -> dict[str, object]:
    return {
        "dimensions": {
            query.entity: entity_id(row.plan, row.level, row.position),
            "stat_time_day": f"{day} 00:00:00",
        },
        "metrics": {name: METRICS[name](row) for name in query.metrics},
    }


def _names(params: Mapping[str, str], name: str) -> tuple[str, ...]:
    try:
        return tuple(map(str, json.loads(params[name])))
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise invalid(f"{name}: a JSON array of strings is required") from error


def _day(params: Mapping[str, str], name: str) -> date:
    try:
        return date.fromisoformat(params[name])
    except (KeyError, ValueError) as error:
        raise invalid(f"{name}: Datetime has wrong format. Use YYYY-MM-DD.") from error


def _whole(params: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = params.get(name, str(default))
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise invalid(f"{name}: must be between 1 and {most}")
    return int(text)
