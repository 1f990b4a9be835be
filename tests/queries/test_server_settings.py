"""Answers that Postgres writes do not hang on how its roles like dates to look."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from stores.postgres.database import open_database
from tests.queries.ground import Ground
from tests.support import Services


@pytest.fixture
async def odd(ground: Ground, services: Services) -> AsyncIterator[None]:
    """The application's role writes 05.11.2025, by the clocks of Kathmandu."""
    del ground
    own = await asyncpg.connect(services.logins.app)
    try:
        await own.execute("ALTER ROLE CURRENT_USER SET datestyle = 'German, DMY'")
        await own.execute("ALTER ROLE CURRENT_USER SET timezone = 'Asia/Kathmandu'")
        yield
        await own.execute("ALTER ROLE CURRENT_USER RESET ALL")
    finally:
        await own.close()


@pytest.mark.usefixtures("odd")
async def test_a_role_s_own_settings_do_not_count(services: Services) -> None:
    bare = await asyncpg.connect(services.logins.app)
    assert await bare.fetchval("SELECT '2025-11-05'::date::text") == "05.11.2025"
    await bare.close()
    async with open_database(services.logins) as database, database.unbound() as connection:
        told = await connection.fetchrow(
            "SELECT '2025-11-05'::date::text, '2025-11-05T06:00Z'::timestamptz::text, "
            r"current_setting('standard_conforming_strings'), '\'"
        )
    assert tuple(told or ()) == ("2025-11-05", "2025-11-05 06:00:00+00", "on", "\\")
