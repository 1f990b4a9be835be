"""How many rows one operation may ask for, over all of its lists.

Nested lists multiply: a thousand entries, each with a thousand entries of its campaign, fit
into every page limit and into no memory. Pages are charged before they are read, by the size
that was asked for, so that a list over the budget costs no store call.
"""

from __future__ import annotations

from core.errors import BadInput

MAX_ROWS = 20_000


class RowBudget:
    """What is left of one operation's rows."""

    def __init__(self, rows: int = MAX_ROWS) -> None:
        self._left = rows

    def take(self, rows: int) -> None:
        """Charge `rows`, or raise BadInput when there are not so many left."""
        self._left -= rows
        if self._left < 0:
            raise BadInput(
                f"the operation asks for more than {MAX_ROWS} rows in all",
                mend="ask for fewer items in nested lists, or ask several times",
            )
