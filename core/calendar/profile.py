"""What a profile of a calendar may be."""

from __future__ import annotations

from difflib import get_close_matches

from core.calendar.places import PLACES
from core.errors import BadInput
from core.records.calendar import CalendarProfile

MAX_COUNTRIES = 50
_MONTHS = range(1, 13)


def checked(profile: CalendarProfile) -> CalendarProfile:
    """`profile` with its codes in capitals and its subdivisions in order.

    BadInput for a code without known holidays, a repeated one, a subdivision of no country of
    the profile, or a month outside 1 to 12.
    """
    if profile.fiscal_start_month not in _MONTHS:
        raise BadInput(
            f"{profile.fiscal_start_month} is not a month",
            field="fiscalStartMonth",
            mend="give the fiscal year's first month as a number from 1 to 12",
        )
    countries = country_codes(profile.countries)
    return CalendarProfile(
        countries=countries,
        subdivisions=_subdivisions(profile.subdivisions, countries),
        fiscal_start_month=profile.fiscal_start_month,
        fiscal_year_named_by_end=profile.fiscal_year_named_by_end,
        week_start=profile.week_start,
        retail_pattern=profile.retail_pattern,
        industry=profile.industry,
    )


def country_codes(codes: tuple[str, ...], field: str = "countries") -> tuple[str, ...]:
    """`codes` in capitals, or BadInput naming `field`."""
    countries = tuple(code.strip().upper() for code in codes)
    unknown = sorted(set(countries) - PLACES.keys())
    if unknown:
        raise BadInput(
            f"no holidays are known of {', '.join(unknown)}",
            field=field,
            mend="use ISO 3166-1 alpha-2 codes, such as US or GB",
        )
    if len(set(countries)) < len(countries):
        raise BadInput("a country is named more than once", field=field, mend="name each once")
    if len(countries) > MAX_COUNTRIES:
        raise BadInput(
            f"{len(countries)} countries are too many",
            field=field,
            mend=f"name at most {MAX_COUNTRIES}",
        )
    return countries


def _subdivisions(codes: tuple[str, ...], countries: tuple[str, ...]) -> tuple[str, ...]:
    asked = {code.strip().upper() for code in codes}
    foreign = sorted(code for code in asked if code.partition("-")[0] not in countries)
    if foreign:
        raise BadInput(
            f"{', '.join(foreign)} is of none of the countries {', '.join(countries) or '(none)'}",
            field="subdivisions",
            mend="use ISO 3166-2 codes, such as US-CA, and name the country too",
        )
    known = frozenset().union(*(PLACES[country] for country in countries))
    unknown = sorted(asked - known)
    if unknown:
        near = get_close_matches(unknown[0], sorted(known), n=5, cutoff=0.5)
        raise BadInput(
            f"no holidays are known of {', '.join(unknown)}",
            field="subdivisions",
            mend=f"did you mean {', '.join(near)}?" if near else "use ISO 3166-2 codes",
        )
    return tuple(sorted(asked))
