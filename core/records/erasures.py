"""Erasures: what is left to say of a tenant that is gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.scope import TenantId


@dataclass(frozen=True, slots=True)
class Erasure:
    """The receipt of an erasure; unfinished while `finished_at` is None.

    `counts`: rows that are gone, by table; and `redis keys`, `objects`, `queued jobs`, `vectors`,
    which are those of a vector store outside of the database.
    """

    id: UUID
    tenant_id: TenantId
    slug: str
    requested_by: str
    requested_at: datetime
    counts: Mapping[str, int]
    finished_at: datetime | None
