"""Global ids (`core.global_ids`) of every type of the schema that has one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

import strawberry

from core import global_ids
from core.errors import BadInput
from core.global_ids import GlobalId
from core.operation_text import CLIENT, HASH
from core.records.entries import EntryKey
from core.records.operations import OperationKey

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class IdKind(GlobalId[T]):
    """Ids as the schema has them."""

    def encode(self, value: T) -> strawberry.ID:
        """The global id of `value`."""
        return strawberry.ID(GlobalId.encode(self, value))


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


def _known(kind: GlobalId[T]) -> IdKind[T]:
    return IdKind(kind.type_name, kind.write, kind.read)


ENTRY: IdKind[EntryKey] = IdKind("MarketingEntry", _write_key, _read_key)
CAMPAIGN: IdKind[UUID] = _known(global_ids.CAMPAIGN)
CALENDAR: IdKind[date] = IdKind("CalendarDimension", date.isoformat, date.fromisoformat)
INSIGHT: IdKind[UUID] = IdKind("Insight", str, UUID)
INCIDENT: IdKind[UUID] = IdKind("Incident", str, UUID)
RUN: IdKind[UUID] = IdKind("Run", str, UUID)
CONNECTION: IdKind[UUID] = _known(global_ids.CONNECTION)
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
