"""What a tenant chooses about its calendar."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import BadInput
from transform.calendar.public_holidays import supported_countries

MONTHS = range(1, 13)


@dataclass(frozen=True, slots=True)
class CalendarProfile:
    """The countries whose days count, and the fiscal year.

    `countries`: ISO 3166 alpha-2 codes, each once; none leaves only worldwide retail events.
    A fiscal year that begins in July 2025 is 2026 if `fiscal_year_named_by_end`, else 2025.

    Raises BadInput for a code without known holidays, a repeated one, or a month outside 1 to 12.
    """

    countries: tuple[str, ...]
    fiscal_start_month: int
    fiscal_year_named_by_end: bool

    def __post_init__(self) -> None:
        _check_month(self.fiscal_start_month)
        _check_known(self.countries)
        _check_distinct(self.countries)


def _check_month(month: int) -> None:
    if month not in MONTHS:
        raise BadInput(
            f"{month} is not a month.",
            field="fiscal_start_month",
            mend="Give the fiscal year's first month as a number from 1 to 12.",
        )


def _check_known(countries: tuple[str, ...]) -> None:
    unknown = sorted(set(countries) - supported_countries())
    if unknown:
        raise BadInput(
            f"Unknown country code: {', '.join(unknown)}.",
            field="countries",
            mend="Use ISO 3166 alpha-2 codes in capitals, such as US or GB.",
        )


def _check_distinct(countries: tuple[str, ...]) -> None:
    if len(set(countries)) < len(countries):
        raise BadInput(
            "A country is named more than once.", field="countries", mend="Name each country once."
        )
