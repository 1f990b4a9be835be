"""The fields of an insights row, each with how it is written.

A field that does not apply (an ad's id at campaign level, a rate without a base, an empty list)
is left out of the row, as the real API leaves it out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sandbox.meta import ids
from sandbox.meta.actions import Windows, action_values, actions
from sandbox.meta.numbers import money_text, ratio_text
from sandbox.world.metrics import Column, Window, value_column
from sandbox.world.plan import Plan
from sandbox.world.records import Level

_DEPTH: Final = {level: depth for depth, level in enumerate(Level)}
_MILLE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a report before it is written; `values` are in the world's columns."""

    plan: Plan
    level: Level
    position: int
    values: list[int]
    windows: Windows
    date_start: str
    date_stop: str

    @property
    def spend(self) -> float:
        """Spend in the major unit, for rates."""
        return float(self.values[Column.SPEND]) * 10.0**-self.plan.account.minor_digits

    def at(self, level: Level) -> int | None:
        """The position of the entity at a level that this row belongs to, if it is that deep."""
        if _DEPTH[level] > _DEPTH[self.level]:
            return None
        if level is self.level:
            return self.position
        if level is Level.CAMPAIGN:
            return self.plan.campaign_of(self.level, self.position)
        return int(self.plan.adset_at[self.position])


def written(row: Row, fields: tuple[str, ...]) -> dict[str, object]:
    """The row with exactly the fields asked for, and its dates, which are always there."""
    found = {name: FIELDS[name](row) for name in fields}
    dates = {"date_start": row.date_start, "date_stop": row.date_stop}
    return {name: value for name, value in found.items() if value not in (None, [])} | dates


def _id(level: Level) -> Callable[[Row], object]:
    def identify(row: Row) -> object:
        position = row.at(level)
        return None if position is None else ids.id_at(row.plan, level, position)

    return identify


def _name(level: Level) -> Callable[[Row], object]:
    def name(row: Row) -> object:
        position = row.at(level)
        return None if position is None else row.plan.entities(level)[position].name

    return name


def _count(column: Column) -> Callable[[Row], object]:
    return lambda row: str(row.values[column])


def _cost(column: Column, per: int = 1) -> Callable[[Row], object]:
    return lambda row: ratio_text(per * row.spend, row.values[column])


def _share(over: Column, under: Column, scale: int) -> Callable[[Row], object]:
    return lambda row: ratio_text(scale * row.values[over], row.values[under])


def _objective(row: Row) -> object:
    position = row.at(Level.CAMPAIGN)
    return None if position is None else row.plan.campaigns[position].objective.value


def _attribution(row: Row) -> object:
    """One setting per campaign; the account says "mixed" when they differ."""
    position = row.at(Level.CAMPAIGN)
    campaigns = row.plan.campaigns if position is None else (row.plan.campaigns[position],)
    settings = {"7d_click_1d_view" if each.counts_views else "7d_click" for each in campaigns}
    return settings.pop() if len(settings) == 1 else "mixed"


def _outbound(row: Row) -> object:
    clicks = row.values[Column.LINK_CLICKS]
    return [{"action_type": "outbound_click", "value": str(clicks)}] if clicks else []


def _return_on_spend(row: Row) -> object:
    values = row.values
    earned = values[value_column(Window.VIEW_1D)] + values[value_column(Window.CLICK_7D)]
    ratio = ratio_text(earned, values[Column.SPEND]) if earned else None
    return [{"action_type": "omni_purchase", "value": ratio}] if ratio else []


def _nothing(_: Row) -> object:
    return None


FIELDS: Final[Mapping[str, Callable[[Row], object]]] = {
    "account_id": lambda row: str(row.plan.account.number),
    "account_name": lambda row: row.plan.account.name,
    "account_currency": lambda row: row.plan.account.currency,
    "campaign_id": _id(Level.CAMPAIGN),
    "campaign_name": _name(Level.CAMPAIGN),
    "adset_id": _id(Level.ADSET),
    "adset_name": _name(Level.ADSET),
    "ad_id": _id(Level.AD),
    "ad_name": _name(Level.AD),
    "objective": _objective,
    "buying_type": lambda _: "AUCTION",
    "attribution_setting": _attribution,
    "impressions": _count(Column.IMPRESSIONS),
    "reach": _count(Column.REACH),
    "clicks": _count(Column.CLICKS),
    "inline_link_clicks": _count(Column.LINK_CLICKS),
    "inline_post_engagement": _count(Column.ENGAGEMENTS),
    "outbound_clicks": _outbound,
    "spend": lambda row: money_text(row.values[Column.SPEND], row.plan.account),
    "frequency": _share(Column.IMPRESSIONS, Column.REACH, 1),
    "ctr": _share(Column.CLICKS, Column.IMPRESSIONS, 100),
    "inline_link_click_ctr": _share(Column.LINK_CLICKS, Column.IMPRESSIONS, 100),
    "cpc": _cost(Column.CLICKS),
    "cpm": _cost(Column.IMPRESSIONS, per=_MILLE),
    "cpp": _cost(Column.REACH, per=_MILLE),
    "cost_per_inline_link_click": _cost(Column.LINK_CLICKS),
    "actions": lambda row: actions(row.values, row.windows),
    "action_values": lambda row: action_values(row.values, row.windows, row.plan.account),
    "purchase_roas": _return_on_spend,
    "conversions": _nothing,
    "conversion_values": _nothing,
    "date_start": lambda row: row.date_start,
    "date_stop": lambda row: row.date_stop,
}
"""Every field that may be asked for; others are refused with code 100."""
