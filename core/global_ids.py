"""Global ids: base64 of `Type:local`, one kind for each type that has an id.

A reader refuses every text that its writer would not have written, so that an id has exactly
one form and can be compared.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, NoReturn, TypeVar
from uuid import UUID

from core.errors import BadInput

T = TypeVar("T")
MAX_ID: Final = 200
MEND: Final = "pass an id that the API answered, unchanged"


@dataclass(frozen=True, slots=True)
class GlobalId(Generic[T]):
    """How ids of one type are written and read."""

    type_name: str
    write: Callable[[T], str]
    read: Callable[[str], T]

    def encode(self, value: T) -> str:
        """The global id of `value`."""
        text = f"{self.type_name}:{self.write(value)}"
        return base64.b64encode(text.encode()).decode()

    def local(self, text: str, argument: str) -> T:
        """What the part after the type names, or BadInput naming `argument`."""
        try:
            value = self.read(text)
        except ValueError:
            _refuse(argument)
        if self.write(value) != text:
            _refuse(argument)
        return value

    def decode(self, global_id: str, argument: str) -> T:
        """What `global_id` names, or BadInput naming `argument`."""
        type_name, local = opened(global_id, argument)
        if type_name != self.type_name:
            raise BadInput(
                f"{argument} is not the id of a {self.type_name}",
                field=argument,
                mend=f"pass the id of a {self.type_name}",
            )
        return self.local(local, argument)


def opened(global_id: str, argument: str) -> tuple[str, str]:
    """The type's name and the local part of a well-formed global id."""
    try:
        raw = global_id.encode("ascii")
        text = base64.b64decode(raw, validate=True).decode()
    except (ValueError, binascii.Error):
        _refuse(argument)
    type_name, colon, local = text.partition(":")
    if len(raw) > MAX_ID or not colon or base64.b64encode(text.encode()) != raw:
        _refuse(argument)
    return type_name, local


def _refuse(argument: str) -> NoReturn:
    raise BadInput(f"{argument} is not a valid id", field=argument, mend=MEND)


def _hex(value: UUID) -> str:
    return value.hex


CAMPAIGN: Final[GlobalId[UUID]] = GlobalId("Campaign", _hex, UUID)
CONNECTION: Final[GlobalId[UUID]] = GlobalId("ConnectedSource", str, UUID)
