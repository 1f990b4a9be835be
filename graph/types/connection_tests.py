"""A test of a connection, on the wire."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.records.credentials import (
    AccountFacts,
    ConnectionTestRecord,
    ConnectionTestStatus,
    FindingKind,
)
from core.records.credentials import Finding as Found
from graph.bounds.sizes import listed


@strawberry.type(description="What a source itself says of an account.")
class SourceAccount:
    """AccountFacts on the wire."""

    account_id: str = strawberry.field(description="The source's own id of it.")
    name: str = strawberry.field(description="What it is called there.")
    currency: str = strawberry.field(description="ISO 4217 code of its amounts.")
    time_zone: str = strawberry.field(description="IANA zone of its days.")

    @classmethod
    def from_record(cls, record: AccountFacts) -> SourceAccount:
        """The account on the wire."""
        return cls(
            account_id=record.account_id,
            name=record.name,
            currency=record.currency,
            time_zone=record.time_zone,
        )


@strawberry.type(description="Something that a test of a connection found.")
class ConnectionFinding:
    """Finding on the wire."""

    kind: FindingKind = strawberry.field(description="What it is about.")
    is_fatal: bool = strawberry.field(description="Whether runs would fail or bring wrong data.")
    message: str = strawberry.field(description="It in a sentence fit to show.")
    mend: str = strawberry.field(description="What to do about it.")

    @classmethod
    def from_record(cls, record: Found) -> ConnectionFinding:
        """The finding on the wire."""
        return cls(
            kind=record.kind, is_fatal=record.is_fatal, message=record.message, mend=record.mend
        )


@strawberry.type(description="A worker's question to a source whether a connection works.")
class ConnectionTest:
    """ConnectionTestRecord on the wire."""

    status: ConnectionTestStatus = strawberry.field(description="Where it stands.")
    account: SourceAccount | None = strawberry.field(
        description="The account as the source tells it; null when it has not."
    )
    findings: list[ConnectionFinding] = listed("What there is to mend.", size=5)
    requested_by: str = strawberry.field(description="Who asked for it, such as `user:…`.")
    created_at: dt.datetime = strawberry.field(description="When it was asked for.")
    ended_at: dt.datetime | None = strawberry.field(description="When it ended; null before.")

    @classmethod
    def from_record(cls, record: ConnectionTestRecord) -> ConnectionTest:
        """The test on the wire."""
        return cls(
            status=record.status,
            account=None if record.account is None else SourceAccount.from_record(record.account),
            findings=[ConnectionFinding.from_record(found) for found in record.findings],
            requested_by=record.requested_by,
            created_at=record.created_at,
            ended_at=record.ended_at,
        )
