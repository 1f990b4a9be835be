"""Days on which demand is not ordinary, computed for any year."""

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from sandbox.world.hashing import Dice, key_of
from sandbox.world.records import Account

_THURSDAY: Final = 3
_LATEST_OFFSET: Final = 35
_LATE_MOON: Final = 28
_LATE_GOLDEN: Final = 10
_QUARTERS: Final = (1, 4, 7, 10)


def black_friday(year: int) -> date:
    """The day after the fourth Thursday of November."""
    first = date(year, 11, 1)
    to_thursday = (_THURSDAY - first.weekday()) % 7
    return first + timedelta(days=to_thursday + 22)


def easter(year: int) -> date:
    """Western Easter Sunday (Gauss, valid 1900 to 2099)."""
    moon = (19 * (year % 19) + 24) % 30
    weekday = (2 * (year % 4) + 4 * (year % 7) + 6 * moon + 5) % 7
    offset = moon + weekday
    too_late = offset == _LATEST_OFFSET or (
        offset == _LATEST_OFFSET - 1 and moon == _LATE_MOON and year % 19 > _LATE_GOLDEN
    )
    return date(year, 3, 22) + timedelta(days=offset - 7 * too_late)


@lru_cache(maxsize=64)
def holiday_lifts(year: int) -> dict[date, float]:
    """Demand factors by day; days that are not listed are ordinary."""
    friday = black_friday(year)
    run_up = {date(year, 12, day): 1.0 + 0.03 * (day - 1) for day in range(4, 21)}
    return run_up | {
        date(year, 1, 1): 0.7,
        date(year, 2, 13): 1.25,
        date(year, 2, 14): 1.15,
        easter(year): 0.8,
        easter(year) + timedelta(days=1): 0.85,
        **{friday - timedelta(days=days): 1.25 for days in (1, 2, 3)},
        friday: 2.2,
        friday + timedelta(days=1): 1.6,
        friday + timedelta(days=2): 1.5,
        friday + timedelta(days=3): 1.9,
        date(year, 12, 24): 0.6,
        date(year, 12, 25): 0.5,
        date(year, 12, 26): 0.9,
    }


def promotions(seed: int, account: Account, year: int) -> tuple[tuple[date, date, float], ...]:
    """One dated promotion a quarter: first day, last day and demand factor."""
    found = []
    for month in _QUARTERS:
        dice = Dice(key_of(seed, account.platform, account.number, "promotion", year, month))
        start = date(year, month, 1) + timedelta(days=dice.whole("start", 5, 70))
        stop = start + timedelta(days=dice.whole("length", 4, 9))
        found.append((start, stop, dice.between("lift", 1.2, 1.7)))
    return tuple(found)
