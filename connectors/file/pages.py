"""Raw pages of a probed file, from any checkpoint on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import dropwhile, islice
from pathlib import Path

import orjson

from connectors.file.buckets import spread
from connectors.file.probe import Plan
from connectors.file.records import renderer
from connectors.file.rows import Row
from core.file_layout import ROW
from core.jsonvalue import JSONObject, JSONValue
from core.records.ingestion import RawPage

STREAM = "file"
MEDIA_TYPE = "application/x-ndjson"


def file_pages(
    plan: Plan, filename: str, resume: JSONObject | None, folder: Path
) -> Iterator[RawPage]:
    """Every page after checkpoint `resume`; the last has no checkpoint.

    `folder` is the caller's to give and to remove; rows that must be spread are kept there.

    Checkpoints are {"row": n}, the number of a page's last row, or {"bucket": k}.
    """
    facts: dict[str, JSONValue] = {
        "filename": filename,
        "format": plan.table.format,
        **plan.table.facts,
        "layout": plan.layout.as_json(),
    }
    if plan.buckets:
        return _bucket_pages(plan, facts, folder, _place(resume, "bucket", -1))
    return _row_pages(plan, facts, _place(resume, "row", 0))


def _place(resume: JSONObject | None, key: str, start: int) -> int:
    value = (resume or {}).get(key, start)
    return value if isinstance(value, int) else start


@dataclass(slots=True)
class _Lines:
    """The rows of one page as JSON. Rows themselves are not kept: they cost far more to hold."""

    first_row: int
    last_row: int
    recoded_rows: int
    lines: list[bytes]


def _row_pages(plan: Plan, facts: JSONObject, after: int) -> Iterator[RawPage]:
    rows = dropwhile(lambda row: row.number <= after, plan.rows())
    page = _next_lines(plan, rows)
    while page is not None:
        following = _next_lines(plan, rows)
        yield _row_page(facts, page, is_last=following is None)
        page = following


def _next_lines(plan: Plan, rows: Iterator[Row]) -> _Lines | None:
    page = _Lines(0, 0, 0, [])
    render = renderer(plan.table, plan.layout)
    for row in islice(rows, plan.page_rows):
        page.first_row = page.first_row or row.number
        page.last_row = row.number
        page.recoded_rows += row.recoded
        page.lines.append(render(row))
    return page if page.lines else None


def _row_page(facts: JSONObject, page: _Lines, *, is_last: bool) -> RawPage:
    request = {
        **facts,
        "first_row": page.first_row,
        "rows": len(page.lines),
        "recoded_rows": page.recoded_rows,
    }
    checkpoint = None if is_last else {"row": page.last_row}
    return RawPage(STREAM, MEDIA_TYPE, b"\n".join(page.lines), request, checkpoint)


def _bucket_pages(plan: Plan, facts: JSONObject, folder: Path, after: int) -> Iterator[RawPage]:
    filled = [
        (bucket, path)
        for bucket, path in enumerate(spread(plan, folder))
        if path is not None and bucket > after
    ]
    for bucket, path in filled:
        checkpoint = None if path is filled[-1][1] else {"bucket": bucket}
        yield _bucket_page(facts, bucket, path.read_bytes(), checkpoint)
        path.unlink()


def _bucket_page(
    facts: JSONObject, bucket: int, body: bytes, checkpoint: JSONObject | None
) -> RawPage:
    body = body.rstrip(b"\n")
    first = orjson.loads(body[: body.index(b"\n")] if b"\n" in body else body)[ROW]
    request = {**facts, "bucket": bucket, "first_row": first, "rows": body.count(b"\n") + 1}
    return RawPage(STREAM, MEDIA_TYPE, body, request, checkpoint)
