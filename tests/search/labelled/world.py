"""A year of a shop that sells many things, as facts alone: nothing here knows what documents say.

The same every time: all that looks like chance comes from one seed.
"""

from __future__ import annotations

import datetime as dt
import random
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import product as every
from typing import Final

from core.records.connections import Level, Source

MONTHS: Final = tuple(dt.date(2026, month, 1) for month in range(3, 11))
DAYS_OF_A_MONTH: Final = (3, 10, 17, 24)


class Fate(StrEnum):
    """How a campaign fared in a month, beside others of its channel."""

    STAR = "STAR"
    PLAIN = "PLAIN"
    WASTE = "WASTE"


@dataclass(frozen=True)
class Account:
    source: Source
    account_id: str
    name: str
    currency: str
    level: Level
    channel: str
    cost_of_click: float
    click_share: float
    order_share: float


@dataclass(frozen=True)
class Campaign:
    account: Account
    campaign_id: str
    product: str
    market: str
    audience: str
    fates: dict[dt.date, Fate]

    @property
    def name(self) -> str:
        return f"{self.market}_{self.product.title().replace(' ', '')}_{self.audience}"


@dataclass(frozen=True)
class AdSet:
    campaign: Campaign
    ad_set_id: str
    people: str

    @property
    def name(self) -> str:
        return f"{self.people} | {self.campaign.product.title()}"


@dataclass(frozen=True)
class Day:
    """What one entity did on a day."""

    entity: Campaign | AdSet
    date: dt.date
    spend: Decimal | None
    impressions: int
    clicks: int
    conversions: Decimal
    value: Decimal


PRODUCTS: Final = (
    "running shoes", "yoga mats", "winter jackets", "swimwear", "coffee beans", "tents",
    "strollers", "headphones", "dog food", "perfume", "office chairs", "bicycles",
    "garden furniture", "protein powder",
)  # fmt: skip
MARKETS: Final = ("DE", "UK", "US", "FR")
AUDIENCES: Final = ("Prospecting", "Retargeting", "Loyal")
PEOPLE: Final = ("Women 25-34", "Men 35-44", "Students")
ACCOUNTS: Final = (
    Account(
        Source("META_ADS"), "act_5001", "Northwind Europe", "EUR", Level.AD_SET, "Paid Social",
        0.7, 0.014, 0.03,
    ),
    Account(
        Source("META_ADS"), "act_5002", "Northwind America", "USD", Level.AD_SET, "Paid Social",
        0.8, 0.012, 0.028,
    ),
    Account(
        Source("GOOGLE_ADS"), "5003005003", "Northwind Finder", "EUR", Level.CAMPAIGN,
        "Paid Search", 1.1, 0.06, 0.05,
    ),
    Account(
        Source("META_ADS"), "act_5006", "Northwind Clips", "USD", Level.CAMPAIGN, "Paid Social",
        0.4, 0.009, 0.011,
    ),
    Account(
        Source("KLAVIYO"), "NWLETT", "Northwind Letters", "EUR", Level.CAMPAIGN, "Email",
        0.0, 0.05, 0.06,
    ),
)  # fmt: skip
_SHARES: Final = {Fate.STAR: 0.18, Fate.PLAIN: 0.64, Fate.WASTE: 0.18}


def campaigns(seed: int = 20261123) -> tuple[Campaign, ...]:
    """Every product in every market, eight times on average, over the accounts."""
    chance = random.Random(seed)  # noqa: S311 - a world that is the same every time
    made: list[Campaign] = []
    for number, (product, market) in enumerate(every(PRODUCTS, MARKETS)):
        europe = market in {"DE", "UK", "FR"}
        accounts = [ACCOUNTS[0] if europe else ACCOUNTS[1], ACCOUNTS[2 + number % 3]]
        for account in accounts:
            fates = {month: _fate(chance, account) for month in MONTHS}
            audience = AUDIENCES[chance.randrange(len(AUDIENCES))]
            campaign_id = str(71_000_000 + 37 * len(made))
            made.append(Campaign(account, campaign_id, product, market, audience, fates))
    return tuple(made)


def ad_sets(of: Campaign) -> tuple[AdSet, ...]:
    """What stands below a campaign whose account is read that deep."""
    if of.account.level is not Level.AD_SET:
        return ()
    return tuple(
        AdSet(of, f"{of.campaign_id}{place:02}", people) for place, people in enumerate(PEOPLE)
    )


def days(of: Campaign, seed: int = 7) -> Iterator[Day]:
    """What the campaign, or all below it, did on some days of each month."""
    chance = random.Random(f"{seed} {of.campaign_id}")  # noqa: S311 - as above
    for entity in ad_sets(of) or (of,):
        for month in MONTHS:
            for day in DAYS_OF_A_MONTH:
                assert day <= monthrange(month.year, month.month)[1]
                yield _day(chance, of, entity, month.replace(day=day))


def _fate(chance: random.Random, account: Account) -> Fate:
    fate = chance.choices(list(_SHARES), list(_SHARES.values()))[0]
    return Fate.PLAIN if account.cost_of_click == 0 and fate is Fate.WASTE else fate


def _day(chance: random.Random, campaign: Campaign, entity: Campaign | AdSet, date: dt.date) -> Day:
    account, fate = campaign.account, campaign.fates[date.replace(day=1)]
    luck = chance.uniform(0.85, 1.15)
    impressions = int(chance.uniform(9_000, 15_000))
    clicks = int(impressions * account.click_share * luck * (1.3 if fate is Fate.STAR else 1))
    cost = account.cost_of_click * {Fate.STAR: 0.6, Fate.PLAIN: 1.0, Fate.WASTE: 1.6}[fate]
    share = account.order_share * {Fate.STAR: 2.4, Fate.PLAIN: 1.0, Fate.WASTE: 0.0}[fate]
    orders = round(clicks * share * chance.uniform(0.9, 1.1))
    spend = Decimal(f"{clicks * cost:.2f}") if cost else None
    return Day(entity, date, spend, impressions, clicks, Decimal(orders), Decimal(orders * 40))
