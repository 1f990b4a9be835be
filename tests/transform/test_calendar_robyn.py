"""Public holidays against Robyn's table of them (Meta, MIT), 1995 to 2044."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from transform.calendar.public_holidays import holidays_by_date

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
TABLE = DATA / "calendar" / "robyn_dt_prophet_holidays.csv"
SINCE, UNTIL = dt.date(1995, 1, 1), dt.date(2044, 12, 31)

# Robyn's table lists days of one part of the United Kingdom under GB, the part in brackets;
# a calendar of the whole country has none of them.
REGIONAL = "["

# In 2002 the Spring Bank Holiday moved to 4 June, beside the Golden Jubilee on 3 June;
# Robyn's table has it on the last Monday of May as in any other year.
MOVED = {
    "GB": (frozenset({dt.date(2002, 5, 27)}), frozenset({dt.date(2002, 6, 4)})),
}
NO_MOVE: tuple[frozenset[dt.date], frozenset[dt.date]] = (frozenset(), frozenset())


def robyns(country: str) -> set[dt.date]:
    if not TABLE.exists():
        pytest.skip("Robyn's holiday table is not beside this checkout")
    table = pd.read_csv(TABLE, keep_default_na=False, parse_dates=["ds"])
    is_regional = table["holiday"].str.contains(REGIONAL, regex=False)
    return set(table.loc[(table["country"] == country) & ~is_regional, "ds"].dt.date)


@pytest.mark.parametrize(("country", "dates"), [("US", 588), ("GB", 349), ("DE", 450), ("FR", 545)])
def test_dates_agree_with_robyn(country: str, dates: int) -> None:
    theirs = robyns(country)
    mine = set(holidays_by_date((country,), SINCE, UNTIL))
    only_theirs, only_mine = MOVED.get(country, NO_MOVE)
    assert theirs - mine == only_theirs
    assert mine - theirs == only_mine
    assert len(mine) == dates
