"""How often something is found where it is looked for first."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Lookups:
    """How often something was looked for in one place, and found."""

    asked: int = 0
    found: int = 0

    def count(self, *, found: bool) -> None:
        """It was looked for once more."""
        self.asked += 1
        self.found += found
