"""Lists below one thing that are numbered from 1: a slice of them, after a number."""

from __future__ import annotations

from core.errors import BadInput
from resolvers.session import Session

MAX_SLICE = 1000


def take(session: Session, first: int, after: int, what: str) -> None:
    """Charge a slice of `first` things to the operation, or BadInput; `what` they are numbered by.

    `after` is the number of the last one that was seen, 0 for none.
    """
    if not 1 <= first <= MAX_SLICE:
        raise BadInput(
            f"first is {first}, but must be between 1 and {MAX_SLICE}",
            field="first",
            mend=f"ask for at most {MAX_SLICE} and go on after the last {what}",
        )
    if after < 0:
        raise BadInput(
            f"after is {after}, but {what}s count from 1",
            field="after",
            mend=f"give the {what} of the last one you saw, or 0",
        )
    session.budget.take(first)
