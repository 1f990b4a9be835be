"""Rows of `run` as records, and receipts and errors as JSON."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

import asyncpg

from core.errors import ErrorKind
from core.jsonvalue import JSONObject
from core.records.receipts import ShrinkState
from core.records.runs import (
    Pace,
    Receipt,
    ReceiptTotal,
    RunError,
    RunKind,
    RunRecord,
    RunStatus,
)
from core.units import DateRange
from stores.postgres.check_records import check_json, total_check
from stores.postgres.diff_records import diff_json, diff_of
from stores.postgres.run_events import counters_json, counters_of

_AMOUNTS = ("spend", "conversions", "conversion_value")


def run_record(row: asyncpg.Record) -> RunRecord:
    """The record of a whole row of `run`."""
    return RunRecord(
        id=row["id"],
        kind=RunKind(row["kind"]),
        connection_id=row["connection_id"],
        status=RunStatus(row["status"]),
        dates=DateRange(row["since"], row["until"]) if row["since"] else None,
        upload_id=row["upload_id"],
        options=row["options"],
        checkpoint=row["checkpoint"],
        claim=row["claim"],
        counters=counters_of(row),
        progress=row["progress"],
        receipt=_receipt(row["receipt"]),
        error=_error(row["error"]),
        is_cancel_requested=row["is_cancel_requested"],
        requested_by=row["requested_by"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        pace=_pace(row),
    )


def receipt_json(receipt: Receipt) -> JSONObject:
    """A receipt as it is kept; amounts as text, so that no digit is lost."""
    return {
        "counters": counters_json(receipt.counters),
        "totals": [_total_json(total) for total in receipt.totals],
        "changed_nothing": receipt.changed_nothing,
        "as_of": receipt.as_of.isoformat(),
        "checks": [check_json(check) for check in receipt.checks],
        "shrink": receipt.shrink,
        "diff": None if receipt.diff is None else diff_json(receipt.diff),
    }


def error_json(error: RunError) -> JSONObject:
    """A run's error as it is kept."""
    return asdict(error)


def _pace(row: asyncpg.Record) -> Pace:
    kept = row["checkpoint"] or {}
    return Pace(
        row["worked_seconds"],
        row["windows_seconds"],
        kept.get("windows_done"),
        kept.get("windows"),
    )


def _total_json(total: ReceiptTotal) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value, Decimal) else value
        for name, value in asdict(total).items()
    }


def _receipt(kept: dict[str, Any] | None) -> Receipt | None:
    if kept is None:
        return None
    return Receipt(
        counters=counters_of(kept["counters"]),
        totals=tuple(map(_total, kept["totals"])),
        changed_nothing=kept["changed_nothing"],
        as_of=datetime.fromisoformat(kept["as_of"]),
        checks=tuple(map(total_check, kept.get("checks", ()))),
        shrink=ShrinkState(kept["shrink"]) if kept.get("shrink") else None,
        diff=diff_of(kept["diff"]) if kept.get("diff") else None,
    )


def _total(kept: dict[str, Any]) -> ReceiptTotal:
    amounts = {name: kept[name] and Decimal(kept[name]) for name in _AMOUNTS}
    return ReceiptTotal(**(kept | amounts))


def _error(kept: dict[str, Any] | None) -> RunError | None:
    return None if kept is None else RunError(**(kept | {"kind": ErrorKind(kept["kind"])}))
