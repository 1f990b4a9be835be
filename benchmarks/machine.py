"""Facts of the machine and of the processes at work on it, from /proc."""

from __future__ import annotations

import os
import platform
import resource
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def described() -> str:
    """Processor, cores, memory and what else is running."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text(encoding="ascii").splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = ", ".join(f"{each:.2f}" for each in os.getloadavg())
    return (
        f"{model}, {os.cpu_count()} cores, {memory:.0f} GB; Python {platform.python_version()}; "
        f"load before the start {load}"
    )


def own_cpu_seconds() -> float:
    """Processor time of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def own_peak_mb() -> float:
    """The most memory that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def memory_mb(kind: str) -> float:
    """`VmRSS`: what this process holds; `VmHWM`: the most it held since `peak_of_now`."""
    text = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(each for each in text.splitlines() if each.startswith(f"{kind}:"))
    return int(line.split()[1]) / 1024


def peak_of_now() -> None:
    """Let the peak of memory begin anew."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def children_cpu_seconds(pid: int) -> float:
    """Processor time of a server and its live children so far; those that ended count too."""
    total = sum(_times(pid, ended=True))
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and _parent(int(entry.name)) == pid:
            total += sum(_times(int(entry.name), ended=False))
    return total


def _parent(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[1]) if fields else 0


def _times(pid: int, *, ended: bool) -> list[float]:
    fields = _stat(pid)
    return [int(each) / _TICKS for each in fields[11 : 15 if ended else 13]]


def _stat(pid: int) -> list[str]:
    """Fields of /proc/<pid>/stat from the third on: the second may hold anything."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()
