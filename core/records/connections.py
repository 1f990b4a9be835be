"""Connections: one account of one source, as a tenant set it up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from core.jsonvalue import JSONObject
from core.sources import MANIFESTS, SourceManifest


class Source(StrEnum):
    """Where data comes from: a member per manifest, called as the manifest names it.

    WEBHOOK and FILE are our own; every other one is made of its connector's folder alone, and
    reached by name: `Source("…")`.
    """

    WEBHOOK = "WEBHOOK"
    FILE = "FILE"
    vars().update({name: name for name in MANIFESTS if name not in {"WEBHOOK", "FILE"}})

    @property
    def manifest(self) -> SourceManifest:
        """What its connector's folder says of it."""
        return MANIFESTS[self.value]


class Level(StrEnum):
    """The kind of entity that one row of a connection is about."""

    ACCOUNT = "ACCOUNT"
    CAMPAIGN = "CAMPAIGN"
    AD_SET = "AD_SET"
    AD = "AD"
    ORDER = "ORDER"
    SERIES = "SERIES"


class Breakdown(StrEnum):
    """What the rows of a connection are broken down by, beside its level."""

    COUNTRY = "COUNTRY"
    GEO = "GEO"
    DEVICE = "DEVICE"


class ConnectionStatus(StrEnum):
    """Whether a connection may be read from; one that is DISCONNECTED has no credentials."""

    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    DISCONNECTED = "DISCONNECTED"


@dataclass(frozen=True, slots=True)
class ConnectionRecord:
    """One account of one source. Every row it brings is of one `level`, `currency`, `time_zone`.

    They are all broken down by `breakdown`, None for not at all: nothing is there twice.

    Klaviyo's orders of a whole account alone are of level ACCOUNT in any connection.

    `look_back_days`: how old a day must be before the source stops restating it.
    `last_read_at`: when its newest complete reading ended; None before the first.
    `file_mapping`: how its files are read unless a run says otherwise (core.commands.FileOptions
    as JSON); empty when none was saved.
    """

    id: UUID
    source: Source
    account_id: str
    name: str
    currency: str
    time_zone: str
    level: Level
    look_back_days: int
    status: ConnectionStatus
    created_at: datetime
    last_read_at: datetime | None
    file_mapping: JSONObject = field(default_factory=dict)
    breakdown: Breakdown | None = None
