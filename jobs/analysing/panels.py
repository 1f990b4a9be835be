"""Panels of a tenant's days, one for each currency: what analysis looks at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

import numpy as np

from analysis.insights.panel import ConnectionHealth, Counts, Flags, Floats, Panel
from core.records.budgets import Budget
from core.records.findings import Subject, SubjectLevel
from core.units import DateRange
from jobs.analysing.curves import FINAL, curve
from stores.postgres.panel_days import METRICS, DaySums, PanelDays

_TENANT: Final = Subject(SubjectLevel.TENANT)
EVERYTHING: Final = "everything"


def panels(
    read: PanelDays,
    dates: DateRange,
    health: Mapping[UUID, ConnectionHealth],
    budgets: Iterable[Budget] = (),
) -> tuple[Panel, ...]:
    """One for each currency that there are accounts or figures in, by currency."""
    currencies = {row["currency"] for row in read.accounts} | {sums.currency for sums in read.sums}
    known = _Known.of(read, dates)
    running = [each for each in budgets if each.dates.since <= dates.until <= each.dates.until]
    return tuple(
        replace(
            _panel(known, currency, health),
            budgets=tuple(each for each in running if each.currency == currency),
        )
        for currency in sorted(currencies)
    )


def connection_subject(connection_id: UUID) -> Subject:
    """The connection as a whole."""
    return Subject(SubjectLevel.CONNECTION, str(connection_id), connection_id)


@dataclass(frozen=True, slots=True)
class _Known:
    """What panels of all currencies share: by connection, its days and how figures come in."""

    read: PanelDays
    dates: DateRange
    was_read: Mapping[UUID, Flags]
    age: Mapping[UUID, Counts]
    shares: Mapping[tuple[UUID, str], Floats]

    @classmethod
    def of(cls, read: PanelDays, dates: DateRange) -> _Known:
        ids = [row["id"] for row in read.accounts]
        was_read = {each: np.zeros(dates.days, dtype=np.bool_) for each in ids}
        age = {each: np.zeros(dates.days, dtype=np.int32) for each in ids}
        for connection_id, day, days in read.readings:
            place = (day - dates.since).days
            was_read[connection_id][place] = True
            age[connection_id][place] = days
        return cls(read, dates, was_read, age, _shares(read, age))


def _shares(read: PanelDays, age: Mapping[UUID, Counts]) -> Mapping[tuple[UUID, str], Floats]:
    """By connection and metric, (3, days)."""
    moved: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in read.changes:
        moved[row["connection_id"]].append(row)
    found = {}
    for account in read.accounts:
        rows, settles_after = moved[account["id"]], account["settles_after"]
        days, ages = [row["date"].toordinal() for row in rows], [row["age"] for row in rows]
        places = np.clip(age[account["id"]], 0, settles_after + 1)
        for metric in METRICS:
            values = np.array([row[metric] for row in rows], dtype=np.float64)
            by_age = curve(days, ages, values, settles_after)
            found[account["id"], metric] = by_age[:, places]
    return found


def _panel(known: _Known, currency: str, health: Mapping[UUID, ConnectionHealth]) -> Panel:
    sums = [each for each in known.read.sums if each.currency == currency]
    accounts = {row["id"]: row["name"] for row in known.read.accounts}
    own = {row["id"] for row in known.read.accounts if row["currency"] == currency}
    of = _subjects(sums, own)
    subjects = sorted(of)
    placed = {subject: place for place, subject in enumerate(subjects)}
    figures = _figures(sums, placed, known)
    return Panel(
        subjects=tuple(subjects),
        names=tuple(_name(each, accounts, known.read.campaigns) for each in subjects),
        since=known.dates.since,
        currency=currency,
        figures=figures,
        was_read=np.stack([_was_read(known, of[each]) for each in subjects]),
        age=np.stack([_age(known, of[each]) for each in subjects]),
        final_share={
            metric: np.stack([_share(known, of[each], metric) for each in subjects], axis=1)
            for metric in METRICS
        },
        connections={connection_subject(each): health[each] for each in own if each in health},
        channels=_channels(sums),
    )


def _subjects(sums: Iterable[DaySums], own: Iterable[UUID]) -> dict[Subject, set[UUID]]:
    """Every subject with the connections whose figures are in it."""
    found: defaultdict[Subject, set[UUID]] = defaultdict(set)
    found[_TENANT].update(own)
    for connection_id in own:
        found[connection_subject(connection_id)].add(connection_id)
    for each in sums:
        for subject in _about(each):
            found[subject].add(each.connection_id)
    return found


def _about(sums: DaySums) -> tuple[Subject, ...]:
    connection = connection_subject(sums.connection_id)
    whole = _TENANT, connection, Subject(SubjectLevel.CHANNEL, sums.channel)
    return whole if sums.campaign is None else (*whole, _campaign(sums))


def _campaign(sums: DaySums) -> Subject:
    return Subject(SubjectLevel.CAMPAIGN, str(sums.campaign), sums.connection_id)


def _name(subject: Subject, accounts: Mapping[UUID, str], campaigns: Mapping[UUID, str]) -> str:
    match subject.level:
        case SubjectLevel.TENANT:
            return EVERYTHING
        case SubjectLevel.CHANNEL:
            return subject.key
        case SubjectLevel.CONNECTION:
            return accounts.get(UUID(subject.key)) or subject.key
    return campaigns.get(UUID(subject.key)) or subject.key


def _figures(
    sums: Sequence[DaySums], placed: Mapping[Subject, int], known: _Known
) -> dict[str, Floats]:
    """Sums by subject and day: unknown before a subject's first day and where nobody tells."""
    shape = len(placed), known.dates.days
    cells = [
        np.ix_(np.array([placed[subject] for subject in _about(each)]), each.places)
        for each in sums
    ]
    has_row = np.zeros(shape, dtype=np.bool_)
    for cell in cells:
        has_row[cell] = True
    has_begun: Flags = np.logical_or.accumulate(has_row, axis=1)
    found = {}
    for metric in METRICS:
        total, told = np.zeros(shape), np.zeros(shape, dtype=np.bool_)
        for each, cell in zip(sums, cells, strict=True):
            values = each.figures[metric]
            total[cell] += np.nan_to_num(values)
            told[cell] |= ~np.isnan(values)
        # A day that was read and has no row is a true zero of what is told on others.
        is_zero = ~has_row & has_begun & np.any(told, axis=1, keepdims=True)
        found[metric] = np.where(told | is_zero, total, np.nan)
    return found


