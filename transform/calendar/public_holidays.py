"""Public holidays, from the `holidays` library.

Only days that hold in the whole country: the library files the rest under its subdivisions, so
GB has neither Easter Monday (not in Scotland) nor a summer bank holiday (two different dates).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from importlib.metadata import version

from holidays import HolidayBase, country_holidays, list_supported_countries

from core.records.calendar import HolidayRecord

LIBRARY = f"holidays {version('holidays')}"
SATURDAY_AND_SUNDAY = (6, 7)


def weekend_of(countries: tuple[str, ...]) -> tuple[int, ...]:
    """The days off of the first country, Monday 1 to Sunday 7; Saturday and Sunday without one."""
    if not countries:
        return SATURDAY_AND_SUNDAY
    return tuple(sorted(day + 1 for day in country_holidays(countries[0]).weekend))


def supported_countries() -> frozenset[str]:
    """ISO 3166 alpha-2 codes that the library knows; its aliases (UK, USA) are left out."""
    return frozenset(list_supported_countries(include_aliases=False))


def holidays_by_date(
    countries: Iterable[str], since: dt.date, until: dt.date
) -> dict[dt.date, tuple[HolidayRecord, ...]]:
    """Dates with a public holiday, both ends included; in the order of `countries`.

    Substitute days stand beside the days they replace, labelled "(observed)" and the like as the
    library labels them; so are moon-dependent days that are "(estimated)".
    """
    found: dict[dt.date, tuple[HolidayRecord, ...]] = {}
    for country in countries:
        for date, names in _named_dates(country, since, until):
            records = tuple(HolidayRecord(name, country) for name in names)
            found[date] = found.get(date, ()) + records
    return found


def _named_dates(
    country: str, since: dt.date, until: dt.date
) -> Iterator[tuple[dt.date, list[str]]]:
    calendar = country_holidays(
        country,
        years=range(since.year, until.year + 1),
        language=_english(country_holidays(country)),
        expand=False,
    )
    return ((date, calendar.get_list(date)) for date in calendar if since <= date <= until)


def _english(calendar: HolidayBase) -> str | None:
    """The country's own English where that is its language, else American, else any.

    None, the library's own choice, where there is no English or nothing to choose from.
    """
    own, offered = calendar.default_language, calendar.supported_languages
    if own is not None and own.startswith("en"):
        return own
    if "en_US" in offered:
        return "en_US"
    return next((language for language in offered if language.startswith("en")), None)
