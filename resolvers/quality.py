"""Bounds on scores as callers give them."""

from __future__ import annotations

from core.errors import BadInput


def score(value: float | None, field: str) -> float | None:
    """A bound from 0 to 1, or BadInput naming `field`."""
    if value is not None and not 0 <= value <= 1:
        raise BadInput(
            f"{value} is no score of quality", field=field, mend="give a number from 0 to 1"
        )
    return value
