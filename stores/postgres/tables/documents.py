"""Documents, their vectors, and how far the index of each tenant is."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Computed, Index, literal_column, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.types import UserDefinedType
from sqlmodel import Field

from stores.postgres.tables.columns import (
    BIG,
    BYTES,
    DAY,
    ID,
    INT,
    JSON,
    MOMENT,
    SHARE,
    STRING,
    TRUTH,
    Table,
    column,
    key,
    tenant_key,
)

_CURRENT = text("superseded_at IS NULL")
_LEXEMES = (
    "((setweight(to_tsvector('english'::regconfig, title), 'A'::\"char\") "
    "|| setweight(to_tsvector('english'::regconfig, text), 'B'::\"char\")) "
    "|| array_to_tsvector(ARRAY[(tenant_id)::text]))"
)


class HalfVector(UserDefinedType[Any]):
    """pgvector's vectors of 16-bit floats, of any length."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """As Postgres calls it."""
        return "halfvec"


ischema_names["halfvec"] = HalfVector
HALF_VECTOR = HalfVector()


class DocumentRow(Table, table=True):
    """One row per version of a document, from `learned_at` until `superseded_at`.

    `changed_at` is the later of both. The tenant is one of the lexemes.
    """

    __tablename__ = "document"
    __table_args__ = (
        Index("document_current", "tenant_id", "id", unique=True, postgresql_where=_CURRENT),
        Index("document_by_change", "tenant_id", "changed_at", "id"),
        Index("document_by_period", "tenant_id", "kind", "since", postgresql_where=_CURRENT),
        Index("document_by_content", "tenant_id", "content_hash"),
        Index("document_by_subject", "tenant_id", "subject_id", postgresql_where=_CURRENT),
        Index("document_lexemes", "lexemes", postgresql_using="gin", postgresql_where=_CURRENT),
    )

    tenant_id: UUID = tenant_key()
    id: UUID = key(ID)
    learned_at: dt.datetime = key(MOMENT)
    kind: str = column(STRING)
    subject_id: str = column(STRING)
    source: str | None = column(STRING)
    account_id: str | None = column(STRING)
    entity_id: str | None = column(STRING)
    campaign_id: UUID | None = column(ID)
    channel: str | None = column(STRING)
    since: dt.date | None = column(DAY)
    until: dt.date | None = column(DAY)
    title: str = column(STRING)
    text: str = column(STRING)
    content_hash: bytes = column(BYTES)
    quality: float | None = column(SHARE)
    superseded_at: dt.datetime | None = column(MOMENT)
    changed_at: dt.datetime = column(MOMENT)
    lexemes: str = Field(
        sa_column=Column(TSVECTOR(), Computed(_LEXEMES, persisted=True), nullable=False)
    )


class EmbeddingRow(Table, table=True):
    """One row per text that a model has seen, under the SHA-256 of the text."""

    __tablename__ = "embedding"

    tenant_id: UUID = tenant_key()
    model: str = key(STRING)
    content_hash: bytes = key(BYTES)
    vector: str = column(HALF_VECTOR)


class DocumentVectorRow(Table, table=True):
    """One row per document and model: its vector beside all that searches ask of the document."""

    __tablename__ = "document_vector"
    __table_args__ = tuple(
        Index(
            f"document_vector_{length}",
            literal_column(f"(vector::halfvec({length}))").label("numbers"),
            postgresql_using="hnsw",
            postgresql_ops={"numbers": "halfvec_ip_ops"},
            postgresql_with={"m": "16", "ef_construction": "64"},
            postgresql_where=text(f"is_walked AND vector_dims(vector) = {length}"),
        )
        for length in (256, 1536)
    )

    tenant_id: UUID = tenant_key()
    model: str = key(STRING)
    document_id: UUID = key(ID)
    kind: str = column(STRING)
    source: str | None = column(STRING)
    account_id: str | None = column(STRING)
    campaign_id: UUID | None = column(ID)
    channel: str | None = column(STRING)
    since: dt.date | None = column(DAY)
    until: dt.date | None = column(DAY)
    quality: float | None = column(SHARE)
    is_walked: bool = column(TRUTH)
    vector: str = column(HALF_VECTOR)


class EmbeddingUsageRow(Table, table=True):
    """One row per tenant, model and month (its first day, UTC) with texts that were counted."""

    __tablename__ = "embedding_usage"

    tenant_id: UUID = tenant_key()
    model: str = key(STRING)
    month: dt.date = key(DAY)
    tokens: int = column(BIG)
    requests: int = column(BIG)


class SearchIndexRow(Table, table=True):
    """One row per tenant and model of embeddings."""

    __tablename__ = "search_index"
    __table_args__ = (
        Index(
            "search_index_serving",
            "tenant_id",
            unique=True,
            postgresql_where=text("state = 'SERVING'"),
        ),
    )

    tenant_id: UUID = tenant_key()
    model: str = key(STRING)
    dimension: int = column(INT)
    state: str = column(STRING, default="'BUILDING'")
    documents: int = column(BIG, default="0")
    embedded: int = column(BIG, default="0")
    reused: int = column(BIG, default="0")
    created_at: dt.datetime = column(MOMENT, default="clock_timestamp()")
    serving_since: dt.datetime | None = column(MOMENT)
    retired_at: dt.datetime | None = column(MOMENT)


class DocumentIndexRow(Table, table=True):
    """One row per tenant whose documents were written, and how far.

    `looked_at`: they say what was known then; null: all are to be written anew, by other `rules`.
    `measured` is a `core.records.documents.IndexMeasures`.
    """

    __tablename__ = "document_index"

    tenant_id: UUID = tenant_key()
    looked_at: dt.datetime | None = column(MOMENT)
    rules: str | None = column(STRING)
    measured: dict[str, object] | None = column(JSON)
    measured_at: dt.datetime | None = column(MOMENT)


class IndexStepRow(Table, table=True):
    """One row per step that follows documents: it has seen all up to `through_id` of `through`."""

    __tablename__ = "index_step"

    tenant_id: UUID = tenant_key()
    step: str = key(STRING)
    through: dt.datetime = column(MOMENT)
    through_id: UUID = column(ID)
