"""Global ids: base64 of `Type:local`, one kind for each type that has an id.

A reader refuses every text that its writer would not have written, so that an id has exactly
one form and can be compared.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, NoReturn, TypeVar
from uuid import UUID

import strawberry

from core.errors import BadInput
from core.operation_text import CLIENT, HASH
from core.records.entries import EntryKey
from core.records.operations import OperationKey

T = TypeVar("T")
MAX_ID = 200
MEND = "pass an id that the API answered, unchanged"


@dataclass(frozen=True, slots=True)
class IdKind(Generic[T]):
    """How ids of one type are written and read."""

    type_name: str
    write: Callable[[T], str]
    read: Callable[[str], T]

    def encode(self, value: T) -> strawberry.ID:
        """The global id of `value`."""
        text = f"{self.type_name}:{self.write(value)}"
        return strawberry.ID(base64.b64encode(text.encode()).decode())

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


def _write_key(key: EntryKey) -> str:
    return f"{key.date:%Y%m%d}-{key.digest.hex}"


def _read_key(text: str) -> EntryKey:
    day, _, digest = text.partition("-")
    return EntryKey(datetime.strptime(day, "%Y%m%d").date(), UUID(hex=digest))  # noqa: DTZ007 - a day has no zone


def _write_operation(key: OperationKey) -> str:
    return f"{key.client}/{key.id}"


def _read_operation(text: str) -> OperationKey:
    client, _, sha256 = text.rpartition("/")
    if not CLIENT.fullmatch(client) or not HASH.fullmatch(sha256):
        raise ValueError("no operation")
    return OperationKey(sha256, client)


ENTRY: IdKind[EntryKey] = IdKind("MarketingEntry", _write_key, _read_key)
CAMPAIGN: IdKind[UUID] = IdKind("Campaign", _hex, UUID)
CALENDAR: IdKind[date] = IdKind("CalendarDimension", date.isoformat, date.fromisoformat)
INSIGHT: IdKind[UUID] = IdKind("Insight", str, UUID)
INCIDENT: IdKind[UUID] = IdKind("Incident", str, UUID)
RUN: IdKind[UUID] = IdKind("Run", str, UUID)
CONNECTION: IdKind[UUID] = IdKind("ConnectedSource", str, UUID)
SCHEDULE: IdKind[UUID] = IdKind("IngestionSchedule", str, UUID)
RAW_PAGE: IdKind[UUID] = IdKind("RawPage", str, UUID)
REJECTED: IdKind[UUID] = IdKind("RejectedRecord", str, UUID)
CALENDAR_EVENT: IdKind[UUID] = IdKind("CalendarEvent", str, UUID)
NAMING_RULE: IdKind[UUID] = IdKind("NamingRule", str, UUID)
CHANNEL_RULE: IdKind[UUID] = IdKind("ChannelRule", str, UUID)
BUDGET: IdKind[UUID] = IdKind("Budget", str, UUID)
OWN_RATE: IdKind[UUID] = IdKind("OwnExchangeRate", str, UUID)
AUTHORIZATION: IdKind[UUID] = IdKind("Authorization", str, UUID)
SCHEMA_CHANGE: IdKind[UUID] = IdKind("SchemaChange", str, UUID)
EXPORT: IdKind[UUID] = IdKind("Export", str, UUID)
OPERATION: IdKind[OperationKey] = IdKind("Operation", _write_operation, _read_operation)
TENANT: IdKind[UUID] = IdKind("Tenant", str, UUID)


def upload_id(text: str, argument: str) -> UUID:
    """The id of an upload, which is a plain UUID: uploads are made outside GraphQL."""
    try:
        return UUID(text)
    except ValueError as error:
        raise BadInput(
            f"{argument} is not a valid id", field=argument, mend="pass the id the upload answered"
        ) from error
