"""Whether a file writes decimals with a point or a comma, decided over all of its numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from connectors.file.rows import NumberText
from core.errors import BadInput
from core.file_amounts import plain_number, written

_OTHER = {".": ",", ",": "."}
_ONE_GROUP = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")


class DecimalMark:
    """Gathers numbers as written; each may show which mark is decimal, or be open to both."""

    def __init__(self) -> None:
        self._shown: dict[str, str] = {}
        self._open: str | None = None

    def see(self, texts: Sequence[str | None], *, are_whole: bool) -> None:
        """Take in numbers of one column; among whole numbers a mark can only part groups."""
        for mark in _OTHER:
            for text in texts if mark not in self._shown else ():
                if text and mark in text and type(text) is not NumberText:
                    self._see(text, are_whole=are_whole)
                    if mark in self._shown:
                        break

    def _see(self, text: str, *, are_whole: bool) -> None:
        number = written(text)
        if number is None:
            return
        marks = [character for character in number.digits if character in _OTHER]
        if not marks:
            return
        if _ONE_GROUP.fullmatch(number.digits):
            is_grouped = are_whole and not number.digits.endswith("000")
            decimal = _OTHER[marks[0]] if is_grouped else None
        elif len(set(marks)) == 1 and len(marks) > 1:
            decimal = _OTHER[marks[0]]
        else:
            decimal = marks[-1]
        if decimal is None:
            self._open = self._open or text
        elif plain_number(number, decimal) is not None:
            self._shown.setdefault(decimal, text)

    def decide(self) -> str:
        """The decimal mark; a point when no number has one. BadInput when it stays open."""
        if len(self._shown) > 1:
            raise BadInput(
                f"decimals are written both ways: {self._shown['.']!r} and {self._shown[',']!r}",
                field="decimalSeparator",
                mend='give decimalSeparator "." or ","; rows written otherwise are then rejected',
            )
        if self._shown:
            return next(iter(self._shown))
        if self._open is None:
            return "."
        raise self._question(self._open)

    @staticmethod
    def _question(text: str) -> BadInput:
        number = written(text)
        as_point, as_comma = (plain_number(number, m) if number else None for m in _OTHER)
        return BadInput(
            f'{text!r} may mean {as_point} (decimal ".") or {as_comma} (decimal ","), and no other '
            "number of the file decides it",
            field="decimalSeparator",
            mend='give decimalSeparator "." or ","',
        )
