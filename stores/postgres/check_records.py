"""Checks of totals as they are kept in a receipt; numbers as text, so that no digit is lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from core.records.receipts import CheckStatus, DayGap, TotalCheck
from core.units import DateRange


def check_json(check: TotalCheck) -> dict[str, Any]:
    """A check as it is kept."""
    dates = check.dates
    return {
        "metric": check.metric,
        "status": check.status,
        "currency": check.currency,
        "dates": dates and [dates.since.isoformat(), dates.until.isoformat()],
        "ours": _text(check.ours),
        "theirs": _text(check.theirs),
        "gap_days": check.gap_days,
        "gaps": [[gap.date.isoformat(), _text(gap.ours), _text(gap.theirs)] for gap in check.gaps],
        "reason": check.reason,
    }


def total_check(kept: dict[str, Any]) -> TotalCheck:
    """The check that `check_json` kept."""
    dates = kept["dates"]
    return TotalCheck(
        metric=kept["metric"],
        status=CheckStatus(kept["status"]),
        currency=kept["currency"],
        dates=dates and DateRange(*map(date.fromisoformat, dates)),
        ours=_number(kept["ours"]),
        theirs=_number(kept["theirs"]),
        gap_days=kept["gap_days"],
        gaps=tuple(
            DayGap(date.fromisoformat(day), _number(ours), _number(theirs))
            for day, ours, theirs in kept["gaps"]
        ),
        reason=kept["reason"],
    )


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
