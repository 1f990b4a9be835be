"""The histories of a tenant, made from totals by day of its connections.

A connection takes part in a history from its first to its last day in it. A day on which one that
takes part was not read, or may still change, is unknown; one that was read and brought nothing is
a true zero. Numbers that cover several days are spread evenly over them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, fields
from datetime import date
from typing import Final
from uuid import UUID

import numpy as np
import pandas as pd

from analysis.seasonality.history import CYCLES
from core.records.seasonality import (
    DayKind,
    DayTotal,
    HistoryKey,
    Observed,
    SeasonalMetric,
    SeasonalPeriod,
)

Rates = Mapping[tuple[date, str], float]
"""What one unit of a currency was worth, by day; a day without a rate is unknown."""


@dataclass(frozen=True, slots=True)
class History:
    """One figure a day, NaN where it is unknown.

    `covers_days` is how many days the coarsest figure of the last 104 weeks covers.
    """

    days: pd.Series[float]
    covers_days: int


_RECENT: Final = pd.Timedelta(weeks=CYCLES[SeasonalPeriod.DAY_OF_WEEK].most)
"""What is older says nothing of days of the week, and does not hide what newer figures say."""

_MEDIA: Final = {
    SeasonalMetric.SPEND: "spend",
    SeasonalMetric.IMPRESSIONS: "impressions",
    SeasonalMetric.CLICKS: "clicks",
    SeasonalMetric.CONVERSIONS: "conversions",
    SeasonalMetric.CONVERSION_VALUE: "conversion_value",
}
_ORDERS: Final = {
    SeasonalMetric.ORDERS: "conversions",
    SeasonalMetric.REVENUE: "conversion_value",
}
_AMOUNTS: Final = ("spend", "conversion_value")


def histories(observed: Observed, rates: Rates) -> Iterator[tuple[HistoryKey, History]]:
    """Every metric of all channels together and of each, and every KPI series by its name.

    Orders that came one by one are preferred to orders counted by day, which may be the same
    ones. A series whose connections tell it in different currencies has no history.
    """
    frame = _frame(observed, rates)
    media = frame[frame["kind"] == DayKind.MEDIA]
    by_one = frame[frame["kind"] == DayKind.ORDER]
    orders = by_one if len(by_one) else frame[frame["kind"] == DayKind.ORDER_DAY]
    for metrics, rows in ((_MEDIA, media), (_ORDERS, orders)):
        for metric, column in metrics.items():
            yield from _of_metric(metric, column, rows, observed)
    for name, rows in frame[frame["kind"] == DayKind.SERIES].groupby("series"):
        if (rows["currency"] == rows["currency"].iloc[0]).all():
            key = HistoryKey(SeasonalMetric.SERIES, series=str(name))
            yield key, _history(rows, "value", observed.settled)


def _frame(observed: Observed, rates: Rates) -> pd.DataFrame:
    columns = [field.name for field in fields(DayTotal)]
    frame = pd.DataFrame([astuple(each) for each in observed.totals], columns=columns)
    numbers = columns[columns.index("spend") :]
    frame[numbers] = frame[numbers].astype("float64")
    pairs = zip(frame["date"], frame["currency"], strict=True)
    rate = np.array([rates.get(pair, np.nan) for pair in pairs], dtype=np.float64)
    for name in _AMOUNTS:
        # An amount without a rate is there, but unknown: it is not to count as nothing.
        frame[name] = (frame[name] * rate).where(frame[name].isna() | ~np.isnan(rate), np.inf)
    frame["date"] = pd.to_datetime(frame["date"])
    return frame


def _of_metric(
    metric: SeasonalMetric, column: str, rows: pd.DataFrame, observed: Observed
) -> Iterator[tuple[HistoryKey, History]]:
    known = rows[rows[column].notna()]
    if known.empty:
        return
    yield HistoryKey(metric), _history(known, column, observed.settled)
    for channel, of_channel in known.groupby("channel"):
        yield HistoryKey(metric, str(channel)), _history(of_channel, column, observed.settled)


def _history(rows: pd.DataFrame, column: str, settled: Mapping[UUID, frozenset[date]]) -> History:
    by_connection = [
        _of_connection(of_one, column, settled.get(UUID(str(connection_id)), frozenset()))
        for connection_id, of_one in rows.groupby("connection_id")
    ]
    since = min(days.index[0] for days in by_connection)
    until = max(days.index[-1] for days in by_connection)
    whole = pd.date_range(since, until)
    # Outside its own days a connection adds nothing; an unknown day of one makes all unknown.
    total = sum(days.reindex(whole, fill_value=0.0) for days in by_connection)
    last = rows["date"] + pd.to_timedelta(rows["covers_days"] - 1, unit="D")
    recent = last > until - _RECENT
    return History(pd.Series(total, whole), int(rows.loc[recent, "covers_days"].max()))


def _of_connection(rows: pd.DataFrame, column: str, settled: frozenset[date]) -> pd.Series[float]:
    """From its first to its last day: what it brought, zero, or unknown."""
    covers = rows["covers_days"].to_numpy(np.int64)
    within = np.concatenate([np.arange(each) for each in covers])
    days = np.repeat(rows["date"].to_numpy("M8[D]"), covers) + within
    values = np.repeat(rows[column].to_numpy(np.float64) / covers, covers)
    brought = pd.Series(values, pd.DatetimeIndex(days)).groupby(level=0).sum()
    whole = pd.date_range(brought.index[0], brought.index[-1])
    read = np.array(sorted(settled), dtype="M8[D]")
    reach = np.unique(read[:, None] + np.arange(int(covers.max())))
    found = brought.reindex(whole, fill_value=0.0)
    return found.where(whole.isin(reach) & np.isfinite(found), np.nan)
