"""WHERE clauses built up with their parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_FEW = 4


class Conditions:
    """Conditions joined by AND; every value is a parameter, never part of the text."""

    def __init__(self, *values: Any) -> None:
        self.values: list[Any] = list(values)
        self._clauses: list[str] = []

    def parameter(self, value: Any) -> str:
        """The placeholder under which `value` goes along."""
        self.values.append(value)
        return f"${len(self.values)}"

    def add(self, template: str, *values: Any) -> None:
        """A condition; each {} of `template` becomes a placeholder."""
        self._clauses.append(template.format(*(self.parameter(value) for value in values)))

    def among(self, column: str, values: Sequence[Any]) -> None:
        """`column` is one of `values`; no values mean no condition.

        Few are given one by one: of an array a plan that is kept for any values knows no length,
        reckons with ten, and then rather walks along what is sorted than looks the few up
        (docs/adr/0034-plans-that-are-kept.md).
        """
        if 0 < len(values) <= _FEW:
            places = ", ".join("{}" for _ in values)
            self.add(f"{column} IN ({places})", *values)
        elif values:
            self.add(column + " = ANY({})", list(values))

    def __str__(self) -> str:
        """The clauses as SQL, never empty."""
        return " AND ".join(self._clauses) or "true"
