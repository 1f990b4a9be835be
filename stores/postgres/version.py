"""Which version the database is at, without loading Alembic: the API asks on every probe."""

from __future__ import annotations

from pathlib import Path

from stores.postgres.database import Database

VERSIONS = Path(__file__).resolve().parents[2] / "migrations" / "versions"


async def are_migrations_current(database: Database) -> bool:
    """Whether the database is at the version that this code was written for."""
    async with database.unbound() as connection:
        found = await connection.fetchval("SELECT version_num FROM alembic_version")
    return bool(found == newest_version())


def newest_version() -> str:
    """The newest migration: files are named for their revision, which counts up."""
    return max(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*.py"))
