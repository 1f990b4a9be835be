"""Whole SQL scripts through a driver that prepares single statements."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text


def run_script(connection: Connection, script: str) -> None:
    """Run `script` in the connection's open transaction.

    asyncpg takes many statements only by its simple protocol, so SQLAlchemy's cursor is
    stepped around; a first statement through it makes sure that the transaction has begun.
    """
    connection.execute(text("SELECT 1"))
    adapted: Any = connection.connection.dbapi_connection
    adapted.run_async(lambda driver: driver.execute(script))
