"""Operations that are registered, what a tenant lets pass, and what was seen passing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.operation_text import sha256_of


class Stage(StrEnum):
    """Which documents a caller may have carried out; each lets less pass than the one before."""

    ALLOW = "ALLOW"
    LOG = "LOG"
    SAFELIST = "SAFELIST"
    BLOCK = "BLOCK"

    @property
    def takes_any_document(self) -> bool:
        """Whether a document passes that nobody registered."""
        return self in {Stage.ALLOW, Stage.LOG}


class OperationKind(StrEnum):
    """What an operation does."""

    QUERY = "QUERY"
    MUTATION = "MUTATION"
    SUBSCRIPTION = "SUBSCRIPTION"


class CacheTier(StrEnum):
    """Where an answer comes from."""

    NONE = "NONE"
    AGGREGATE = "AGGREGATE"
    L1 = "L1"
    L2 = "L2"


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """An operation of the platform's own. `id` is the SHA-256 of `document`, in hex."""

    id: str
    client: str
    name: str
    document: str
    description: str

    @property
    def file(self) -> str:
        """Where it lies below `persisted/`."""
        return f"{self.client}/{self.name}.graphql"


@dataclass(frozen=True, slots=True)
class NewOperation:
    """A document that is good, to be registered. `cost` is its estimate without variables."""

    client: str
    name: str
    kind: OperationKind
    document: str
    description: str
    owner: str | None
    cost: int

    @property
    def id(self) -> str:
        """SHA-256 of the document, in hex."""
        return sha256_of(self.document)


@dataclass(frozen=True, slots=True)
class OperationKey:
    """A document under one of the clients that registered it; None: under whichever is first."""

    id: str
    client: str | None = None


@dataclass(frozen=True, slots=True)
class OperationRecord:
    """An operation as it is registered. Two clients may each register one document.

    The moments and `registered_by` are None of the platform's own, which nobody retires.
    """

    id: str
    client: str
    name: str
    kind: OperationKind
    document: str
    description: str
    owner: str | None
    cost: int
    registered_at: datetime | None = None
    registered_by: str | None = None
    retired_at: datetime | None = None

    @property
    def is_built_in(self) -> bool:
        """Whether it is the platform's own."""
        return self.registered_at is None


@dataclass(frozen=True, slots=True)
class StageRecord:
    """What a client may send; `client` None: every client without a stage of its own."""

    client: str | None
    stage: Stage
    set_at: datetime
    set_by: str


@dataclass(frozen=True, slots=True)
class SeenOperation:
    """A document that a caller sent as text, under LOG.

    `document` is without its literals, which may be secrets; `client` None: callers whose
    credentials name no client.
    """

    id: str
    client: str | None
    document: str
    first_seen_at: datetime
    last_seen_at: datetime
    times: int
    is_registered: bool


@dataclass(frozen=True, slots=True)
class Sighting:
    """How often one document came from one client since it was last told."""

    id: str
    client: str | None
    document: str
    times: int
