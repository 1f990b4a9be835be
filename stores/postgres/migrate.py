"""Roles, the queue's tables and Alembic's versions: what `liftos migrate` does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment
from sqlalchemy import Connection as SyncConnection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from stores.postgres.logins import APP_ROLE, SYSTEM_ROLE, Logins, password_of

_LOCK = 0x11F705
_PLAIN = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS"
_QUEUE_TABLES = ("pgqueuer", "pgqueuer_log", "pgqueuer_statistics", "pgqueuer_schedules")


async def migrate(logins: Logins) -> None:
    """Bring the database to the newest version; safe to run twice and from several processes."""
    if logins.owner is None:
        return
    owner = await asyncpg.connect(logins.owner)
    try:
        await owner.execute("SELECT pg_advisory_lock($1)", _LOCK)
        await _ensure_roles(owner, logins)
        await _upgrade(logins.owner)
        await _ensure_queue(owner)
    finally:
        await owner.close()


async def _ensure_roles(owner: asyncpg.Connection[asyncpg.Record], logins: Logins) -> None:
    for role, url in ((APP_ROLE, logins.app), (SYSTEM_ROLE, logins.system)):
        exists = await owner.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role)
        # An owner that is no superuser may not even repeat NOSUPERUSER on a role that exists.
        statement = f"ALTER ROLE {role}" if exists else f"CREATE ROLE {role} {_PLAIN}"
        secret = await owner.fetchval("SELECT quote_literal($1)", password_of(url))
        await owner.execute(f"{statement} LOGIN PASSWORD {secret}")
        if not exists:
            await owner.execute(f"GRANT {role} TO CURRENT_USER")


async def _ensure_queue(owner: asyncpg.Connection[asyncpg.Record]) -> None:
    if await owner.fetchval("SELECT to_regclass('public.pgqueuer')") is None:
        async with owner.transaction():
            await owner.execute(QueryBuilderEnvironment().build_install_query())
            tables = ", ".join(_QUEUE_TABLES)
            await owner.execute(
                f"GRANT ALL ON {tables} TO {APP_ROLE};"
                f"GRANT SELECT ON {tables} TO {SYSTEM_ROLE};"
                f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE};"
                f"GRANT SELECT ON alembic_version TO {APP_ROLE}, {SYSTEM_ROLE}"
            )


async def _upgrade(owner_url: str) -> None:
    async def connect(*_: Any, **__: Any) -> Any:
        return await asyncpg.connect(owner_url)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(_upgrade_to_head)
    await engine.dispose()


def _upgrade_to_head(connection: SyncConnection) -> None:
    head = _scripts().get_current_head()
    if MigrationContext.configure(connection).get_current_revision() == head:
        return
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_folder()))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(_folder()))


def _folder() -> Path:
    return Path(__file__).resolve().parents[2] / "migrations"
