"""In which order the days of a file are written, decided over all of them."""

from __future__ import annotations

from collections.abc import Iterable

from core.errors import BadInput
from core.file_days import ORDERS, ordered_day, three_numbers

_PLAUSIBLE_YEARS = range(2010, 2036)
"""Years that a two-digit year may mean where another number might be the year instead."""

_FORMATS = {"DMY": "%d/%m/%Y", "MDY": "%m/%d/%Y", "YMD": "%y/%m/%d"}


class DayOrder:
    """Gathers the days of a file and drops each order under which one of them is no day."""

    def __init__(self) -> None:
        self._possible = set(ORDERS)
        self._examples: dict[str, str] = {}
        self._unclear: str | None = None
        self._are_dotted = True

    def see(self, texts: Iterable[str]) -> None:
        """Take in more days; year-first ones and what is no day say nothing."""
        for text in texts:
            found = three_numbers(text)
            if found is not None:
                self._see(text.strip(), *found)

    def _see(self, text: str, numbers: tuple[int, int, int], mark: str, is_short: bool) -> None:  # noqa: FBT001 - as found
        meanings = {order: ordered_day(numbers, order) for order in ORDERS}
        first_year = meanings["YMD"].year if meanings["YMD"] else 0
        if not is_short or first_year not in _PLAUSIBLE_YEARS:
            meanings["YMD"] = None
        if not any(meanings.values()):
            return
        for order in [o for o in self._possible if meanings[o] is None]:
            self._possible.discard(order)
            self._examples.setdefault(order, text)
        self._are_dotted &= mark == "."
        if len({day for day in meanings.values() if day}) > 1:
            self._unclear = self._unclear or text

    def decide(self) -> str | None:
        """The one order; None when no day needs one. BadInput when none or several fit."""
        if len(self._possible) == len(ORDERS) and self._unclear is None:
            return None
        if not self._possible:
            raise self._contradiction()
        if len(self._possible) == 1 or self._unclear is None:
            return min(self._possible)
        if self._are_dotted and "DMY" in self._possible and "YMD" not in self._possible:
            return "DMY"
        raise self._question(self._unclear)

    def _contradiction(self) -> BadInput:
        shown = sorted(set(self._examples.values()))[:2]
        return BadInput(
            f"the days are written in different orders: {' and '.join(map(repr, shown))}",
            field="dateFormat",
            mend=f"give dateFormat {_FORMATS['DMY']} or {_FORMATS['MDY']}; rows written otherwise "
            "are then rejected",
        )

    def _question(self, text: str) -> BadInput:
        found = three_numbers(text)
        numbers = found[0] if found else (0, 0, 0)
        orders = sorted(self._possible)
        meanings = [f"{ordered_day(numbers, order)} ({_FORMATS[order]})" for order in orders]
        return BadInput(
            f"{text!r} may mean {' or '.join(meanings)}, and no other day of the file decides it",
            field="dateFormat",
            mend=f"give dateFormat {' or '.join(_FORMATS[order] for order in orders)}",
        )
