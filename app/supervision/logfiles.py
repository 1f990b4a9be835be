"""Shows what children write to their logs, as they write it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

POLL_SECONDS = 0.2


async def follow(logs: Sequence[Path], show: Callable[[str], None]) -> None:
    """Show each new line of `logs` under the log's name, until cancelled."""
    places = {log: log.stat().st_size if log.exists() else 0 for log in logs}
    while True:
        for log in logs:
            lines, places[log] = _new_lines(log, places[log])
            for line in lines:
                show(f"{log.stem}: {line}")
        await asyncio.sleep(POLL_SECONDS)


def _new_lines(log: Path, place: int) -> tuple[list[str], int]:
    if not log.exists():
        return [], 0
    with log.open("rb") as file:
        file.seek(place if log.stat().st_size >= place else 0)
        text = file.read()
        end = text.rfind(b"\n") + 1
        return text[:end].decode("utf-8", "replace").splitlines(), file.tell() - len(text) + end
