"""Rows spread over files on disk by natural key, so that one page holds all rows of a key."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from connectors.file.probe import BATCH_ROWS, Plan
from connectors.file.records import renderer
from connectors.file.rows import Row

HELD_BYTES = 32 << 20
"""Bytes of rows kept in memory before they are written out."""


def spread(plan: Plan, folder: Path) -> list[Path | None]:
    """Write every row into its bucket, in the order of the file; None for an empty bucket."""
    held: list[list[bytes]] = [[] for _ in range(plan.buckets)]
    size = 0
    rows, render = plan.rows(), renderer(plan.table, plan.layout)
    while batch := list(islice(rows, BATCH_ROWS)):
        for bucket, row in zip(_buckets(batch, plan), batch, strict=True):
            line = render(row)
            held[bucket].append(line)
            size += len(line)
        if size > HELD_BYTES:
            _write(held, folder)
            size = 0
    _write(held, folder)
    paths = [_path(folder, bucket) for bucket in range(plan.buckets)]
    return [path if path.exists() else None for path in paths]


def _buckets(rows: list[Row], plan: Plan) -> Iterator[int]:
    """The bucket of each row: by its key, or by its number where it is refused."""
    whole = [row for row in rows if row.refusal is None]
    digests = (plan.keys.loose(whole) % plan.buckets).tolist() if whole else []
    by_key = iter(digests)
    return (row.number % plan.buckets if row.refusal else next(by_key) for row in rows)


def _write(held: list[list[bytes]], folder: Path) -> None:
    for bucket, lines in enumerate(held):
        if lines:
            with _path(folder, bucket).open("ab") as file:
                file.write(b"\n".join(lines) + b"\n")
            lines.clear()


def _path(folder: Path, bucket: int) -> Path:
    return folder / f"{bucket:04}.ndjson"
