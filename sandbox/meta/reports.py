"""Asynchronous report runs: submitted, polled, then read like insights."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sandbox.clock import Clock
from sandbox.meta.query import InsightsQuery
from sandbox.settings import Limits
from sandbox.world.hashing import key_of

_KEPT: Final = 1_000
_DONE: Final = 1.0
_STAGES: Final = ((0.25, "Job Not Started"), (0.5, "Job Started"), (_DONE, "Job Running"))
_LOOKS_DONE: Final = 0.8
_FAILURE: Final[dict[str, object]] = {
    "error_code": -2,
    "error_subcode": 2490547,
    "error_message": "Report Failed",
    "error_user_title": "Report Failed",
    "error_user_msg": "Generating the report failed. Try again later.",
}


@dataclass(slots=True)
class Run:
    """One report run; `polls` counts the status reads. The report is as of `moment`."""

    run_id: str
    query: InsightsQuery
    moment: datetime
    started_ticks: float
    ending: str
    polls: int = 0

    def progress(self, clock: Clock, limits: Limits) -> float:
        """How far it is: by reads or by time, whichever is further; 1 is done."""
        by_polls = self.polls / limits.report_polls if limits.report_polls else _DONE
        waited = clock.ticks() - self.started_ticks
        by_time = waited / limits.report_seconds if limits.report_seconds else _DONE
        return min(max(by_polls, by_time), _DONE)


class Reports:
    """The report runs of this process, the latest thousand of them."""

    def __init__(self, clock: Clock) -> None:
        """Measure time by the sandbox's clock."""
        self._clock = clock
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._submitted = 0

    def submit(self, query: InsightsQuery, moment: datetime, *, fails: bool) -> Run:
        """Start a run; one that fails ends in `Job Failed` or `Job Skipped`, in turn."""
        self._submitted += 1
        run_id = str(10**14 + key_of("report", self._submitted) % 10**14)
        failure = "Job Skipped" if self._submitted % 2 == 0 else "Job Failed"
        ending = failure if fails else "Job Completed"
        run = Run(run_id, query, moment, self._clock.ticks(), ending)
        self._runs[run_id] = run
        while len(self._runs) > _KEPT:
            self._runs.popitem(last=False)
        return run

    def find(self, run_id: str) -> Run | None:
        """The run with an id."""
        return self._runs.get(run_id)

    def poll(self, run: Run, limits: Limits) -> dict[str, object]:
        """The run's status; reading it moves it on."""
        run.polls += 1
        progress = run.progress(self._clock, limits)
        done = progress >= _DONE
        status = run.ending if done else _stage(progress)
        started = int(run.moment.timestamp())
        return {
            "id": run.run_id,
            "account_id": str(run.query.account),
            "time_ref": started,
            **({"time_completed": started + run.polls} if done else {}),
            "async_status": status,
            "async_percent_completion": _percent(progress, status),
            "date_start": run.query.since.isoformat(),
            "date_stop": run.query.until.isoformat(),
            **(_FAILURE if status == "Job Failed" else {}),
        }

    def is_complete(self, run: Run, limits: Limits) -> bool:
        """Whether its rows can be read."""
        return run.progress(self._clock, limits) >= _DONE and run.ending == "Job Completed"


def _stage(progress: float) -> str:
    return next(status for until, status in _STAGES if progress <= until)


def _percent(progress: float, status: str) -> int:
    """Meta sometimes says 100 while the job is still running, and clients fall for it."""
    if status in {"Job Not Started", "Job Started"}:
        return 0
    if status == "Job Running":
        return 100 if progress >= _LOOKS_DONE else int(100 * progress)
    return 100 if status == "Job Completed" else 0
