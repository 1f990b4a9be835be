"""The audit log: lines of a tenant's chain, and what is hashed of them.

A line's hash is SHA-256 over its canonical form: the parts of `AuditRecord.canonical` in their
order, each as its length in bytes, `:`, its UTF-8 and `,`, as netstrings are
(https://cr.yp.to/proto/netstrings.txt); `-,` stands for a part that is not there. The hash of
the line before is the first part, 32 zero bytes before the first line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from core.errors import BadInput
from core.scope import TenantId

HOUSE: Final = TenantId(UUID(int=0))
"""Whose chain holds what was done across tenants: the installation's own."""
GENESIS: Final = bytes(32)
"""What stands for the hash of the line before the first."""


class Act(StrEnum):
    """What was done, and what was refused."""

    UPKEEP = "UPKEEP"
    ACCESS_REFUSED = "ACCESS_REFUSED"
    TENANT_CREATED = "TENANT_CREATED"
    TENANT_ERASED = "TENANT_ERASED"
    RUNS_LIMITED = "RUNS_LIMITED"
    QUOTAS_SET = "QUOTAS_SET"
    RETENTION_SET = "RETENTION_SET"
    SUBJECT_ERASED = "SUBJECT_ERASED"
    TOKEN_MINTED = "TOKEN_MINTED"  # noqa: S105 - the name of an act
    KEY_CREATED = "KEY_CREATED"
    KEY_REVOKED = "KEY_REVOKED"
    MASTER_KEY_ROTATED = "MASTER_KEY_ROTATED"
    DATA_KEY_ROTATED = "DATA_KEY_ROTATED"
    SOURCE_CONNECTED = "SOURCE_CONNECTED"
    SOURCE_DISCONNECTED = "SOURCE_DISCONNECTED"
    CONNECTION_CHANGED = "CONNECTION_CHANGED"
    CONNECTION_PAUSED = "CONNECTION_PAUSED"
    CONNECTION_RESUMED = "CONNECTION_RESUMED"
    CONNECTION_TESTED = "CONNECTION_TESTED"
    CREDENTIALS_ROTATED = "CREDENTIALS_ROTATED"
    AUTHORIZATION_STARTED = "AUTHORIZATION_STARTED"
    AUTHORIZATION_CONFIRMED = "AUTHORIZATION_CONFIRMED"
    WEBHOOK_SECRET_ROTATED = "WEBHOOK_SECRET_ROTATED"  # noqa: S105 - the name of an act
    WEBHOOK_MAPPING_SET = "WEBHOOK_MAPPING_SET"
    FILE_UPLOADED = "FILE_UPLOADED"
    RUN_REQUESTED = "RUN_REQUESTED"
    RUN_RETRIED = "RUN_RETRIED"
    RUNS_CANCELLED = "RUNS_CANCELLED"
    SHRINK_ACCEPTED = "SHRINK_ACCEPTED"
    SHRINK_REJECTED = "SHRINK_REJECTED"
    REJECTED_REPLAYED = "REJECTED_REPLAYED"
    REJECTED_DISMISSED = "REJECTED_DISMISSED"
    DEAD_LETTERS_REQUEUED = "DEAD_LETTERS_REQUEUED"
    DEAD_LETTERS_DISMISSED = "DEAD_LETTERS_DISMISSED"
    SCHEMA_CHANGES_ACCEPTED = "SCHEMA_CHANGES_ACCEPTED"
    SCHEMA_POLICY_SET = "SCHEMA_POLICY_SET"
    RECEIPT_RULES_SET = "RECEIPT_RULES_SET"
    LOOK_BACK_ACCEPTED = "LOOK_BACK_ACCEPTED"
    SCHEDULE_CREATED = "SCHEDULE_CREATED"
    SCHEDULE_CHANGED = "SCHEDULE_CHANGED"
    SCHEDULE_PAUSED = "SCHEDULE_PAUSED"
    SCHEDULE_RESUMED = "SCHEDULE_RESUMED"
    SCHEDULE_DELETED = "SCHEDULE_DELETED"
    CALENDAR_SET = "CALENDAR_SET"
    CALENDAR_EVENT_ADDED = "CALENDAR_EVENT_ADDED"
    CALENDAR_EVENT_CHANGED = "CALENDAR_EVENT_CHANGED"
    CALENDAR_EVENT_REMOVED = "CALENDAR_EVENT_REMOVED"
    RULE_ADDED = "RULE_ADDED"
    RULE_SET = "RULE_SET"
    RULE_ENDED = "RULE_ENDED"
    RULE_DELETED = "RULE_DELETED"
    SEASONALITY_REQUESTED = "SEASONALITY_REQUESTED"
    INSIGHT_STATE_SET = "INSIGHT_STATE_SET"
    INSIGHT_JUDGED = "INSIGHT_JUDGED"
    INSIGHT_ASSIGNED = "INSIGHT_ASSIGNED"
    OPERATIONS_REGISTERED = "OPERATIONS_REGISTERED"
    OPERATION_RETIRED = "OPERATION_RETIRED"
    OPERATION_STAGE_SET = "OPERATION_STAGE_SET"
    FEATURE_VIEW_CREATED = "FEATURE_VIEW_CREATED"
    FEATURE_VIEW_RETIRED = "FEATURE_VIEW_RETIRED"
    EXPORT_REQUESTED = "EXPORT_REQUESTED"
    EXPORT_DELETED = "EXPORT_DELETED"
    EXPORT_LINKED = "EXPORT_LINKED"
    EXPORT_DOWNLOADED = "EXPORT_DOWNLOADED"


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One line. `number` counts without gaps from 1; `subject` is `kind:id` of what was touched.

    `details` are texts by name and hold no secret; `client` is the module or application that
    asked, `door` by which proof it was let in.
    """

    tenant_id: TenantId
    number: int
    at: datetime
    actor: str
    client: str | None
    door: str
    act: str
    subject: str | None
    request_id: str | None
    details: Mapping[str, str]
    previous_hash: bytes = field(repr=False)
    hash: bytes = field(repr=False)

    def canonical(self) -> bytes:
        """What is hashed."""
        return b"".join(_part(text) for text in self._texts())

    @property
    def moment(self) -> str:
        """`at` as it is hashed: UTC, to the microsecond."""
        return self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    @property
    def expected_hash(self) -> bytes:
        """The hash that a line of this content has."""
        return hashlib.sha256(self.canonical()).digest()

    @property
    def head(self) -> AuditHead:
        """The end of the chain, were this the last line."""
        return AuditHead(self.number, self.hash)

    def _texts(self) -> Iterator[str | None]:
        yield self.previous_hash.hex()
        yield str(self.tenant_id)
        yield str(self.number)
        yield self.moment
        yield from (self.actor, self.client, self.door, self.act, self.subject, self.request_id)
        # By bytes, as SQL sorts them under the collation "C": UTF-8 keeps the order of code points.
        for name, value in sorted(self.details.items()):
            yield from (name, value)


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The end of a chain: kept elsewhere, it shows later what was cut off or written anew."""

    number: int = 0
    hash: bytes = GENESIS

    def __str__(self) -> str:
        return f"{self.number}:{self.hash.hex()}"

    @classmethod
    def parse(cls, text: str) -> AuditHead:
        """The head that `str` wrote, or BadInput."""
        number, _, hash_ = text.strip().partition(":")
        try:
            found = cls(int(number), bytes.fromhex(hash_))
        except ValueError:
            found = cls(-1)
        if found.number < 0 or len(found.hash) != len(GENESIS):
            raise BadInput(
                f"{text!r} is no head of an audit log",
                field="head",
                mend="give what `liftos audit head` printed: a number, a colon, 64 hex digits",
            )
        return found


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which lines to list, from `since` to before `until`; a part that is empty keeps all."""

    acts: Sequence[Act] = ()
    actor: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying a chain found: how many lines hold, its head, and what is broken if any."""

    tenant_id: TenantId
    lines: int
    head: AuditHead
    broken_at: int | None = None
    reason: str | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing is broken."""
        return self.reason is None


def _part(text: str | None) -> bytes:
    if text is None:
        return b"-,"
    body = text.encode()
    return b"%d:%b," % (len(body), body)
