"""Enums that take a value which a newer API has and this client does not know yet."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class OpenEnum(StrEnum):
    """An enum of the schema, whose value is its text.

    A value that is not among its members is kept as it came: it equals its text, and is no member
    when the enum is walked. In an input it is left to the API to refuse.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_ = unknown._value_ = value
        return unknown

    @property
    def is_known(self) -> bool:
        """Whether this client knows it."""
        return self.value in type(self).__members__
