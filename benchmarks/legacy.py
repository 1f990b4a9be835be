"""The predecessor's payload as a file, and what memory it takes: `python -m benchmarks.legacy`.

Rows are made here and come in batches as an export reads them, so that the file alone is measured:
a tenth of the days first, then all of them.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.machine import described, memory_mb, own_cpu_seconds, peak_of_now
from core.legacy_export import LegacyRequest
from transform.export.legacy import legacy_file

FIRST = date(2025, 1, 1)
CAMPAIGNS = 1_000
ROWS = 8_000
"""Of a batch, about as many as COPY sends at once."""


def main() -> None:
    """Write both files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=3_000_000)
    asked = parser.parse_args()
    print(described())
    with tempfile.TemporaryDirectory(prefix="liftos-bench-") as folder:
        for days in (asked.rows // CAMPAIGNS // 10, asked.rows // CAMPAIGNS):
            measure(Path(folder, "legacy.json"), days)


def measure(path: Path, days: int) -> None:
    """One file."""
    gc.collect()
    held = memory_mb("VmRSS")
    peak_of_now()
    began, worked = time.perf_counter(), own_cpu_seconds()
    campaigns = {str(number): (f"campaign-{number}", None) for number in range(CAMPAIGNS)}
    with legacy_file(path, request(days), campaigns) as file:
        for batch in batches(days):
            file.write_batch(batch)
        read, count = time.perf_counter(), days * CAMPAIGNS
        file.end()
    took, worked = time.perf_counter() - began, own_cpu_seconds() - worked
    print(
        f"{count:9,} rows  {count / took:7,.0f} rows/s  "
        f"{worked / count * 1e6:.0f} us of CPU a row  "
        f"{(took - (read - began)) / took:.0%} of it statistics  "
        f"{path.stat().st_size / 1e6:5,.0f} MB  "
        f"{held:.0f} MB held, {memory_mb('VmHWM'):.0f} at most",
        flush=True,
    )


def request(days: int) -> LegacyRequest:
    """What the payload is of."""
    return LegacyRequest(
        org_id="bench",
        since=FIRST,
        until=FIRST + timedelta(days - 1),
        sources=(),
        target="conversions",
        currency="EUR",
        home="DE",
        as_of=datetime(2026, 11, 1, tzinfo=UTC),
        correlation_id="bench",
    )


def batches(days: int) -> Iterator[pa.RecordBatch]:
    """A row a day and campaign."""
    for start in range(0, days * CAMPAIGNS, ROWS):
        rows = range(start, min(start + ROWS, days * CAMPAIGNS))
        columns: dict[str, pa.Array[Any]] = {
            "time": pa.array([FIRST + timedelta(row // CAMPAIGNS) for row in rows]),
            "source": pa.repeat("META_ADS", len(rows)),
            "campaign": pa.array([str(row % CAMPAIGNS) for row in rows]),
            "spend": pa.array([Decimal(row * 7919 % 100_000) / 100 for row in rows]),
            "impressions": pa.array([row * 104_729 % 50_000 for row in rows]),
            "clicks": pa.array([row * 1_299_709 % 700 for row in rows]),
            "conversions": pa.array([row % 9 or None for row in rows]),
            "conversion_value": pa.array([Decimal(row % 9_973) / 10 for row in rows]),
            "is_mature": pa.array([row % 50 > 0 for row in rows]),
        }
        yield pa.record_batch(columns)


if __name__ == "__main__":
    main()
