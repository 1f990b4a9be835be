"""What an insights call asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from sandbox.meta import ids
from sandbox.meta.call import Call
from sandbox.meta.errors import invalid_parameter
from sandbox.meta.fields import FIELDS
from sandbox.meta.periods import period
from sandbox.world.metrics import Window
from sandbox.world.records import Level
from sandbox.world.world import World

_DEFAULT_FIELDS: Final = ("impressions", "spend")
_INCREMENTS: Final = ("1", "all_days")
_WINDOWS: Final = {
    window.name.split("_")[1].lower() + "_" + window.name.split("_")[0].lower(): window
    for window in Window
}
_WITHOUT_DATA: Final = frozenset({"default", "dda", "1d_ev", "7d_view", "28d_view"})
_FILTERS: Final = {
    "campaign.id": Level.CAMPAIGN,
    "adset.id": Level.ADSET,
    "ad.id": Level.AD,
}

Only = tuple[Level, frozenset[int]]


PARTS: Final[Mapping[str, Mapping[str, int]]] = MappingProxyType(
    {
        "country": {"DE": 6, "AT": 3, "unknown": 1},
        "region": {"Bayern": 5, "Berlin": 3, "Unknown": 2},
    }
)
"""By breakdown, how many tenths of the impressions fall to each of its values."""


@dataclass(frozen=True, slots=True)
class InsightsQuery:
    """A parsed insights call, without its page."""

    account: int
    level: Level
    since: date
    until: date
    daily: bool
    fields: tuple[str, ...]
    windows: tuple[tuple[str, Window], ...]
    only: Only | None
    breakdown: str | None = None

    @property
    def days(self) -> int:
        """How many rows an entity can have."""
        return (self.until - self.since).days + 1 if self.daily else 1


def insights_query(call: Call, node: ids.Node, world: World, today: date) -> InsightsQuery:
    """Parse and check the parameters."""
    since, until = period(call, today)
    increment = call.params.get("time_increment", "all_days")
    if increment not in _INCREMENTS:
        raise invalid_parameter(f"time_increment must be one of {', '.join(_INCREMENTS)}.")
    return InsightsQuery(
        account=node.account,
        level=_level(call, node),
        since=since,
        until=until,
        daily=increment == "1",
        fields=_fields(call),
        windows=_windows(call),
        only=_only(call, node, world),
        breakdown=_breakdown(call),
    )


def _breakdown(call: Call) -> str | None:
    asked = tuple(dict.fromkeys(call.listed("breakdowns")))
    if len(asked) > 1 or (asked and asked[0] not in PARTS):
        raise invalid_parameter(f"breakdowns: the sandbox supports one of {', '.join(PARTS)}.")
    return asked[0] if asked else None


def _level(call: Call, node: ids.Node) -> Level:
    try:
        return Level(call.params.get("level", node.level))
    except ValueError as error:
        known = ", ".join(Level)
        raise invalid_parameter(f"level must be one of the following values: {known}") from error


def _fields(call: Call) -> tuple[str, ...]:
    asked = tuple(dict.fromkeys(call.listed("fields"))) or _DEFAULT_FIELDS
    unknown = [name for name in asked if name not in FIELDS]
    if unknown:
        raise invalid_parameter(
            f"{', '.join(unknown)} are not valid for fields param. please check https://developers"
            ".facebook.com/docs/marketing-api/reference/ads-insights/ for all valid values",
        )
    return asked


def _windows(call: Call) -> tuple[tuple[str, Window], ...]:
    """The windows asked for. 7d_view and 28d_view are accepted but have had no data since 2026."""
    asked = tuple(dict.fromkeys(call.listed("action_attribution_windows")))
    for position, name in enumerate(asked):
        if name not in _WINDOWS and name not in _WITHOUT_DATA:
            raise invalid_parameter(
                f"action_attribution_windows[{position}] must be one of the following values: "
                f"{', '.join((*_WINDOWS, *sorted(_WITHOUT_DATA)))}",
            )
    return tuple((name, _WINDOWS[name]) for name in asked if name in _WINDOWS)


def _only(call: Call, node: ids.Node, world: World) -> Only | None:
    """The entities that the node or the filter leaves."""
    if node.level is not Level.ACCOUNT:
        return node.level, frozenset({node.position})
    if "filtering" not in call.params:
        return None
    filters = call.json("filtering")
    if not isinstance(filters, list) or len(filters) > 1:
        raise invalid_parameter("the sandbox supports a single filter.")
    return _filtered(filters[0], node.account, world) if filters else None


def _filtered(found: object, account: int, world: World) -> Only:
    """`{"field": "campaign.id", "operator": "IN", "value": [...]}`."""
    if not isinstance(found, dict) or found.get("field") not in _FILTERS:
        raise invalid_parameter(f"filtering: field must be one of {', '.join(_FILTERS)}.")
    values = found.get("value")
    if found.get("operator") != "IN" or not isinstance(values, list):
        raise invalid_parameter("filtering: operator must be IN, with an array as its value.")
    nodes = [ids.find(world, str(value)) for value in values]
    level = _FILTERS[found["field"]]
    return level, frozenset(
        node.position
        for node in nodes
        if node is not None and node.account == account and node.level is level
    )
