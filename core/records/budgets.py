"""Budgets: what is to be spent on certain days, and how it is spread over them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final, TypeAlias

from core.records.findings import Subject, SubjectLevel
from core.records.rules import RuleRecord
from core.units import MONEY_SCALE, DateRange

EVENLY: Final = (Decimal(1),) * 7
_MICRO: Final = Decimal(1).scaleb(-MONEY_SCALE)
_EXACT: Final = Context(prec=60, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Budget:
    """What `subject` is to spend on the days of `dates` together: `amount`, in `currency`.

    `subject` is known by its level and key alone. `weekdays` is what a day weighs, from Monday on;
    empty: each day the same. A day of weight 0 is to spend nothing.
    """

    name: str
    subject: Subject
    dates: DateRange
    amount: Decimal
    currency: str
    weekdays: tuple[Decimal, ...] = ()

    def planned(self, until: date) -> Decimal:
        """What is to be spent up to a day, that day included, rounded half up to six places.

        The amount times the weight of the days up to then, over that of all days.
        """
        days = [(day, self._weight(day)) for day in self.dates]
        so_far = sum((weight for day, weight in days if day <= until), Decimal())
        whole = sum((weight for _, weight in days), Decimal())
        planned = _EXACT.divide(_EXACT.multiply(self.amount, so_far), whole)
        return planned.quantize(_MICRO, context=_EXACT)

    def _weight(self, day: date) -> Decimal:
        return (self.weekdays or EVENLY)[day.weekday()]


BudgetRecord: TypeAlias = RuleRecord[Budget]


@dataclass(frozen=True, slots=True)
class BudgetFilter:
    """Which budgets; what is empty holds all. `dates` overlap those of the budget."""

    levels: tuple[SubjectLevel, ...] = ()
    subjects: tuple[Subject, ...] = ()
    dates: DateRange | None = None

    def keeps(self, budget: Budget) -> bool:
        """Whether every condition holds."""
        return (
            (not self.levels or budget.subject.level in self.levels)
            and (not self.subjects or budget.subject in self.subjects)
            and (self.dates is None or self.dates.touches(budget.dates))
        )
