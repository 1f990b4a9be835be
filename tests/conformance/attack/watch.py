"""What a process spends, holds and logs while it is attacked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

KILOBYTE = 1024


@dataclass
class Watched:
    """One server process; `since` is how much of its log is known already."""

    pid: int
    log: Path
    since: int = field(init=False)

    def __post_init__(self) -> None:
        self.since = self.log.stat().st_size

    def busy_seconds(self) -> float:
        """CPU time of the thread that carries the event loop.

        Unlike time by the clock it is the same on a machine that is busy with something else.
        """
        spent = Path(f"/proc/{self.pid}/task/{self.pid}/schedstat").read_text().split()
        return int(spent[0]) / 1e9

    def resident_bytes(self) -> int:
        """Memory that it really holds."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("VmRSS:")]
        return int(line.split()[1]) * KILOBYTE

    def open_files(self) -> int:
        """Its open files, sockets among them."""
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    def errors(self) -> list[str]:
        """Lines since the beginning that tell of a fault of ours, or are no line of a log."""
        with self.log.open("rb") as written:
            written.seek(self.since)
            lines = written.read().decode().splitlines()
        return [line for line in lines if line and not _is_calm(line)]


def _is_calm(line: str) -> bool:
    try:
        told = json.loads(line)
    except ValueError:
        return False
    return told.get("level") not in {"error", "critical"} and "exception" not in told
