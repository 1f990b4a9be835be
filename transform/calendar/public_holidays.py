"""Holidays by country and subdivision, from the `holidays` library.

A day that holds in the whole country stands once; a day of single subdivisions names those of the
tenant's that keep it. A GB calendar without subdivisions has neither Easter Monday (not in
Scotland) nor a summer bank holiday (two different dates).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import version

from holidays import HOLIDAY_NAME_DELIMITER, HolidayBase, country_holidays, list_supported_countries

from core.records.calendar import CalendarProfile, HolidayKind, HolidayRecord

LIBRARY = f"holidays {version('holidays')}"
_ISO_PART = re.compile("[A-Z0-9]{1,3}")
SATURDAY_AND_SUNDAY = (6, 7)
CATEGORIES = {
    HolidayKind.PUBLIC: ("public",),
    HolidayKind.BANK: ("bank",),
    HolidayKind.OBSERVANCE: ("optional", "unofficial", "de_facto", "half_day", "workday"),
}
"""The library's categories of each kind. Not among them: days of one religion or one community,
schools' holidays, and days on which only the government or the army is off.
"""
WORKED = "Working day in exchange for another"


def forget() -> None:
    """Empty what is remembered of countries; for whoever measures."""
    _kept.cache_clear()
    _calendar.cache_clear()


def weekend_of(countries: tuple[str, ...]) -> tuple[int, ...]:
    """The days off of the first country, Monday 1 to Sunday 7; Saturday and Sunday without one."""
    if not countries:
        return SATURDAY_AND_SUNDAY
    return tuple(sorted(day + 1 for day in country_holidays(countries[0]).weekend))


def supported_places() -> dict[str, frozenset[str]]:
    """ISO 3166-1 alpha-2 codes that the library knows, with their ISO 3166-2 subdivisions.

    Its aliases of countries (UK, USA) are left out, and so are parts of its own, such as towns.
    """
    return {
        country: frozenset(f"{country}-{part}" for part in parts if _ISO_PART.fullmatch(part))
        for country, parts in list_supported_countries(include_aliases=False).items()
    }


def holidays_by_date(
    profile: CalendarProfile, since: dt.date, until: dt.date
) -> dict[dt.date, tuple[HolidayRecord, ...]]:
    """Dates on which something is kept, both ends included; in the order of the countries.

    Within a country first what is public, then banks', then what is only observed, each first for
    the whole country. Substitute days stand beside the days they replace, labelled "(observed)"
    and the like as the library labels them; so are moon-dependent days that are "(estimated)".
    """
    found: dict[dt.date, list[HolidayRecord]] = {}
    years = since.year, until.year
    for country in profile.countries:
        parts = tuple(sorted(p for p in profile.subdivisions if p.startswith(f"{country}-")))
        for date, holiday in _kept(country, parts, years):
            if since <= date <= until:
                found.setdefault(date, []).append(holiday)
    return {date: tuple(kept) for date, kept in found.items()}


@lru_cache(maxsize=512)
def _kept(
    country: str, parts: tuple[str, ...], years: tuple[int, int]
) -> tuple[tuple[dt.date, HolidayRecord], ...]:
    """What is kept in a country and its `parts`; a name once a day, as the first kind it has."""
    found: dict[tuple[dt.date, str], HolidayRecord] = {}
    for kind in CATEGORIES:
        for date, name in _named(country, None, kind, years):
            found.setdefault((date, name), HolidayRecord(name, country, kind))
        for (date, name), keepers in _by_keepers(country, parts, kind, years).items():
            found.setdefault((date, name), HolidayRecord(name, country, kind, keepers))
    for date in _calendar(country, None, HolidayKind.PUBLIC, years).weekend_workdays:
        found[date, WORKED] = HolidayRecord(WORKED, country, HolidayKind.WORKDAY)
    return tuple((date, holiday) for (date, _), holiday in found.items())


def _by_keepers(
    country: str, parts: tuple[str, ...], kind: HolidayKind, years: tuple[int, int]
) -> dict[tuple[dt.date, str], tuple[str, ...]]:
    """Days and names with those of `parts` that keep them."""
    found: dict[tuple[dt.date, str], tuple[str, ...]] = {}
    for part in parts:
        for named in _named(country, part, kind, years):
            found[named] = (*found.get(named, ()), part)
    return found


def _named(
    country: str, part: str | None, kind: HolidayKind, years: tuple[int, int]
) -> Iterator[tuple[dt.date, str]]:
    if not _offered(country, kind):
        return
    for date, names in _calendar(country, part, kind, years).items():
        for name in names.split(HOLIDAY_NAME_DELIMITER):
            yield date, name


@lru_cache(maxsize=64)
def _calendar(
    country: str, part: str | None, kind: HolidayKind, years: tuple[int, int]
) -> HolidayBase:
    return country_holidays(
        country,
        subdiv=None if part is None else part.removeprefix(f"{country}-"),
        years=range(years[0], years[1] + 1),
        categories=_offered(country, kind),
        language=_english(country),
        expand=False,
    )


@lru_cache(maxsize=1024)
def _offered(country: str, kind: HolidayKind) -> tuple[str, ...]:
    """Categories of a kind that the library has for a country."""
    offered = country_holidays(country).supported_categories
    return tuple(name for name in CATEGORIES[kind] if name in offered)


@lru_cache(maxsize=512)
def _english(country: str) -> str | None:
    """The country's own English where that is its language, else American, else any.

    None, the library's own choice, where there is no English or nothing to choose from.
    """
    calendar = country_holidays(country)
    own, offered = calendar.default_language, calendar.supported_languages
    if own is not None and own.startswith("en"):
        return own
    if "en_US" in offered:
        return "en_US"
    return next((language for language in offered if language.startswith("en")), None)
