"""PageInfo of a page that the database wrote."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from graph.executor.selection import Selected

End = Callable[[], str | None]
"""The cursor of the first or the last row; None where there are none."""


def page_info(of: Selected, *, has_next: bool, has_previous: bool, start: End, end: End) -> bytes:
    """What is selected of it; cursors are written when they are selected."""
    told: dict[str, Any] = {}
    for each in of.selection.fields if of.selection else ():
        match each.name:
            case "hasNextPage":
                told[each.key] = has_next
            case "hasPreviousPage":
                told[each.key] = has_previous
            case "startCursor":
                told[each.key] = start()
            case "endCursor":
                told[each.key] = end()
            case _:
                told[each.key] = of.selection.type.name if of.selection else None
    return orjson.dumps(told)
