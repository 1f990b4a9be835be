"""Following a reference that the database guarantees."""

from __future__ import annotations

from typing import TypeVar

from core.errors import Bug

T = TypeVar("T")


def present(record: T | None, what: str) -> T:
    """`record`; its absence would be a broken promise of ours, not the caller's fault."""
    if record is None:
        raise Bug(f"a reference to a {what} leads nowhere")
    return record
