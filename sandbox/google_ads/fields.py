"""The fields that can be selected, and how each is read from a row of the world."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sandbox.google_ads.counting import CATEGORIES, PRIMARY, WHOLE, parts, value_parts, view_through
from sandbox.world.metrics import Column
from sandbox.world.plan import Plan
from sandbox.world.records import Ad, AdSet, Campaign, Level

CHANNEL_TYPES: Final = ("SEARCH", "PERFORMANCE_MAX", "SHOPPING", "DEMAND_GEN", "VIDEO")
LEVELS: Final = {
    "customer": Level.ACCOUNT,
    "campaign": Level.CAMPAIGN,
    "ad_group": Level.ADSET,
    "ad_group_ad": Level.AD,
}
CATEGORY: Final = "segments.conversion_action_category"
DATE: Final = "segments.date"
DEVICE: Final = "segments.device"
DEVICES: Final = {"MOBILE": 5, "DESKTOP": 2, "TABLET": 1, "CONNECTED_TV": 1, "OTHER": 1}
"""How many tenths of the impressions fall to each device."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one row of an answer is about; `category` and `device` only where segmented by."""

    plan: Plan
    level: Level
    position: int
    values: list[int]
    today: date
    day: str = ""
    category: str | None = None
    device: str | None = None

    @property
    def campaign(self) -> Campaign:
        """The campaign of the row."""
        return self.plan.campaigns[self.plan.campaign_of(self.level, self.position)]

    @property
    def ad_group(self) -> AdSet:
        """The ad group of the row."""
        at = self.position if self.level is Level.ADSET else int(self.plan.adset_at[self.position])
        return self.plan.adsets[at]

    @property
    def ad(self) -> Ad:
        """The ad of the row."""
        return self.plan.ads[self.position]

    def conversions(self, *, only_primary: bool) -> int:
        """In ten-thousandths."""
        return sum(parts(self.values, each) for each in self._categories(only_primary))

    def value(self, *, only_primary: bool) -> float:
        """In the account's currency."""
        total = sum(value_parts(self.values, each) for each in self._categories(only_primary))
        return float(total / (WHOLE * 10**self.plan.account.minor_digits))

    def _categories(self, only_primary: bool) -> list[str]:  # noqa: FBT001 -- handed on
        named = CATEGORIES if self.category is None else [self.category]
        return [each for each in named if each in PRIMARY or not only_primary]


def channel_type(campaign: Campaign) -> str:
    """A campaign's kind, by its number."""
    return CHANNEL_TYPES[campaign.number % 10_000 % len(CHANNEL_TYPES)]


def _micros(row: Row) -> str:
    return str(row.values[Column.SPEND] * 10 ** (6 - row.plan.account.minor_digits))


def _status(row: Row) -> str:
    return "ENABLED" if row.campaign.is_on(row.today) else "PAUSED"


Reader = Callable[[Row], object]

ATTRIBUTES: Final[Mapping[str, Reader]] = {
    "customer.id": lambda row: str(row.plan.account.number),
    "customer.descriptive_name": lambda row: row.plan.account.name,
    "customer.currency_code": lambda row: row.plan.account.currency,
    "customer.time_zone": lambda row: row.plan.account.zone,
    "campaign.id": lambda row: str(row.campaign.number),
    "campaign.name": lambda row: row.campaign.name,
    "campaign.status": _status,
    "campaign.advertising_channel_type": lambda row: channel_type(row.campaign),
    "ad_group.id": lambda row: str(row.ad_group.number),
    "ad_group.name": lambda row: row.ad_group.name,
    "ad_group_ad.ad.id": lambda row: str(row.ad.number),
    "ad_group_ad.ad.name": lambda row: row.ad.name,
}
SEGMENTS: Final[Mapping[str, Reader]] = {
    DATE: lambda row: row.day,
    CATEGORY: lambda row: row.category,
    DEVICE: lambda row: row.device,
}
CONVERSION_METRICS: Final[Mapping[str, Reader]] = {
    "metrics.conversions": lambda row: row.conversions(only_primary=True) / WHOLE,
    "metrics.conversions_value": lambda row: row.value(only_primary=True),
    "metrics.all_conversions": lambda row: row.conversions(only_primary=False) / WHOLE,
    "metrics.all_conversions_value": lambda row: row.value(only_primary=False),
}
DELIVERY_METRICS: Final[Mapping[str, Reader]] = {
    "metrics.impressions": lambda row: str(row.values[Column.IMPRESSIONS]),
    "metrics.clicks": lambda row: str(row.values[Column.CLICKS]),
    "metrics.cost_micros": _micros,
    "metrics.interactions": lambda row: str(row.values[Column.CLICKS]),
    "metrics.view_through_conversions": lambda row: str(view_through(row.values)),
}
METRICS: Final = {**CONVERSION_METRICS, **DELIVERY_METRICS}
FIELDS: Final = {**ATTRIBUTES, **SEGMENTS, **METRICS}


def camel(path: str) -> str:
    """`ad_group.id` as it is written in JSON: `adGroup.id`."""
    head, *rest = path.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def written(row: Row, fields: tuple[str, ...]) -> dict[str, object]:
    """The row in JSON, nested by message, every resource under its name."""
    found: dict[str, object] = {}
    for name in fields:
        *messages, last = camel(name).split(".")
        place = found
        for message in messages:
            place = place.setdefault(message, {})  # type: ignore[assignment]  # of dicts only
        place[last] = FIELDS[name](row)
    return found


def is_zero(row: Row, metrics: tuple[str, ...]) -> bool:
    """Whether nothing was counted: such rows are not returned."""
    return all(FIELDS[name](row) in {"0", 0.0} for name in metrics)
