"""What may be known of a connection's credentials, and its alerts."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.records.credentials import AlertKind, AlertRecord, CredentialKind, CredentialRecord


@strawberry.type(
    description="What is known of a connection's credentials. The credentials never come back out."
)
class ConnectionCredential:
    """CredentialRecord on the wire."""

    kind: CredentialKind = strawberry.field(description="What they are.")
    scopes: list[str] = strawberry.field(
        description="What they allow, in the source's words; empty where it has not said."
    )
    expires_at: dt.datetime | None = strawberry.field(
        description="When they end; null when they do not, or the source has not said."
    )
    sealed_at: dt.datetime = strawberry.field(description="When they were given.")
    checked_at: dt.datetime | None = strawberry.field(
        description="When the source last told the above; null when it was never asked."
    )

    @classmethod
    def from_record(cls, record: CredentialRecord) -> ConnectionCredential:
        """The facts on the wire."""
        return cls(
            kind=record.facts.kind,
            scopes=list(record.facts.scopes),
            expires_at=record.facts.expires_at,
            sealed_at=record.sealed_at,
            checked_at=record.checked_at,
        )


@strawberry.type(description="Something about a connection that calls for somebody.")
class ConnectionAlert:
    """AlertRecord on the wire."""

    kind: AlertKind = strawberry.field(description="What it is about.")
    message: str = strawberry.field(description="It in a sentence fit to show.")
    mend: str = strawberry.field(description="What to do about it.")
    due_at: dt.datetime | None = strawberry.field(
        description="When it takes effect; null when it has, or nobody said."
    )
    raised_at: dt.datetime = strawberry.field(description="When its cause was first met.")
    seen_at: dt.datetime = strawberry.field(description="When its cause was last met.")

    @classmethod
    def from_record(cls, record: AlertRecord) -> ConnectionAlert:
        """The alert on the wire."""
        return cls(
            kind=record.notice.kind,
            message=record.notice.message,
            mend=record.notice.mend,
            due_at=record.notice.due_at,
            raised_at=record.raised_at,
            seen_at=record.seen_at,
        )
