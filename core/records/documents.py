"""Documents: what a tenant has, said in words, so that it can be found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from core.digests import digest, joined
from core.records.connections import Source
from core.scope import TenantId
from core.units import DateRange


class DocumentKind(StrEnum):
    """What a document is about."""

    ACCOUNT = "ACCOUNT"
    CAMPAIGN = "CAMPAIGN"
    AD_SET = "AD_SET"
    AD = "AD"
    INSIGHT = "INSIGHT"
    CALENDAR_EVENT = "CALENDAR_EVENT"
    EXPORT = "EXPORT"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a document is about: its kind, the entity, and of those with figures the month.

    `id` names the entity within its tenant and kind: of a CAMPAIGN the hex of its digest, of an
    INSIGHT, a CALENDAR_EVENT and an EXPORT its UUID (all as in global ids); an ACCOUNT is
    `SOURCE/account`, an AD_SET and an AD `SOURCE/account/entity`.
    """

    kind: DocumentKind
    id: str
    period: DateRange | None = None

    def document_id(self, tenant_id: TenantId) -> UUID:
        """The same for every version of its document."""
        period = self.period
        days = (period.since.isoformat(), period.until.isoformat()) if period else (None, None)
        parts = ("document", tenant_id.hex, self.kind.value, self.id, *days)
        return UUID(bytes=digest(joined(parts)))


@dataclass(frozen=True, slots=True)
class Document:
    """One version of what is said of a subject.

    `text` holds bands and words, no figures: those are read from entries when an answer is given.
    `content_hash` is the SHA-256 of `embedded_text`, what an embedder sees: documents that say
    the same share a vector. `campaign_id` is the campaign's digest, `entity_id` the source's own
    name of an ad set or ad. `quality` is a share from 0 to 1, None where nothing was assessed. The
    version holds from `learned_at` until `superseded_at`, moments of the tenant's clock.
    """

    id: UUID
    kind: DocumentKind
    subject_id: str
    source: Source | None
    account_id: str | None
    entity_id: str | None
    campaign_id: UUID | None
    channel: str | None
    period: DateRange | None
    title: str
    text: str
    content_hash: bytes
    quality: float | None
    learned_at: datetime
    superseded_at: datetime | None = None

    @property
    def embedded_text(self) -> str:
        """What an embedder sees."""
        return embedded_text(self.title, self.text)


def embedded_text(title: str, text: str) -> str:
    """What an embedder sees of a document."""
    return f"{title}\n{text}"


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """Which documents; None and empty mean no restriction. `dates` overlap the period."""

    kinds: tuple[DocumentKind, ...] = ()
    sources: tuple[Source, ...] = ()
    channels: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    campaigns: tuple[UUID, ...] = ()
    dates: DateRange | None = None
    min_quality: float | None = None


class IndexState(StrEnum):
    """BUILDING: filled while another one answers. SERVING: asked. RETIRED: on its way out."""

    BUILDING = "BUILDING"
    SERVING = "SERVING"
    RETIRED = "RETIRED"


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """A tenant's vectors of one model.

    `documents` have a vector; `embedded` texts were given to the model so far, `reused` needed
    not to be, since the same text had a vector already.
    """

    model: str
    dimension: int
    state: IndexState
    documents: int
    embedded: int
    reused: int
    created_at: datetime
    serving_since: datetime | None
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class IndexMeasures:
    """What upkeep found of a tenant's index. Shares are from 0 to 1.

    `entries` are the rows behind `documents`, which say `texts` different things (titles and all):
    so many vectors had to be made. `repeated`: documents whose text, titles apart, another one has
    too. `restated`: versions that took another's place in the last thirty days, for each document.
    `probes` are titles that were asked: of their ten nearest documents that there are, `recall` is
    what the index found; `found` is how often the title's own document was among them. None where
    nothing could be asked.
    """

    entries: int
    documents: int
    texts: int
    repeated: float
    restated: float
    probes: int
    recall: float | None
    found: float | None


@dataclass(frozen=True, slots=True)
class IndexLag:
    """How the indexes of all tenants stand together.

    `behind` tenants have learned since their documents were written, the one furthest behind
    `seconds` ago. `vectors` are in the indexes that answer. `least_recall` is that of the worst of
    them, as its last run found it; None where none was measured.
    """

    behind: int
    seconds: float
    vectors: int
    least_recall: float | None


@dataclass(frozen=True, slots=True)
class SearchStatus:
    """How a tenant's search stands.

    `looked_at`: documents say what was known at this moment of the tenant's clock; None before the
    first. `run_id`: the run that waits or works. `superseded` versions are kept beside `documents`.
    """

    looked_at: datetime | None
    is_current: bool
    run_id: UUID | None
    documents: int
    superseded: int
    indexes: tuple[SearchIndex, ...]
    measures: IndexMeasures | None
    measured_at: datetime | None
