"""A run on the terminal: a bar while it works, its receipt when it has ended."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn

from core.records.runs import Counters, Pace, RunStatus

_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Step:
    """Where a run stood at one of its events."""

    status: RunStatus
    progress: float
    message: str
    counters: Counters
    pace: Pace = field(default_factory=Pace)


class RunBars:
    """A bar per run, inside the block. Without a terminal, a line per run when it has ended."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=32),
            TaskProgressColumn(),
            TextColumn("{task.fields[detail]}"),
            console=console,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the bars as they are."""
        self._progress.stop()

    async def follow(self, name: str, steps: AsyncIterator[Step]) -> Step:
        """Show the run called `name` until it stands still; its last step."""
        bar = self._progress.add_task(name, total=1.0, detail="queued")
        last = Step(RunStatus.QUEUED, 0.0, "queued", Counters())
        async for last in steps:
            self._show(bar, last)
        if not self._console.is_terminal:
            self._console.print(f"{name}: {last.status.value.lower()}, {_done(last)}")
        return last

    def _show(self, bar: TaskID, step: Step) -> None:
        detail = step.message if step.status.is_final else _on_the_way(step)
        self._progress.update(bar, completed=step.progress, detail=detail)


def _done(last: Step) -> str:
    """What came of a run; of one that has made something of no pages, what it said last."""
    is_told = last.status is RunStatus.SUCCEEDED and not last.counters.pages
    return last.message if is_told else counted(last.counters)


def _on_the_way(step: Step) -> str:
    return ", ".join((counted(step.counters), *paced(step.pace, step.counters)))


def paced(pace: Pace, counters: Counters) -> Iterator[str]:
    """How fast it goes and what is left, in words; nothing where that is not known."""
    rate = pace.records_per_second(counters.fetched)
    if rate is not None:
        yield f"{rate:,.0f} records/s"
    if pace.windows_done is not None and (pace.windows_total or 0) > 1:
        yield f"{pace.windows_done} of {pace.windows_total} readings"
    if pace.remaining_seconds:
        yield f"{lasting(pace.remaining_seconds)} of work left"


def lasting(seconds: float) -> str:
    """A span of time for people, such as `2 h 05 min`."""
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / _MINUTE), 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"


def counted(counters: Counters) -> str:
    """What was seen, in words."""
    parts = [f"{counters.fetched:,} records"]
    changes = (
        ("new", counters.created),
        ("restated", counters.restated),
        ("vanished", counters.vanished),
        ("rejected", counters.rejected),
    )
    parts += [f"{count:,} {name}" for name, count in changes if count]
    if counters.fetched and counters.unchanged == counters.fetched and not counters.vanished:
        parts.append("nothing changed")
    return ", ".join(parts)
