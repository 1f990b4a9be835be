"""What the planner knows of the tables."""

from __future__ import annotations

from stores.postgres.database import Database


class StatisticsStore:
    """Has Postgres look at what was filled since it last looked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def learn(self) -> int:
        """Look at the largest tables that were never looked at; at how many."""
        async with self._database.watch() as connection:
            return int(await connection.fetchval("SELECT learn_statistics()"))
