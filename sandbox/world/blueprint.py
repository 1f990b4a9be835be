"""Which campaigns, ad sets and ads an account has: a pure function of the seed.

Nothing here depends on the clock, so moving the clock reveals campaigns instead of
re-inventing the past.
"""

from datetime import date, timedelta
from typing import Final, TypeAlias

from sandbox.world.hashing import Dice, key_of
from sandbox.world.holidays import black_friday
from sandbox.world.records import Account, Ad, AdSet, Campaign, Objective

_FIRST_DAY: Final = date(2019, 1, 7)
_FLIGHT_YEARS: Final = range(2021, 2041)
_FIRST_FLIGHT_INDEX: Final = 1_000
_ALWAYS_ON_IN_TEN: Final = 4
_ALWAYS_ON_CYCLE: Final = 28
_THEMES: Final = ("prospecting", "retargeting", "lookalike", "brand", "loyalty", "catalog")
_AUDIENCES: Final = ("broad", "lal-1pct", "interests", "past-buyers", "engaged-30d")
_FORMATS: Final = ("video", "carousel", "image", "collection")
_OBJECTIVES: Final = (
    Objective.SALES,
    Objective.SALES,
    Objective.LEADS,
    Objective.TRAFFIC,
    Objective.SALES,
    Objective.AWARENESS,
)

_FlightWindow: TypeAlias = tuple[str, date, date]


def campaigns_of(seed: int, account: Account) -> tuple[Campaign, ...]:
    """Every campaign the account will ever have, in order of number."""
    standing = tuple(_standing(seed, account, index) for index in range(account.campaigns))
    return standing + (_flights(seed, account) if account.yearly_flights else ())


def _dice(seed: int, account: Account, *parts: object) -> Dice:
    return Dice(key_of(seed, account.platform, account.number, *parts))


def _standing(seed: int, account: Account, index: int) -> Campaign:
    """A campaign without an end; from the fourth on it is paused between bursts."""
    dice = _dice(seed, account, "campaign", index)
    always_on = index % 10 < _ALWAYS_ON_IN_TEN
    cycle = _ALWAYS_ON_CYCLE if always_on else dice.whole("cycle", 60, 150)
    theme = _THEMES[index % len(_THEMES)]
    number = account.number * 10_000 + index
    return Campaign(
        number=number,
        name=f"{theme}_{account.market}_{dice.pick('audience', _AUDIENCES)}_{index:03d}",
        objective=_OBJECTIVES[index % len(_OBJECTIVES)],
        start=_FIRST_DAY + timedelta(days=dice.whole("start", 0, 364)),
        stop=None,
        cycle_days=cycle,
        on_days=cycle if always_on else round(cycle * dice.between("on", 0.35, 0.8)),
        daily_budget_minor=round(account.daily_budget_minor * dice.between("budget", 0.3, 1.7)),
        counts_views=index % 5 != 1,
        adsets=_adsets(dice, number, dice.whole("adsets", 1, 3)),
    )


def _flights(seed: int, account: Account) -> tuple[Campaign, ...]:
    windows = (window for year in _FLIGHT_YEARS for window in _windows(year))
    return tuple(
        _flight(seed, account, _FIRST_FLIGHT_INDEX + position, window)
        for position, window in enumerate(windows)
    )


def _windows(year: int) -> tuple[_FlightWindow, ...]:
    friday = black_friday(year)
    return (
        (f"spring-sale-{year}", date(year, 3, 10), date(year, 4, 5)),
        (f"summer-{year}", date(year, 7, 1), date(year, 7, 21)),
        (f"black-friday-{year}", friday - timedelta(days=10), friday + timedelta(days=3)),
        (f"christmas-{year}", date(year, 12, 3), date(year, 12, 22)),
    )


def _flight(seed: int, account: Account, index: int, window: _FlightWindow) -> Campaign:
    name, start, stop = window
    dice = _dice(seed, account, "flight", name)
    number = account.number * 10_000 + index
    return Campaign(
        number=number,
        name=f"promo_{account.market}_{name}",
        objective=Objective.SALES,
        start=start,
        stop=stop,
        cycle_days=366,
        on_days=366,
        daily_budget_minor=round(account.daily_budget_minor * dice.between("budget", 1.0, 2.0)),
        counts_views=True,
        adsets=_adsets(dice, number, 2),
    )


def _adsets(dice: Dice, campaign_number: int, count: int) -> tuple[AdSet, ...]:
    weights = [dice.between(f"weight/{index}", 0.5, 1.5) for index in range(count)]
    return tuple(
        AdSet(
            number=campaign_number * 100 + index + 1,
            name=f"{dice.pick(f'audience/{index}', _AUDIENCES)}_{index + 1}",
            share=weights[index] / sum(weights),
            ads=_ads(dice, campaign_number * 100 + index + 1, dice.whole(f"ads/{index}", 1, 3)),
        )
        for index in range(count)
    )


def _ads(dice: Dice, adset_number: int, count: int) -> tuple[Ad, ...]:
    weights = [0.6**index for index in range(count)]
    return tuple(
        Ad(
            number=adset_number * 100 + index + 1,
            name=f"{dice.pick(f'format/{adset_number}/{index}', _FORMATS)}_v{index + 1}",
            share=weights[index] / sum(weights),
        )
        for index in range(count)
    )
