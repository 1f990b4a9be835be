"""Meta's report runs: how insights too large for one answer are read.

A run is submitted, polled until it is complete, then read page by page like any other insights:
https://developers.facebook.com/docs/marketing-api/insights/best-practices (v26.0).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import structlog

from connectors.meta.client import MetaClient
from connectors.meta.streams import REPORT_FIELDS
from connectors.retry import Clock
from core.errors import Terminal, Transient

LOG = structlog.get_logger(__name__)

SUBMISSIONS: Final = 3
"""How often a report is submitted before Meta's failing at it is taken for an answer."""

FIRST_POLL_SECONDS: Final = 2.0
LONGEST_POLL_SECONDS: Final = 30.0
POLLING_SECONDS: Final = 3_600.0

COMPLETED: Final = "Job Completed"
FAILED: Final = frozenset({"Job Failed", "Job Skipped"})


async def completed_report(
    client: MetaClient, clock: Clock, insights: str, params: Mapping[str, str]
) -> str:
    """The id of a complete report run over `insights` (act_<id>/insights); submits it anew.

    Raises Transient when Meta fails at it three times or does not finish within an hour.
    """
    for attempt in range(1, SUBMISSIONS + 1):
        run_id = await _submitted(client, insights, params)
        status = await _ending(client, clock, run_id)
        if status == COMPLETED:
            return run_id
        LOG.warning("meta_report_failed", report_run_id=run_id, status=status, attempt=attempt)
    raise Transient(
        f"Meta failed at the report {SUBMISSIONS} times",
        mend="try again later; if it keeps failing, read fewer days at once or a higher level",
    )


async def _submitted(client: MetaClient, insights: str, params: Mapping[str, str]) -> str:
    answer = (await client.send("POST", insights, params)).content
    run_id = answer.get("report_run_id") if isinstance(answer, dict) else None
    if not isinstance(run_id, (str, int)):
        raise Terminal("Meta accepted the report but did not name its run")
    return str(run_id)


async def _ending(client: MetaClient, clock: Clock, run_id: str) -> str:
    """The status a run ends in. Percentages are ignored: they reach 100 before the run ends."""
    params = {"fields": ",".join(REPORT_FIELDS)}
    for pause in _pauses():
        answer = (await client.send("GET", run_id, params)).content
        status = answer.get("async_status") if isinstance(answer, dict) else None
        if isinstance(status, str) and (status == COMPLETED or status in FAILED):
            return status
        await clock.sleep(pause)
    raise Transient(f"Meta has not finished the report within {POLLING_SECONDS:g} s")


def _pauses() -> Iterator[float]:
    waited, pause = 0.0, FIRST_POLL_SECONDS
    while waited < POLLING_SECONDS:
        yield pause
        waited += pause
        pause = min(pause * 1.5, LONGEST_POLL_SECONDS)
