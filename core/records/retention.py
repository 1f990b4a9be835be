"""How long what was sent is kept verbatim, and what is let go of."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Retention:
    """After how many days things go; None: never.

    `verbatim_days`: bodies of raw pages and of uploaded files, with what was refused of them.
    `version_days`: superseded versions of documents, and vectors of texts that none says any more.
    `log_days`: events of runs that have ended, runs that follow by themselves and led to nothing;
    dead letters are laid aside.
    """

    verbatim_days: int | None = None
    version_days: int | None = None
    log_days: int | None = None


@dataclass(frozen=True, slots=True)
class LetGo:
    """How much goes, or went. Bytes are those before compression."""

    raw_pages: int = 0
    raw_bytes: int = 0
    refused_records: int = 0
    uploads: int = 0
    upload_bytes: int = 0
    document_versions: int = 0
    vectors: int = 0
    run_events: int = 0
    runs: int = 0
    dead_letters: int = 0
    cached_answers: int = 0

    def __add__(self, other: LetGo) -> LetGo:
        """Both."""
        names = [field.name for field in fields(self)]
        return LetGo(*(getattr(self, name) + getattr(other, name) for name in names))

    @property
    def rows(self) -> int:
        """How many things."""
        return sum(
            getattr(self, field.name) for field in fields(self) if not field.name.endswith("_bytes")
        )
