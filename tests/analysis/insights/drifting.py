"""Subjects whose figures drift, day after day, and to which nothing happens."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import numpy as np

from analysis.insights.judging import Judged
from analysis.insights.panel import Floats, Panel
from core.records.budgets import Budget
from core.records.connections import Source
from core.records.findings import Subject, SubjectLevel
from core.records.health import ConnectionFacts, Promise
from core.units import DateRange

SINCE = date(2025, 1, 6)
"""A Monday."""
NOON = datetime(2025, 6, 15, 12, tzinfo=UTC)
METRICS = ("spend", "impressions", "clicks", "conversions", "conversion_value")


def drift(
    random: np.random.Generator, rows: int, days: int, kept: float = 0.6, size: float = 0.3
) -> Floats:
    """(rows, days): logarithms about 0, each day `kept` of the day before and chance."""
    fresh = random.normal(size=(rows, days + 50)) * size * np.sqrt(1 - kept**2)
    for day in range(1, days + 50):
        fresh[:, day] += kept * fresh[:, day - 1]
    drifted: Floats = fresh[:, 50:]
    return drifted


def counted(random: np.random.Generator, usual: Floats) -> Floats:
    """Whole events that come at their usual rate."""
    return random.poisson(usual).astype(np.float64)


def panel(
    figures: Mapping[str, Floats], level: SubjectLevel, *, since: date = SINCE, channel_of: int = 0
) -> Panel:
    """All days read and final; campaigns share a channel by `channel_of`, others have none."""
    rows, days = next(iter(figures.values())).shape
    subjects = tuple(Subject(level, f"{level.value.lower()} {row}") for row in range(rows))
    unknown = {metric: np.full((rows, days), np.nan) for metric in METRICS}
    final = np.ones((3, rows, days))
    made = Panel(
        subjects=subjects,
        names=tuple(each.key for each in subjects),
        since=since,
        currency="EUR",
        figures=unknown | dict(figures),
        was_read=np.ones((rows, days), np.bool_),
        age=np.full((rows, days), 60, np.int32),
        final_share=dict.fromkeys(METRICS, final),
    )
    if not channel_of:
        return made
    channels = {each: f"channel {row // channel_of}" for row, each in enumerate(subjects)}
    return replace(made, channels=channels)


def facts(
    source: Source, promises: tuple[Promise, ...] = (), *, fresh_at: datetime | None = NOON
) -> ConnectionFacts:
    """A connection that was read last at `fresh_at`, as it promised or within a day."""
    return ConnectionFacts(
        id=UUID(int=7), source=source, time_zone="UTC", created_at=datetime(2025, 1, 1, tzinfo=UTC),
        is_active=True, promises=promises, first_day=None, last_day=None, fresh_at=fresh_at,
        read_days=(), mature_days=0, compared={}, records=0, rejected=0,
    )  # fmt: skip


def budgeted(panel_: Panel, row: int, amount: Decimal) -> Budget:
    """What a subject is to spend in the month of the panel's last day."""
    last = panel_.since + timedelta(days=panel_.was_read.shape[1] - 1)
    length = monthrange(last.year, last.month)[1]
    subject = replace(panel_.subjects[row], connection_id=None)
    dates = DateRange(last.replace(day=1), last.replace(day=length))
    return Budget(f"budget {row}", subject, dates, amount, panel_.currency)


def share_at(found: Judged, level: float) -> float:
    """Of all questions asked, those whose answer would be told at this level of p."""
    told = sum(each.p is not None and each.p <= level for each in found.findings)
    return told / sum(found.tests.values())
