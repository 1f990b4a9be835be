"""Exports: files made of one snapshot of a tenant's data, for a model to load."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from core.jsonvalue import JSONObject, JSONValue


class ExportFormat(StrEnum):
    """How the tables of an export are written; each format adds files of its own."""

    PARQUET = "PARQUET"
    CSV = "CSV"
    JSONL = "JSONL"
    ARROW = "ARROW"
    LEGACY = "LEGACY"


class ExportKind(StrEnum):
    """What an export is for: a causal model, or any model that reads features."""

    CAUSAL = "CAUSAL"
    FEATURES = "FEATURES"


class ExportState(StrEnum):
    """What there is of an export.

    PENDING has no files yet; its run says whether they are being made or why not. EXPIRED and
    DELETED have none any more.
    """

    PENDING = "PENDING"
    READY = "READY"
    EXPIRED = "EXPIRED"
    DELETED = "DELETED"


class Severity(StrEnum):
    """How a finding weighs: ERROR will stop or spoil most models, ATTENTION may."""

    ERROR = "ERROR"
    ATTENTION = "ATTENTION"
    INFO = "INFO"


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file of a bundle. `sha256` is in hex; `rows` is None for what is no table."""

    name: str
    media_type: str
    bytes: int
    sha256: str
    rows: int | None


@dataclass(frozen=True, slots=True)
class ExportCheck:
    """A finding of the checks that look at the wide table before a model does.

    `value` is what was measured, `threshold` what it was held against; None without a measure.
    """

    id: str
    severity: Severity
    columns: tuple[str, ...]
    value: JSONValue
    message: str
    threshold: JSONValue = None


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """One export. Of one `definition` and one `as_of` the files are the same, byte for byte.

    `definition_sha256` is that of its canonical JSON; `row_hash` that of its main table, the wide
    one or that of features, as `ROW_HASH` of `core.causal` or `core.feature_exports` says. Files
    lie in the object store under `object_path`. `rows` counts those of the main table; they,
    `row_hash`, `manifest` and `ready_at` are None until READY.
    """

    id: UUID
    run_id: UUID
    definition: JSONObject
    definition_sha256: str
    as_of: datetime
    state: ExportState
    files: tuple[ExportFile, ...]
    checks: tuple[ExportCheck, ...]
    manifest: JSONObject | None
    row_hash: str | None
    rows: int | None
    requested_by: str
    created_at: datetime
    ready_at: datetime | None
    expires_at: datetime | None
    removed_at: datetime | None
    removed_by: str | None = None

    @property
    def kind(self) -> ExportKind:
        """What it is for; definitions of causal ones do not say."""
        return ExportKind(str(self.definition.get("kind", ExportKind.CAUSAL)))

    def can_be_read(self, now: datetime) -> bool:
        """Whether its files are there and may be had."""
        is_over = self.expires_at is not None and self.expires_at <= now
        return self.state is ExportState.READY and not is_over

    def file(self, name: str) -> ExportFile | None:
        """The file of that name; None when there is none."""
        return next((file for file in self.files if file.name == name), None)


EXPORTS_FOLDER: Final = "exports"


def object_path(export_id: UUID, name: str) -> str:
    """Where a file of an export lies below the place of its tenant."""
    return f"{EXPORTS_FOLDER}/{export_id}/{name}"
