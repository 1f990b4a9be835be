"""Golden operations: beside `name.graphql` its answer in `name.json`, its SQL in `name.sql`."""

from __future__ import annotations

import json
import re
from pathlib import Path

from stores.postgres.tables import METADATA
from tests.queries.ground import Answer, Statement

FOLDER = Path(__file__).with_name("golden")
SIZE = 3
"""How much the tenant has of everything that golden operations ask."""

TOUCHES = "--: "
"""How the line above a statement begins that tells its tables."""

READ = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(\w+)")


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.graphql"))


def document(name: str) -> str:
    return (FOLDER / f"{name}.graphql").read_text(encoding="utf-8")


def golden(name: str) -> tuple[str, str]:
    """What the files of an operation hold: its answer and its SQL."""
    paths = (FOLDER / f"{name}.json", FOLDER / f"{name}.sql")
    answer, sql = (path.read_text(encoding="utf-8") if path.exists() else "" for path in paths)
    return answer, sql


def tables(name: str) -> set[str]:
    """The tables that the statements of an operation touch."""
    told = (line for line in golden(name)[1].splitlines() if line.startswith(TOUCHES))
    return {table for line in told for table in re.findall(r"\w+", line)} & set(METADATA.tables)


def written(answer: Answer) -> tuple[str, str]:
    """As the files have it."""
    told = json.dumps(answer.data, indent=2, ensure_ascii=False) + "\n"
    return told, "\n".join(map(spelled, answer.statements))


def keep(name: str, answer: Answer) -> None:
    told, sql = written(answer)
    (FOLDER / f"{name}.json").write_text(told, encoding="utf-8")
    (FOLDER / f"{name}.sql").write_text(sql, encoding="utf-8")


def spelled(statement: Statement) -> str:
    """A statement under what it touches, as it was sent but for how it is indented."""
    lines = (" ".join(line.split()) for line in statement.sql.splitlines())
    return "\n".join((f"{TOUCHES}{summary(statement)}", *filter(None, lines))) + ";\n"


def summary(statement: Statement) -> str:
    """Its verb and the tables that it touches, in the order in which it names them."""
    verb = statement.sql.split(maxsplit=1)[0]
    tables = dict.fromkeys(name for name in READ.findall(statement.sql) if name in METADATA.tables)
    return " ".join([verb, ", ".join(tables)]).strip()
