"""Raw pages of a probed file, from any checkpoint on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import dropwhile, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from connectors.file.buckets import spread
from connectors.file.probe import Plan
from connectors.file.records import json_lines
from connectors.file.rows import Row
from core.file_layout import ROW
from core.jsonvalue import JSONObject, JSONValue
from core.records.ingestion import RawPage

STREAM = "file"
MEDIA_TYPE = "application/x-ndjson"


def file_pages(plan: Plan, filename: str, resume: JSONObject | None) -> Iterator[RawPage]:
    """Every page after checkpoint `resume`; the last has no checkpoint.

    Checkpoints are {"row": n}, the number of a page's last row, or {"bucket": k}.
    """
    facts: dict[str, JSONValue] = {
        "filename": filename,
        "format": plan.table.format,
        **plan.table.facts,
        "layout": plan.layout.as_json(),
    }
    if plan.buckets:
        return _bucket_pages(plan, facts, _place(resume, "bucket", -1))
    return _row_pages(plan, facts, _place(resume, "row", 0))


def _place(resume: JSONObject | None, key: str, start: int) -> int:
    value = (resume or {}).get(key, start)
    return value if isinstance(value, int) else start


def _row_pages(plan: Plan, facts: JSONObject, after: int) -> Iterator[RawPage]:
    rows = dropwhile(lambda row: row.number <= after, plan.rows())
    batch = list(islice(rows, plan.page_rows))
    while batch:
        following = list(islice(rows, plan.page_rows))
        checkpoint = {"row": batch[-1].number} if following else None
        yield _row_page(plan, facts, batch, checkpoint)
        batch = following


def _row_page(
    plan: Plan, facts: JSONObject, rows: list[Row], checkpoint: JSONObject | None
) -> RawPage:
    request = {
        **facts,
        "first_row": rows[0].number,
        "rows": len(rows),
        "recoded_rows": sum(row.recoded for row in rows),
    }
    body = b"\n".join(json_lines(rows, plan.table, plan.layout))
    return RawPage(STREAM, MEDIA_TYPE, body, request, checkpoint)


def _bucket_pages(plan: Plan, facts: JSONObject, after: int) -> Iterator[RawPage]:
    with TemporaryDirectory(prefix="file-buckets-") as folder:
        filled = [
            (bucket, path)
            for bucket, path in enumerate(spread(plan, Path(folder)))
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
