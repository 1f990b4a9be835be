"""AuditLine: something that was done, or refused."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.records.audit import AuditRecord
from graph.bounds.sizes import about
from graph.fields import resolved
from graph.scalars import BigInt


@strawberry.type(description="A part of an audit line's details.")
class AuditDetail:
    """A name and its text."""

    name: str = strawberry.field(description="What it is, such as `source`.")
    value: str = strawberry.field(description="Its text; never a secret.")


@strawberry.type(
    description=(
        "Something that was done for your tenant, or refused. It was written together with what "
        "it tells of. Lines are never changed: each holds the hash of the one before, so that a "
        "line that is altered, taken out or put in shows."
    )
)
class AuditLine:
    """AuditRecord on the wire."""

    record: strawberry.Private[AuditRecord]
    number: BigInt = strawberry.field(
        description="Counts your tenant's lines from 1, without gaps."
    )
    at: dt.datetime = strawberry.field(description="When it was done.")
    actor: str = strawberry.field(
        description="Who did it, such as `user:…`, `key:…`, `link:…` or `cli`."
    )
    client: str | None = strawberry.field(
        description="The program that asked, as its credentials prove it."
    )
    door: str = strawberry.field(
        description=(
            "By which proof it was let in: TOKEN, KEY, GATEWAY, WEBHOOK, CONSENT, LINK, JOB, CLI; "
            "SYSTEM for upkeep across tenants."
        )
    )
    act: str = strawberry.field(
        description="What was done: an `AuditAct`, or what a newer version wrote."
    )
    subject: str | None = strawberry.field(
        description="To what, as `kind:id`; null where it was done to many, or to all."
    )
    request_id: str | None = strawberry.field(
        description="Names the request, as its answer's `X-Request-ID` did."
    )

    @classmethod
    def from_record(cls, record: AuditRecord) -> AuditLine:
        """The line on the wire."""
        return cls(
            record=record,
            number=BigInt(record.number),
            at=record.at,
            actor=record.actor,
            client=record.client,
            door=record.door,
            act=record.act,
            subject=record.subject,
            request_id=record.request_id,
        )

    @resolved("What else is told of it, in the order of the names.", size=about(5))
    def details(self) -> list[AuditDetail]:
        """From the row."""
        found = sorted(self.record.details.items())
        return [AuditDetail(name=name, value=value) for name, value in found]

    @resolved("SHA-256 over the line and `previousHash`, in hex.")
    def hash(self) -> str:
        """From the row."""
        return self.record.hash.hex()

    @resolved("The hash of the line before, in hex; 64 zeros before the first.")
    def previous_hash(self) -> str:
        """From the row."""
        return self.record.previous_hash.hex()
