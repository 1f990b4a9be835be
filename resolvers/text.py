"""Text and identifiers that came from outside, made safe to hand on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from core.errors import BadInput

T = TypeVar("T")
MAX_CHOICES = 1000
MAX_TEXT = 500


def date_part(text: str) -> str:
    """`text` as an ISO date."""
    return date.fromisoformat(text).isoformat()


def digest_part(text: str) -> str:
    """`text` as 32 hex digits."""
    return UUID(hex=text).hex


def uuid_part(text: str) -> str:
    """`text` as a UUID."""
    return str(UUID(text))


def text_part(text: str) -> str:
    """`text` when a database can hold it: no NUL, no lone surrogate."""
    if "\x00" in text:
        raise ValueError("a NUL character")
    text.encode()
    return text


def exact(text: str, field: str) -> str:
    """`text` unchanged, or BadInput when no database could hold it."""
    try:
        return text_part(text)
    except ValueError as error:
        raise BadInput(
            f"{field} holds characters that are no text",
            field=field,
            mend="remove control characters",
        ) from error


def clean(text: str, field: str) -> str:
    """`text` without blanks around it; BadInput when nothing, too much or no text is left."""
    stripped = exact(text, field).strip()
    if 0 < len(stripped) <= MAX_TEXT:
        return stripped
    raise BadInput(
        f"{field} must have 1 to {MAX_TEXT} characters", field=field, mend="shorten or fill it in"
    )


def choices(values: Sequence[T] | None, field: str) -> tuple[T, ...]:
    """`values` of a filter without repeats, or BadInput when there are too many."""
    if values is None:
        return ()
    if len(values) <= MAX_CHOICES:
        return tuple(dict.fromkeys(values))
    raise BadInput(
        f"{field} holds {len(values)} values, but may hold {MAX_CHOICES}",
        field=field,
        mend="ask several times",
    )
