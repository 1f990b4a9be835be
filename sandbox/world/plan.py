"""An account's ads as arrays, so that a month of all of them is one computation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from sandbox.world.blueprint import campaigns_of
from sandbox.world.hashing import Dice, Floats, Ints, Keys, key_of
from sandbox.world.metrics import Family
from sandbox.world.records import Account, Ad, AdSet, Campaign, Level, Objective

ECHO_DAYS: Final = 90
_FOREVER: Final = date.max.toordinal() - ECHO_DAYS

_RATES_PER_CLICK: Final[dict[Objective, tuple[float, float, float]]] = {
    Objective.SALES: (0.030, 0.085, 0.0),
    Objective.LEADS: (0.0, 0.004, 0.060),
    Objective.TRAFFIC: (0.006, 0.030, 0.004),
    Objective.AWARENESS: (0.0, 0.006, 0.0),
}
"""Final conversions per click by objective, in the order of `Family`."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Every ad of an account; arrays are aligned with `ads`.

    `campaign_at` and `adset_at` are positions in `campaigns` and `adsets`; `adset_campaigns`
    and `positions` answer which campaign an ad set is in and where a number stands. Days are
    proleptic Gregorian ordinals. `daily_budget` is in minor units.
    """

    account: Account
    campaigns: tuple[Campaign, ...]
    adsets: tuple[AdSet, ...]
    ads: tuple[Ad, ...]
    keys: Keys
    campaign_at: Ints
    adset_at: Ints
    start: Ints
    stop: Ints
    cycle: Ints
    on_days: Ints
    daily_budget: Floats
    cost_per_mille: Floats
    click_rate: Floats
    view_share: Floats
    order_value: Floats
    conversion_rates: Floats
    adset_campaigns: tuple[int, ...]
    positions: Mapping[tuple[Level, int], int]

    def entities(self, level: Level) -> Sequence[Campaign | AdSet | Ad]:
        """What there is at a level below the account, in order of position."""
        if level is Level.CAMPAIGN:
            return self.campaigns
        return self.adsets if level is Level.ADSET else self.ads

    def position(self, level: Level, number: int) -> int | None:
        """Where the entity with a number stands, or None if there is none."""
        return self.positions.get((level, number))

    def campaign_of(self, level: Level, position: int) -> int:
        """The position of the campaign that an entity belongs to."""
        if level is Level.CAMPAIGN:
            return position
        if level is Level.ADSET:
            return self.adset_campaigns[position]
        return int(self.campaign_at[position])

    def entity_at(self, level: Level) -> Ints:
        """For each ad, the position of its entity at a level (0 for the account itself)."""
        by_level = {
            Level.ACCOUNT: np.zeros(len(self.ads), dtype=np.int64),
            Level.CAMPAIGN: self.campaign_at,
            Level.ADSET: self.adset_at,
            Level.AD: np.arange(len(self.ads), dtype=np.int64),
        }
        return by_level[level]

    def can_report(self, first: int, last: int) -> Ints:
        """Positions of the ads that may have a row between two days."""
        alive = (self.start <= last) & (self.stop + ECHO_DAYS >= first)
        return np.flatnonzero(alive)


def plan_for(seed: int, account: Account) -> Plan:
    """Lay an account's blueprint out as arrays."""
    campaigns = campaigns_of(seed, account)
    adsets = [(at, adset) for at, owner in enumerate(campaigns) for adset in owner.adsets]
    ads = [(at, ad) for at, (_, adset) in enumerate(adsets) for ad in adset.ads]
    campaign_at = np.array([adsets[at][0] for at, _ in ads], dtype=np.int64)
    owners = [campaigns[at] for at in campaign_at]
    shares = [adsets[at][1].share * ad.share for at, ad in ads]
    dice = [Dice(key_of(seed, account.platform, ad.number)) for _, ad in ads]
    return Plan(
        account=account,
        campaigns=campaigns,
        adsets=tuple(adset for _, adset in adsets),
        ads=tuple(ad for _, ad in ads),
        keys=np.array([die.key for die in dice], dtype=np.uint64),
        campaign_at=campaign_at,
        adset_at=np.array([at for at, _ in ads], dtype=np.int64),
        start=_ints([owner.start.toordinal() for owner in owners]),
        stop=_ints([owner.stop.toordinal() if owner.stop else _FOREVER for owner in owners]),
        cycle=_ints([owner.cycle_days for owner in owners]),
        on_days=_ints([owner.on_days for owner in owners]),
        daily_budget=_floats(
            [owner.daily_budget_minor * share for owner, share in zip(owners, shares, strict=True)],
        ),
        cost_per_mille=_scaled(dice, "cpm", account.cost_per_mille_minor, 0.7, 1.4),
        click_rate=_scaled(dice, "ctr", 0.014, 0.6, 1.6),
        view_share=np.array([0.18 if owner.counts_views else 0.0 for owner in owners]),
        order_value=_scaled(dice, "order", account.order_value_minor, 0.8, 1.25),
        conversion_rates=_floats(
            [list(_RATES_PER_CLICK[owner.objective]) for owner in owners],
        ).reshape(len(ads), len(Family)),
        adset_campaigns=tuple(at for at, _ in adsets),
        positions=_positions(campaigns, [each for _, each in adsets], [each for _, each in ads]),
    )


def _positions(
    campaigns: Sequence[Campaign],
    adsets: Sequence[AdSet],
    ads: Sequence[Ad],
) -> Mapping[tuple[Level, int], int]:
    levels: tuple[tuple[Level, Sequence[Campaign | AdSet | Ad]], ...] = (
        (Level.CAMPAIGN, campaigns),
        (Level.ADSET, adsets),
        (Level.AD, ads),
    )
    return {(level, each.number): at for level, all_ in levels for at, each in enumerate(all_)}


def _ints(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _floats(values: list[float] | list[list[float]]) -> Floats:
    return np.array(values, dtype=np.float64)


def _scaled(dice: list[Dice], name: str, centre: float, low: float, high: float) -> Floats:
    return _floats([centre * die.between(name, low, high) for die in dice])
