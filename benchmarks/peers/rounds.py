"""Rounds of loads, interleaved: each question to each server in turn."""

from __future__ import annotations

import asyncio
import random
import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.machine import children_cpu_seconds
from benchmarks.peers.load import Measured, measure
from benchmarks.peers.queries import MIXED, QUERIES, Asked, Query
from benchmarks.peers.servers import Server
from benchmarks.peers.tables import ALONE, MANY, MIX

WARM_SECONDS = 0.5
MIXED_LOAD = Query("Q8", "a mixed load")


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, how often, and whose processor time beside."""

    rounds: int
    seconds: float
    postgres: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One load: p50 and p95 in ms, requests a second, processor ms a request."""

    p50: float
    p95: float
    per_second: float
    own_cpu: float
    postgres_cpu: float


@dataclass(slots=True)
class Results:
    """Medians by question, server and concurrency; memory in MB by server."""

    about: str
    versions: dict[str, str]
    cells: dict[tuple[str, str, int], Cell] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """As JSON."""
        cells = [
            {"query": query, "server": server, "connections": connections, **asdict(cell)}
            for (query, server, connections), cell in self.cells.items()
        ]
        questions = {each.number: each.name for each in (*QUERIES, MIXED_LOAD)}
        return {
            "about": self.about,
            "versions": self.versions,
            "questions": questions,
            "memory": self.memory,
            "cells": cells,
        }


async def run(
    plan: Plan, servers: Sequence[Server], asked: Sequence[Asked], about: str,
    versions: dict[str, str],
) -> Results:  # fmt: skip
    """Warm everything, then the rounds."""
    found: defaultdict[tuple[str, str, int], list[Cell]] = defaultdict(list)
    loads = [(query, many) for query in QUERIES for many in (ALONE, MANY)]
    for number in range(-1, plan.rounds):
        for query, connections in [*loads, (MIXED_LOAD, MIX)]:
            for server in _turned(servers, number):
                requests = requests_of(server, query, asked)
                if not requests or (number < 0 and connections != ALONE):
                    continue
                seconds = WARM_SECONDS if number < 0 else plan.seconds
                cell = await loaded(plan, server, requests, connections, seconds)
                if number >= 0:
                    found[query.number, server.name, connections].append(cell)
        print(f"round {number + 1} of {plan.rounds}", flush=True)
    cells = {key: median(each) for key, each in found.items()}
    memory = {server.name: resident_mb(server.pid) for server in servers}
    memory["Postgres"] = postgres_mb(plan.postgres)
    return Results(about, versions, cells, memory)


def _turned(servers: Sequence[Server], number: int) -> list[Server]:
    at = number % len(servers)
    return [*servers[at:], *servers[:at]]


def requests_of(server: Server, query: Query, asked: Sequence[Asked]) -> list[bytes]:
    """What is sent, over and over: every tenant in turn."""
    if query is not MIXED_LOAD:
        made = (server.request(query, each) for each in asked)
        return [each for each in made if each is not None]
    order = [each for each, times in MIXED.items() for _ in range(times)] * len(asked)
    random.Random(1).shuffle(order)  # noqa: S311 - the same every time
    mixed = [server.request(each, asked[at % len(asked)]) for at, each in enumerate(order)]
    # Without the dearest question it would be another load.
    return [] if None in mixed else [each for each in mixed if each is not None]


async def loaded(
    plan: Plan, server: Server, requests: Sequence[bytes], connections: int, seconds: float
) -> Cell:
    """One load."""
    before = _cpu(plan, server)
    measured: Measured = await measure(server.port, requests, connections, seconds)
    own, postgres = (
        (now - then) * 1000 / len(measured.took)
        for now, then in zip(_cpu(plan, server), before, strict=True)
    )
    await asyncio.sleep(0.05)
    return Cell(
        measured.percentile(50), measured.percentile(95), measured.per_second, own, postgres
    )


def _cpu(plan: Plan, server: Server) -> tuple[float, float]:
    return children_cpu_seconds(server.pid), children_cpu_seconds(plan.postgres)


def median(cells: Sequence[Cell]) -> Cell:
    """Of each figure by itself."""
    return Cell(*map(statistics.median, zip(*map(astuple, cells), strict=True)))


def resident_mb(pid: int) -> float:
    """`VmRSS` of a process."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def postgres_mb(pid: int) -> float:
    """What a Postgres and its backends hold, each shared page counted once (`Pss`)."""
    total = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and _is_of(entry, pid):
            lines = (entry / "smaps_rollup").read_text(encoding="ascii").splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def _is_of(entry: Path, pid: int) -> bool:
    if entry.name == str(pid):
        return True
    try:
        stat = (entry / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return int(stat.rpartition(")")[2].split()[1]) == pid
