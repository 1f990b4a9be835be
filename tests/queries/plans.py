"""How Postgres carries a statement out, as EXPLAIN ANALYZE tells it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from stores.postgres.database import Connection
from tests.queries.ground import Statement

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What was read for what was answered; `whole` are the relations that were read whole."""

    returned: int
    read: int
    whole: frozenset[str]


CUSTOM = 5
"""How often Postgres plans a prepared statement for its values before it may keep a plan for any
(https://www.postgresql.org/docs/current/sql-prepare.html)."""


async def planned(connection: Connection, statement: Statement, *, is_kept: bool) -> Plan:
    """How a statement is carried out the first time, or once it may be kept with its plan."""
    await connection.execute(f"PREPARE asked AS {statement.sql}")
    try:
        values = ", ".join(map(literal, statement.values))
        call = f"EXECUTE asked({values})" if values else "EXECUTE asked"
        for _ in range(CUSTOM if is_kept else 0):
            await connection.execute(call)
        explain = f"EXPLAIN (ANALYZE, TIMING OFF, BUFFERS OFF, FORMAT JSON) {call}"
        found = json.loads(await connection.fetchval(explain))
    finally:
        if not connection.is_closed():
            await connection.execute("DEALLOCATE asked")
    top: Node = found[0]["Plan"]
    scans = list(_scans(top))
    return Plan(
        returned=round(top["Actual Rows"]),
        read=round(sum(map(_read, scans))),
        whole=frozenset(
            scan["Relation Name"]
            for scan in scans
            if scan["Node Type"].endswith("Seq Scan") and scan["Actual Loops"]
        ),
    )


def _scans(node: Node) -> Iterator[Node]:
    if "Relation Name" in node:
        yield node
    for child in node.get("Plans", ()):
        yield from _scans(child)


def _read(scan: Node) -> float:
    """Rows that a scan looked at, those that it threw away among them."""
    passed: float = scan["Actual Rows"]
    for why in ("Filter", "Index Recheck", "Join Filter"):
        passed += scan.get(f"Rows Removed by {why}", 0)
    return passed * float(scan["Actual Loops"])


def literal(value: object) -> str:
    """A value as SQL, of no type: EXECUTE knows which it is."""
    if value is None:
        return "NULL"
    return "'" + _text(value).replace("'", "''") + "'"


def _text(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "{" + ",".join(map(_element, value)) + "}"
    return json.dumps(value) if isinstance(value, dict | bool) else str(value)


def _element(value: object) -> str:
    return "NULL" if value is None else json.dumps(_text(value))
