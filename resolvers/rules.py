"""What rules of every kind have in common."""

from __future__ import annotations

from datetime import date

from core.errors import BadInput

MAX_POSITION = 1_000_000


def checked_terms(since: date | None, until: date | None, position: int = 0) -> None:
    """Raise BadInput unless a rule may hold on these days, at this place."""
    if since is not None and until is not None and since > until:
        raise BadInput(
            f"it ends on {until}, before it begins on {since}",
            field="until",
            mend="give since on or before until",
        )
    if not 0 <= position <= MAX_POSITION:
        raise BadInput(
            f"position must be from 0 to {MAX_POSITION}",
            field="position",
            mend="leave it out for 100",
        )
