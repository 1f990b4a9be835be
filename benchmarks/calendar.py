"""How much work a calendar of ten years is for twenty countries, beside the bare library.

`python -m benchmarks.calendar`. Nothing is cached between rounds but the imported modules; the
first round, which imports the library's countries, is told apart.
"""

from __future__ import annotations

import datetime as dt
import time
from statistics import median

from holidays import country_holidays

from benchmarks import machine
from core.calendar import calendar_days
from core.records.calendar import CalendarProfile
from core.units import DateRange
from transform.calendar import calendar_marks, edition
from transform.calendar.public_holidays import forget

COUNTRIES = (
    "US", "GB", "DE", "FR", "ES", "IT", "NL", "BE", "SE", "NO",
    "DK", "PL", "CA", "AU", "NZ", "JP", "BR", "MX", "IN", "CH",
)  # fmt: skip
DATES = DateRange(dt.date(2017, 1, 1), dt.date(2026, 12, 31))
ROUNDS = 15


def marks_and_days() -> tuple[float, float]:
    """Milliseconds of processor for what is kept on the days, and for the days themselves."""
    profile = CalendarProfile(COUNTRIES)
    every = [DATES.since + dt.timedelta(days=ahead) for ahead in range(DATES.days)]
    forget()
    began = time.process_time()
    marks = calendar_marks(profile, DATES)
    marked = time.process_time()
    days = list(calendar_days(edition(profile, DATES), marks, (), every))
    ended = time.process_time()
    assert len(days) == DATES.days == 3652
    return (marked - began) * 1e3, (ended - marked) * 1e3


def bare() -> float:
    """Milliseconds for the library's public holidays alone, dates without days."""
    began = time.process_time()
    found = [
        country_holidays(country, years=range(2017, 2027), expand=False) for country in COUNTRIES
    ]
    assert sum(map(len, found)) > 2000
    return (time.process_time() - began) * 1e3


def main() -> None:
    """Print the figures."""
    print(machine.described())
    first = sum(marks_and_days())
    rounds = [(*marks_and_days(), bare()) for _ in range(ROUNDS)]
    marks, days, library = (median(column) for column in zip(*rounds, strict=True))
    best = min(marks + days for marks, days, _ in rounds)
    print(f"10 years, {len(COUNTRIES)} countries, {ROUNDS} rounds; medians in ms of processor")
    print(f"the bare library, public holidays alone  {library:6.1f}")
    print(f"holidays of three kinds, retail events   {marks:6.1f}")
    print(f"{DATES.days:,} days of all their fields          {days:6.1f}")
    print(f"the calendar                             {marks + days:6.1f}  (best {best:.1f})")
    print(f"  times the bare library                 {(marks + days) / library:6.1f}")
    print(f"the first, with the library's imports    {first:6.1f}")


if __name__ == "__main__":
    main()
