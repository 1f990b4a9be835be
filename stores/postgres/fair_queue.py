"""PgQueuer's queue, dealt out fairly: whose turn is next is decided by `take_turn` in Postgres.

PgQueuer itself hands jobs out in the order they came, so that 500 runs of one tenant would stand
before the one of another. What a limit holds back here stays queued and costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import orjson
from pgqueuer import Job, Queries
from pgqueuer.ports.repository import EntrypointExecutionParameter
from pgqueuer.types import QueueEntrypoint, QueueManagerId


@dataclass
class FairQueries(Queries):
    """What a worker's QueueManager asks of the queue.

    `places`: how many runs this worker works on at once; `tier_runs`: how many runs of a tenant
    are worked on at once, by its tier.
    """

    places: int = 1
    tier_runs: Mapping[str, int] = field(default_factory=dict)
    _manager: UUID | None = field(default=None, init=False)

    async def dequeue(
        self,
        batch_size: int,
        entrypoints: dict[QueueEntrypoint, EntrypointExecutionParameter],
        queue_manager_id: QueueManagerId,
        global_concurrency_limit: int | None,
        heartbeat_timeout: timedelta,
    ) -> list[Job]:
        """The job whose turn it is, or none."""
        del batch_size, entrypoints, global_concurrency_limit
        self._manager = queue_manager_id
        taken = await self.driver.fetch(
            "SELECT take_turn($1, $2, $3, $4::jsonb) AS id",
            queue_manager_id,
            self.places,
            heartbeat_timeout,
            limits_json(self.tier_runs),
        )
        rows = await self.driver.fetch("SELECT * FROM pgqueuer WHERE id = $1", taken[0]["id"])
        return [Job.model_validate(row) for row in rows]

    async def eligible_queued_work(self, entrypoints: list[QueueEntrypoint]) -> int:
        """1 when this worker could take a job now: PgQueuer then looks again at once."""
        del entrypoints
        rows = await self.driver.fetch(
            _COULD_TAKE, self._manager, self.places, limits_json(self.tier_runs)
        )
        return int(bool(rows[0]["could"]))

    async def queued_work(self, entrypoints: list[QueueEntrypoint]) -> int:
        """As `eligible_queued_work`: what waits for its turn is no reason to look again."""
        return await self.eligible_queued_work(entrypoints)


def limits_json(tier_runs: Mapping[str, int]) -> str:
    """The limits of the tiers as Postgres takes them."""
    return orjson.dumps(dict(tier_runs)).decode()


_COULD_TAKE = """
SELECT $2 > (SELECT count(*) FROM pgqueuer WHERE queue_manager_id = $1 AND status = 'picked')
   AND EXISTS (SELECT FROM ready_turns($3::jsonb) r
               WHERE r.tenant_id IS NULL OR (r.is_connection_free AND r.held < r.places)) AS could
"""
