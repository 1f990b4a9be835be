"""How documents are found: by words, by places in the marketing space, by walks in a graph."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ARRAY, REAL, CheckConstraint, Column, Computed
from sqlmodel import Field

from stores.postgres.tables.columns import (
    ID,
    INT,
    INTS,
    STRING,
    STRINGS,
    Table,
    column,
    key,
    tenant_key,
)


class SearchWordRow(Table, table=True):
    """One row per lexeme, and how many of the documents looked at hold it.

    The tenant's own id is one, which all of them hold.
    """

    __tablename__ = "search_word"

    tenant_id: UUID = tenant_key()
    lexeme: str = key(STRING)
    documents: int = column(INT)


class ConceptScoreRow(Table, table=True):
    """One row per document: its places in the order of `core.records.search.Concept`."""

    __tablename__ = "concept_score"

    tenant_id: UUID = tenant_key()
    document_id: UUID = key(ID)
    percentiles: list[float | None] = column(ARRAY(REAL()))
    unknown: list[str | None] = column(STRINGS)
    peers: list[int] = column(INTS)


class GraphNodeRow(Table, table=True):
    """One row per thing that a question may name; `node` is KIND:id, `words` counts lexemes."""

    __tablename__ = "graph_node"

    tenant_id: UUID = tenant_key()
    node: str = key(STRING)
    kind: str = column(STRING)
    label: str = column(STRING)
    names: str = column(STRING)
    words: int = Field(
        sa_column=Column(
            INT,
            Computed("length(to_tsvector('english'::regconfig, names))", persisted=True),
            nullable=False,
        )
    )


class GraphWordRow(Table, table=True):
    """One row per lexeme of a node's names."""

    __tablename__ = "graph_word"

    tenant_id: UUID = tenant_key()
    lexeme: str = key(STRING)
    node: str = key(STRING)


class EdgeRow(Table, table=True):
    """One row per edge and direction."""

    __tablename__ = "edge"
    __table_args__ = (CheckConstraint("weight > 0 AND weight <= 1", "weight"),)

    tenant_id: UUID = tenant_key()
    from_node: str = key(STRING)
    kind: str = key(STRING)
    to_node: str = key(STRING)
    weight: float = column(REAL())