def _was_read(known: _Known, of: set[UUID]) -> Flags:
    """By every connection that is in it and had begun to be read."""
    flags = np.stack([known.was_read[each] for each in sorted(of)])
    has_begun = np.maximum.accumulate(flags, axis=1)
    together: Flags = np.all(flags | ~has_begun, axis=0) & np.any(flags, axis=0)
    return together


def _age(known: _Known, of: set[UUID]) -> Counts:
    """The youngest of those that were read: the sum is no older than its newest part."""
    ages = np.stack([known.age[each] for each in sorted(of)])
    flags = np.stack([known.was_read[each] for each in sorted(of)])
    youngest = np.where(flags, ages, np.iinfo(np.int32).max).min(axis=0)
    known_ages: Counts = np.where(np.any(flags, axis=0), youngest, 0).astype(np.int32)
    return known_ages


def _share(known: _Known, of: set[UUID], metric: str) -> Floats:
    """Of several connections that of whichever has come least far."""
    shares = np.stack([known.shares[each, metric] for each in sorted(of)])
    if len(of) == 1:
        return known.shares[next(iter(of)), metric]
    flags = np.stack([known.was_read[each] for each in sorted(of)])
    counted = np.where(flags[:, None, :], shares, np.array(FINAL)[None, :, None])
    low, middle, high = counted.min(axis=0)
    return np.stack([low, middle, np.maximum(high, middle)])


def _channels(sums: Iterable[DaySums]) -> dict[Subject, str]:
    """The channel that most of a campaign's spend is in."""
    spent: defaultdict[Subject, dict[str, float]] = defaultdict(dict)
    for each in sums:
        if each.campaign is not None:
            spent[_campaign(each)][each.channel] = float(np.nansum(each.figures["spend"]))
    return {
        subject: max(sorted(by_channel), key=by_channel.__getitem__)
        for subject, by_channel in spent.items()
    }
