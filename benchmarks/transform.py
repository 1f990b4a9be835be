"""One million rows of a report through the transformation: `python -m benchmarks.transform`.

On one core. The rows are flat columns of text, as a normaliser gets them: everything is parsed,
digested, checked for quality, and joined with the calendar of its day.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.machine import described, memory_mb, peak_of_now
from core.calendar import calendar_days
from core.records.calendar import CalendarProfile
from core.units import DateRange
from transform.calendar import calendar_marks, edition
from transform.calendar.columns import calendar_frame, with_calendar
from transform.frames import NormalisedPage
from transform.normalise.entries import normalised_page
from transform.normalise.plain import PlainReading

DAYS = 365
_CONSTANT = {
    "source": "META_ADS",
    "account_id": "1001",
    "level": "CAMPAIGN",
    "date_basis": "DELIVERY",
    "attribution_setting": "7d_click",
    "channel": "Paid Social",
    "currency": "EUR",
}


def report(rows: int) -> dict[str, Any]:
    """Columns of text: a year of days for as many campaigns as it takes."""
    numbers = np.arange(rows)
    first = date(2025, 1, 1)
    days = pa.array([(first + timedelta(days=each)).isoformat() for each in range(DAYS)])
    campaigns = pa.array([f"{10**10 + each}" for each in range(rows // DAYS + 1)])
    seed = np.random.default_rng(1)
    impressions = seed.integers(0, 100_000, rows)
    return {
        "date_start": days.take(pa.array(numbers % DAYS)),
        "campaign_id": campaigns.take(pa.array(numbers // DAYS)),
        "spend": pa.array(np.char.mod("%.2f", seed.integers(0, 10**6, rows) / 100)),
        "impressions": pa.array(impressions.astype(str)),
        "clicks": pa.array((impressions // 50).astype(str)),
    }


def normalised(texts: dict[str, Any], rows: int) -> NormalisedPage:
    """The entries of the report, checked."""
    reading = PlainReading(texts, rows)
    columns = {name: pa.repeat(pa.scalar(text), rows) for name, text in _CONSTANT.items()}
    campaign = reading.column("campaign_id", "text", is_required=True)
    return normalised_page(
        columns
        | {
            "date": reading.column("date_start", "date", is_required=True),
            "entity_id": campaign,
            "campaign_id": campaign,
            "campaign_name": campaign,
            "entity_name": campaign,
            "spend": reading.column("spend", "amount", may_be_negative=False),
            "impressions": reading.column("impressions", "integer", may_be_negative=False),
            "clicks": reading.column("clicks", "integer", may_be_negative=False),
            "position": pa.array(np.arange(rows)),
        },
        reading,
    )


def timed(step: Callable[[], Any]) -> tuple[Any, float]:
    """What a step makes, and the processor time that it takes."""
    start = time.process_time()
    made = step()
    return made, time.process_time() - start


def main() -> None:
    """Measure, and say how fast it was and what memory it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    pa.set_cpu_count(1)
    print(described())
    texts = report(rows)
    frame = sum(column.nbytes for column in texts.values()) / 2**20
    normalised({name: column[:1000] for name, column in texts.items()}, 1000)
    before = memory_mb("VmRSS")
    peak_of_now()
    page, of_entries = timed(lambda: normalised(texts, rows))
    dates = DateRange(date(2025, 1, 1), date(2025, 12, 31))
    profile = CalendarProfile(("DE",))
    made = edition(profile, dates)
    days = calendar_frame(calendar_days(made, calendar_marks(profile, dates), (), dates))
    joined, of_calendar = timed(lambda: with_calendar(page.entries, days))
    peak = memory_mb("VmHWM") - before
    whole = joined.nbytes / 2**20
    seconds = of_entries + of_calendar
    print(f"{rows:,} rows: normalise and quality {of_entries:.2f} s, calendar {of_calendar:.2f} s")
    print(f"{rows / seconds:,.0f} rows a second of one core")
    print(f"rows as text {frame:,.0f} MB, as frame {whole:,.0f} MB; held beside the rows at the")
    print(f"peak {peak:,.0f} MB: {peak / whole:.2f} times the frame")


if __name__ == "__main__":
    main()
