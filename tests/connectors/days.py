"""Days of an account: what its rows add up to on each, and how its clocks stand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from core.reconciling import ADDITIVE


def by_day(pages: Iterable[list[dict[str, Any]]]) -> dict[date, dict[str, Decimal]]:
    """Sums of every additive metric that is known, by day."""
    found: dict[date, dict[str, Decimal]] = {}
    for row in (row for page in pages for row in page):
        sums = found.setdefault(row["date"], dict.fromkeys(ADDITIVE, Decimal(0)))
        for metric in ADDITIVE:
            sums[metric] += row[metric] or 0
    return found


def offset(day: date, zone: str) -> timedelta | None:
    return datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone)).utcoffset()
