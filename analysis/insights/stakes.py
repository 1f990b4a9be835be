"""How much money hangs on a figure that is not what was expected."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from analysis.insights.measures import Measure, usual
from analysis.insights.panel import Floats, Panel

_ITSELF: Final = frozenset({"spend", "conversion_value"})
_ON: Final = {"cpc": "clicks", "cpa": "conversions", "roas": "spend"}


@dataclass(frozen=True, slots=True)
class Worth:
    """`of_one`, (subjects, days): what a conversion was worth in the weeks before, or cost."""

    panel: Panel
    of_one: Floats

    @classmethod
    def of(cls, panel: Panel) -> Worth:
        """NaN where nothing says what one is worth."""
        count = usual(panel, "conversions")
        earned, paid = usual(panel, "conversion_value"), usual(panel, "spend")
        amount = np.where(np.nan_to_num(earned) > 0, earned, paid)
        return cls(
            panel, np.divide(amount, count, out=np.full_like(count, np.nan), where=count > 0)
        )

    def stake(self, measure: Measure, at: tuple[int, int], gap: float) -> Decimal | None:
        """Money behind a `gap` in a measure at (subject, day), in cents.

        An amount of money is at stake itself, a ratio with what was paid or clicked that day, a
        conversion with what one is worth. None where nothing says what one is.
        """
        money = abs(gap) * self._each(measure, at)
        return round(Decimal(money), 2) if np.isfinite(money) else None

    def _each(self, measure: Measure, at: tuple[int, int]) -> float:
        if measure.name in _ITSELF:
            return 1.0
        if measure.name in _ON:
            return self._figure(_ON[measure.name], at)
        conversions = {"conversions": 1.0, "cvr": self._figure("clicks", at)}
        return conversions.get(measure.name, float("nan")) * float(self.of_one[at])

    def _figure(self, name: str, at: tuple[int, int]) -> float:
        return float(self.panel.figures[name][at]) if name in self.panel.figures else float("nan")
