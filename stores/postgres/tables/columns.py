"""The column types in use, and how a table's columns and references are written."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import ForeignKeyConstraint, Index, MetaData, text
from sqlalchemy.dialects.postgresql import (
    ARRAY,
    BIGINT,
    BOOLEAN,
    BYTEA,
    DATE,
    DOUBLE_PRECISION,
    INTEGER,
    JSONB,
    NUMERIC,
    TEXT,
    TIMESTAMP,
    UUID,
)
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel

AMOUNT: NUMERIC[Decimal] = NUMERIC(20, 6)
"""Money and conversions: whole micros, no currency of its own."""
BIG = BIGINT()
BYTES = BYTEA()
DAY = DATE()
DAYS = ARRAY(DATE())
ID = UUID(as_uuid=True)
IDS = ARRAY(UUID(as_uuid=True))
INT = INTEGER()
INTS = ARRAY(INTEGER())
JSON = JSONB()
MOMENT = TIMESTAMP(timezone=True)
NUMBER: NUMERIC[Decimal] = NUMERIC()
NUMBERS: ARRAY[Decimal] = ARRAY(NUMERIC())
SHARE: DOUBLE_PRECISION[float] = DOUBLE_PRECISION()
STRING = TEXT()
STRINGS = ARRAY(TEXT())
TRUTH = BOOLEAN()

# The names that Postgres gives what the migrations leave unnamed.
METADATA = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)


class Table(SQLModel):
    """Where the tables gather; apart from SQLModel's default, which any package may fill."""

    metadata: ClassVar[MetaData] = METADATA


def column(kind: TypeEngine[Any], *, default: str | None = None) -> Any:
    """A column that is null only where its annotation says so; `default` is SQL."""
    return Field(sa_type=kind, sa_column_kwargs=_made_by_the_database(default))


def key(kind: TypeEngine[Any], *, default: str | None = None) -> Any:
    """A part of the primary key, whose parts stand in the order of their columns."""
    return Field(sa_type=kind, primary_key=True, sa_column_kwargs=_made_by_the_database(default))


def tenant_key() -> Any:
    """The leading part of a primary key; the row goes when its tenant goes."""
    return Field(
        sa_type=ID,
        primary_key=True,
        foreign_key="tenant.tenant_id",
        ondelete="CASCADE",
        sa_column_kwargs=_made_by_the_database(None),
    )


def refers_to(table: str, name: str, *, ondelete: str | None = "CASCADE") -> ForeignKeyConstraint:
    """`name` is the id of a row of `table` under the same tenant."""
    return ForeignKeyConstraint(
        ["tenant_id", name], [f"{table}.tenant_id", f"{table}.id"], ondelete=ondelete
    )


def in_force(table: str) -> Index:
    """No two rules in force have one name."""
    return Index(
        f"{table}_in_force",
        "tenant_id",
        "name",
        unique=True,
        postgresql_where=text("retired_at IS NULL"),
    )


def _made_by_the_database(default: str | None) -> dict[str, Any]:
    # Without autoincrement=False SQLAlchemy makes an integer key of one column a SERIAL.
    return {"autoincrement": False, "server_default": None if default is None else text(default)}
