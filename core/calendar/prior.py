"""The specification's constants of seasonality: a named prior, estimated from nobody's data.

Nothing uses them unless it is asked to: on the one public data set that they were tried on, own
months beat them by far. They are what there is where a tenant has no history yet.
"""

from __future__ import annotations

from core.calendar.periods import MONTHS_PER_QUARTER, MONTHS_PER_YEAR
from core.records.calendar import Industry, SeasonalPrior

SOURCE = "liftos-specification"
_WEEK = (1.1, 1.2, 1.15, 1.1, 0.9, 0.7, 0.6)
_MONTHS = (1.0, 0.95, 1.05, 1.0, 1.05, 0.95, 0.9, 1.1, 1.05, 1.0, 1.2, 1.3)
_WEEKEND = {Industry.B2B_SAAS: 0.5, Industry.RETAIL: 1.3}
_QUARTERS = {
    # The specification names no industry "general", and then fails: it has no pattern of quarters.
    Industry.GENERAL: (1.0, 1.0, 1.0, 1.0),
    Industry.RETAIL: (0.7, 0.9, 1.1, 1.4),
    Industry.B2B_SAAS: (1.3, 1.1, 0.9, 1.1),
    Industry.EDUCATION: (1.2, 0.8, 1.5, 0.6),
    Industry.HEALTHCARE: (1.2, 1.0, 0.9, 0.8),
    Industry.FINANCE: (1.4, 1.0, 0.9, 1.2),
    Industry.TRAVEL: (0.8, 1.3, 1.5, 1.1),
}
_SATURDAY = 6
_DIGITS = 6


def seasonal_prior(industry: Industry) -> SeasonalPrior:
    """The constants of an industry.

    A day of the week counts the weekend's share of B2B software (half) and of retail (1.3
    times); a month is its own factor times that of its quarter.
    """
    quarters = _QUARTERS[industry]
    weekend = _WEEKEND.get(industry, 1.0)
    return SeasonalPrior(
        source=SOURCE,
        industry=industry,
        days_of_week=tuple(
            _rounded(factor * (weekend if day >= _SATURDAY else 1.0))
            for day, factor in enumerate(_WEEK, start=1)
        ),
        months=tuple(
            _rounded(_MONTHS[month] * quarters[month // MONTHS_PER_QUARTER])
            for month in range(MONTHS_PER_YEAR)
        ),
        quarters=quarters,
    )


def _rounded(factor: float) -> float:
    return round(factor, _DIGITS)
