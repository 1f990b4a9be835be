"""Insights, and the words they are told in: templates over the exact numbers, nothing more."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from core.records.entries import EntryRecord
from core.records.insights import InsightKind, InsightRecord
from core.records.pages import Page
from core.units import DateRange
from resolvers.paging import Listing, PageArguments
from resolvers.session import Session
from resolvers.text import uuid_part

MAX_INSIGHTS = 100


def _sort_key(record: InsightRecord) -> tuple[str]:
    return (str(record.id),)


INSIGHTS: Listing[InsightRecord] = Listing("insights", MAX_INSIGHTS, (uuid_part,), _sort_key)


async def page(
    session: Session,
    arguments: PageArguments,
    kinds: Sequence[InsightKind],
    dates: DateRange | None,
) -> Page[InsightRecord]:
    """One page of the tenant's insights, newest first."""
    request = session.request(INSIGHTS, arguments)
    return await session.stores.insights.page(session.scope, request, kinds, dates)


async def insight(session: Session, insight_id: UUID) -> InsightRecord | None:
    """One insight."""
    return await session.loaders.insights.load(insight_id)


async def evidence(session: Session, record: InsightRecord) -> tuple[EntryRecord, ...]:
    """The entries behind the statement that still exist."""
    found = await session.loaders.entries.load_many(record.evidence)
    return tuple(entry for entry in found if entry is not None)


def title(record: InsightRecord) -> str:
    """The statement in one line, such as `Spend restated from 100 to 120 USD (+20%)`."""
    if record.kind is InsightKind.TOTAL_GAP:
        missing = record.before - record.after
        verb = "short of" if missing >= 0 else "more than"
        return (
            f"{_metric(record).capitalize()} {_amount(record, abs(missing))} {verb} the platform's"
        )
    return (
        f"{_metric(record).capitalize()} restated "
        f"from {_number(record.before)} to {_amount(record, record.after)}{_share(record)}"
    )


def text(record: InsightRecord) -> str:
    """The statement in full sentences, with its window, size and evidence."""
    moved = record.after - record.before
    entries = "1 entry" if record.entries == 1 else f"{record.entries} entries"
    if record.kind is InsightKind.TOTAL_GAP:
        return (
            f"Over the days read the platform says {_amount(record, record.before)} of "
            f"{_metric(record)} and the entries sum to {_amount(record, record.after)}; the days "
            f"apart lie in {_window(record.window)}, with {entries}."
        )
    return (
        f"For {_window(record.window)} the source had reported "
        f"{_amount(record, record.before)} of {_metric(record)} over {entries} "
        f"and now reports {_amount(record, record.after)}: "
        f"{_amount(record, abs(moved))} {'more' if moved >= 0 else 'less'}."
    )


def change(record: InsightRecord) -> Decimal | None:
    """How far the metric moved, as a share of what it was; None when it was zero."""
    if not record.before:
        return None
    return (record.after - record.before) / abs(record.before)


def _metric(record: InsightRecord) -> str:
    return record.metric.replace("_", " ")


def _window(window: DateRange) -> str:
    if window.days == 1:
        return window.since.isoformat()
    return f"{window.since.isoformat()} to {window.until.isoformat()}"


def _amount(record: InsightRecord, value: Decimal) -> str:
    return f"{_number(value)} {record.currency}" if record.currency else _number(value)


def _share(record: InsightRecord) -> str:
    share = change(record)
    if share is None:
        return ""
    percent = (share * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f" ({'+' if percent > 0 else ''}{_number(percent)}%)"


def _number(value: Decimal) -> str:
    whole, point, places = f"{value:,f}".partition(".")
    places = places.rstrip("0")
    return f"{whole}{point}{places}" if places else whole
