"""PgQueuer's queue, dealt out fairly: whose turn is next is decided by `take_turn` in Postgres.

PgQueuer itself hands jobs out in the order they came, so that 500 runs of one tenant would stand
before the one of another. What a limit holds back here stays queued and costs nothing. Nor does
PgQueuer ask whose a job is before it puts it away: a worker that was late, and whose job another
has, would leave that one's run without a job.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast

import orjson
from pgqueuer import Job, Queries
from pgqueuer.domain.models import TracebackRecord
from pgqueuer.ports.repository import EntrypointExecutionParameter
from pgqueuer.types import JOB_STATUS, JobId, QueueEntrypoint, QueueManagerId

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass
class FairQueries(Queries):
    """What a worker's QueueManager asks of the queue.

    `places`: how many runs this worker works on at once; `tier_runs`: how many runs of a tenant
    are worked on at once, by its tier.
    """

    places: int = 1
    tier_runs: Mapping[str, int] = field(default_factory=dict)
    _manager: QueueManagerId | None = field(default=None, init=False)
    _looked_at: datetime = field(default=_NEVER, init=False)

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
        [taken] = await self.driver.fetch(
            _TAKE, queue_manager_id, self.places, heartbeat_timeout, limits_json(self.tier_runs)
        )
        self._looked_at = cast("datetime", taken["at"])
        if taken["id"] is None:
            return []
        rows = await self.driver.fetch("SELECT * FROM pgqueuer WHERE id = $1", taken["id"])
        return [Job.model_validate(row) for row in rows]

    async def log_jobs(
        self, job_status: list[tuple[Job, JOB_STATUS, TracebackRecord | None]]
    ) -> None:
        """Put the jobs away, but for those that another worker has taken over."""
        ours = await self._renewed([job.id for job, _, _ in job_status])
        if ours:
            await super().log_jobs([each for each in job_status if each[0].id in ours])

    async def retry_job(
        self, job: Job, delay: timedelta, traceback_record: TracebackRecord | None
    ) -> None:
        """Give the job back, unless another worker has taken it over."""
        if await self._renewed([job.id]):
            await super().retry_job(job, delay, traceback_record)

    async def update_heartbeat(self, job_ids: list[JobId]) -> None:
        """Say that the jobs that are still this worker's are worked on."""
        await self._renewed(job_ids)

    async def _renewed(self, job_ids: list[JobId]) -> frozenset[JobId]:
        """Which of the jobs are this worker's; nobody takes these for as long as a heartbeat."""
        rows = await self.driver.fetch(_RENEW, list(set(job_ids)), self._manager)
        return frozenset(cast("JobId", row["id"]) for row in rows)

    async def eligible_queued_work(self, entrypoints: list[QueueEntrypoint]) -> int:
        """1 when a job has become ready since the last `dequeue`: PgQueuer then looks at once.

        All else that lets a job be taken is told by a notification.
        """
        del entrypoints
        return len(await self.driver.fetch(_NEWLY_READY, self._looked_at))

    async def queued_work(self, entrypoints: list[QueueEntrypoint]) -> int:
        """As `eligible_queued_work`: what waits for its turn is no reason to look again."""
        return await self.eligible_queued_work(entrypoints)


def limits_json(tier_runs: Mapping[str, int]) -> str:
    """The limits of the tiers as Postgres takes them."""
    return orjson.dumps(dict(tier_runs)).decode()


_TAKE = "SELECT clock_timestamp() AS at, take_turn($1, $2, $3, $4::jsonb) AS id"
_RENEW = """
UPDATE pgqueuer SET heartbeat = clock_timestamp(), updated = clock_timestamp()
WHERE id = ANY($1) AND queue_manager_id = $2 AND status = 'picked' RETURNING id
"""
_NEWLY_READY = """
SELECT 1 FROM pgqueuer
WHERE entrypoint = 'run' AND status = 'queued' AND execute_after > $1
  AND execute_after <= clock_timestamp() LIMIT 1
"""
