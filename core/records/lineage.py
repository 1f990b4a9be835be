"""Where a number came from: raw pages and uploads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.jsonvalue import JSONObject


@dataclass(frozen=True, slots=True)
class RawPageRecord:
    """One page of a source, byte for byte. `request` is what was asked, without secrets.

    `size_bytes` and `sha256` (hex) are of the body before compression. What became of its
    records: fetched = stored + unchanged + rejected, each None until the page is merged; 0 on a
    page of totals, whose rows are no records. The body is kept until `body_gone_at`.
    """

    id: UUID
    run_id: UUID
    connection_id: UUID
    number: int
    stream: str
    media_type: str
    size_bytes: int
    sha256: str
    request: JSONObject
    fetched_at: datetime
    fetched: int | None = None
    stored: int | None = None
    unchanged: int | None = None
    rejected: int | None = None
    body_gone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class UploadRecord:
    """A file as it was received; `sha256` is hex of the whole body."""

    id: UUID
    filename: str
    media_type: str
    size_bytes: int
    sha256: str
    created_at: datetime
