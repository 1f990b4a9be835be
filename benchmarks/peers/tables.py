"""Figures as tables of Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Told = dict[str, Any]
"""Results as JSON has them."""
Cells = dict[tuple[str, str, int], Told]
ALONE, MANY, MIX = 1, 16, 64
OURS, EARLIER, KEPT = "LiftOS", "LiftOS, earlier", "LiftOS, answers kept"


def printed(told: Told) -> str:
    """All tables, one after the other; answers that are kept have one of their own."""
    busy, servers = (MANY, MIX), servers_of(told)
    apart = {
        "Answers that are kept: ms of one connection": _table(told, [KEPT], (ALONE,), _waits),
        "Requests a second of them": _table(told, [KEPT], busy, _rate),
    }
    parts = {
        "p50 / p95 of one connection, in ms": _table(told, servers, (ALONE,), _waits),
        f"Requests a second at {MANY} connections, Q8 at {MIX}": _table(told, servers, busy, _rate),
        "Processor ms a request there, server + Postgres": _table(told, servers, busy, _cost),
        "Memory in MB after all of it": _memory(told),
        **(apart if any(each["server"] == KEPT for each in told["cells"]) else {}),
    }
    return "\n".join(f"{title}\n\n{text}" for title, text in parts.items())


def cells_of(told: Told) -> Cells:
    """By question, server and connections."""
    return {(each["query"], each["server"], each["connections"]): each for each in told["cells"]}


def servers_of(told: Told) -> list[str]:
    """In the order that they were measured in, without answers that are kept."""
    return [
        each for each in dict.fromkeys(each["server"] for each in told["cells"]) if each != KEPT
    ]


def _table(
    told: Told, servers: Sequence[str], connections: Sequence[int], write: Callable[[Told], str]
) -> str:
    cells = cells_of(told)
    rows = [
        [f"{number} {told['questions'][number]}"]
        + [_found(cells, number, server, connections, write) for server in servers]
        for number in told["questions"]
        if any((number, servers[0], each) in cells for each in connections)
    ]
    return table(["", *servers], rows)


def _found(
    cells: Cells, number: str, server: str, connections: Sequence[int], write: Callable[[Told], str]
) -> str:
    keys = ((number, server, each) for each in connections)
    return next((write(cells[key]) for key in keys if key in cells), "-")


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown whose first column is text and whose others are numbers."""
    lines = [heads, ["---", *("---:" for _ in heads[1:])], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def number(value: float) -> str:
    """Three figures that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _waits(cell: Told) -> str:
    return f"{number(cell['p50'])} / {number(cell['p95'])}"


def _rate(cell: Told) -> str:
    return number(cell["per_second"])


def _cost(cell: Told) -> str:
    return f"{number(cell['own_cpu'])} + {number(cell['postgres_cpu'])}"


def _memory(told: Told) -> str:
    return table(["", *told["memory"]], [["", *map(number, told["memory"].values())]])
