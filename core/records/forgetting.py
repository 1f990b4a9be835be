"""Forgetting one person: how far a run is with it, and its receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from core.jsonvalue import JSONObject
from core.records.retention import LetGo


class Part(StrEnum):
    """What a run looks through, in this order."""

    PAGES = "PAGES"
    UPLOADS = "UPLOADS"
    DOCUMENTS = "DOCUMENTS"
    DONE = "DONE"


@dataclass(frozen=True, slots=True)
class StillNamed:
    """How much names the person still.

    `raw_pages` and `uploads` are needed by open runs, `messages` of webhooks are in no page yet,
    `documents` say a label that stays, such as a campaign's name.
    """

    raw_pages: int = 0
    uploads: int = 0
    messages: int = 0
    documents: int = 0


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Where a run stands: of `total` bodies, files and texts it has looked at `looked_at`.

    `after` is the last one of `part` that it looked at, as the store names it; `uploads` are those
    that pages which name the person were read from.
    """

    total: int
    part: Part = Part.PAGES
    after: tuple[str, ...] = ()
    looked_at: int = 0
    uploads: frozenset[UUID] = frozenset()
    gone: LetGo = field(default_factory=LetGo)
    left: StillNamed = field(default_factory=StillNamed)

    def to_json(self) -> JSONObject:
        """As it is kept in the run's checkpoint."""
        return {
            **asdict(self),
            "after": list(self.after),
            "uploads": sorted(map(str, self.uploads)),
            "windows_done": self.looked_at,
            "windows": self.total,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Forgetting:
        """What `to_json` kept."""
        return cls(
            kept["total"],
            Part(kept["part"]),
            tuple(kept["after"]),
            kept["looked_at"],
            frozenset(map(UUID, kept["uploads"])),
            LetGo(**kept["gone"]),
            StillNamed(**kept["left"]),
        )

    @property
    def progress(self) -> float:
        """The share that is done; what came in meanwhile is beyond what was counted."""
        return min(1.0, self.looked_at / max(self.total, 1))


@dataclass(frozen=True, slots=True)
class SubjectErasure:
    """The receipt of forgetting one person; it does not say whom.

    `gone` and `left` are None until `finished_at`. A preview lets go of nothing.
    """

    run_id: UUID
    is_preview: bool
    gone: LetGo | None
    left: StillNamed | None
    finished_at: datetime | None
