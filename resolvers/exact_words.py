"""The words of insights that are exact: templates over their numbers, nothing more."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from core.records.insights import InsightKind, InsightRecord
from core.units import DateRange


def title(record: InsightRecord) -> str:
    """In one line, such as `Spend restated from 100 to 120 USD (+20%)`."""
    before, after = record.exact
    if record.kind is InsightKind.TOTAL_GAP:
        missing = before - after
        verb = "short of" if missing >= 0 else "more than"
        return (
            f"{_metric(record).capitalize()} {_amount(record, abs(missing))} {verb} the platform's"
        )
    return (
        f"{_metric(record).capitalize()} restated "
        f"from {number(before)} to {_amount(record, after)}{_share(record)}"
    )


def text(record: InsightRecord) -> str:
    """In full sentences, with its window, size and evidence."""
    before, after = record.exact
    moved = after - before
    entries = "1 entry" if record.entries == 1 else f"{record.entries} entries"
    if record.kind is InsightKind.TOTAL_GAP:
        return (
            f"Over the days read the platform says {_amount(record, before)} of "
            f"{_metric(record)} and the entries sum to {_amount(record, after)}; the days "
            f"apart lie in {days_of(record.window)}, with {entries}."
        )
    return (
        f"For {days_of(record.window)} the source had reported "
        f"{_amount(record, before)} of {_metric(record)} over {entries} "
        f"and now reports {_amount(record, after)}: "
        f"{_amount(record, abs(moved))} {'more' if moved >= 0 else 'less'}."
    )


def change(record: InsightRecord) -> Decimal | None:
    """How far the metric moved, as a share of what it was; None when it was zero."""
    if not record.before or record.after is None:
        return None
    return (record.after - record.before) / abs(record.before)


def _metric(record: InsightRecord) -> str:
    return record.metric.replace("_", " ")


def days_of(window: DateRange) -> str:
    """One day, or the first and the last."""
    if window.days == 1:
        return window.since.isoformat()
    return f"{window.since.isoformat()} to {window.until.isoformat()}"


def _amount(record: InsightRecord, value: Decimal) -> str:
    return f"{number(value)} {record.currency}" if record.currency else number(value)


def _share(record: InsightRecord) -> str:
    share = change(record)
    if share is None:
        return ""
    percent = (share * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f" ({'+' if percent > 0 else ''}{number(percent)}%)"


def number(value: Decimal) -> str:
    """With thousands apart and no idle places."""
    whole, point, places = f"{value:,f}".partition(".")
    places = places.rstrip("0")
    return f"{whole}{point}{places}" if places else whole
