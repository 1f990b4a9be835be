"""The predecessor's payload as a file of a bundle, in memory that does not grow with its rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, Final, TypeAlias

import pyarrow as pa

from core.jsonvalue import JSONObject
from core.legacy_export import (
    COUNTS,
    DATES,
    NUMBERS,
    LegacyRequest,
    LegacyRow,
    LegacyStatistics,
    closing,
    opening,
    place_of,
    record_of,
)
from core.records.connections import Source
from transform.export.facts import Row
from transform.export.spool import Described, Spool

LEGACY: Final = "legacy.json"
Campaigns: TypeAlias = Mapping[str, tuple[str, str | None]]

_AT_ONCE: Final = 4096
_WHOLE: Final = frozenset((*COUNTS, *DATES))
# A record holds no object: what stands between two of its fields may hold the indentation too,
# and the encoder that is written in C does the rest.
_FIELDS = json.JSONEncoder(ensure_ascii=False, separators=(",\n      ", ": ")).encode


class LegacyRows:
    """Takes attribution rows by day, source and campaign, sorted by day first."""

    def __init__(
        self, file: BinaryIO, spool: Spool, request: LegacyRequest, campaigns: Campaigns
    ) -> None:
        self._file = file
        self._spool = spool
        self._request = request
        self._campaigns = campaigns
        self._day: list[LegacyRow] = []
        self._sources: set[Source] = set()
        self._write(_text(opening(request)).removesuffix("\n}"), ',\n  "time_series": [')

    def write_batch(self, batch: pa.RecordBatch) -> None:
        """Append rows; those of a day wait until it is over."""
        for start in range(0, batch.num_rows, _AT_ONCE):
            made = (
                legacy_row(row, self._campaigns) for row in batch.slice(start, _AT_ONCE).to_pylist()
            )
            for day, rows in groupby(made, lambda row: row.date):
                if self._day and self._day[0].date != day:
                    self._hand_on()
                self._day += rows

    def end(self) -> None:
        """What follows the rows."""
        self._hand_on()
        sources = self._request.sources or tuple(self._sources)
        told = closing(replace(self._request, sources=sources), self._statistics())
        self._write(
            "\n  ]" if self._spool.rows else "]", ",\n", _text(told).removeprefix("{\n"), "\n"
        )

    def _hand_on(self) -> None:
        if not self._day:
            return
        rows = sorted(self._day, key=place_of)
        self._day = []
        self._sources.update(row.source for row in rows)
        records = [record_of(row, self._request.home) for row in rows]
        before = "," if self._spool.rows else ""
        texts = [f"\n    {{\n      {_FIELDS(record)[1:-1]}\n    }}" for record in records]
        self._write(before, ",".join(texts))
        self._spool.append(
            [
                [*(record[name] for name in NUMBERS), row.is_mature]
                for record, row in zip(records, rows, strict=True)
            ]
        )

    def _statistics(self) -> LegacyStatistics:
        spool = self._spool
        missing = spool.missing()
        return LegacyStatistics(
            rows=spool.rows,
            mature=spool.marked(),
            correlations=spool.correlations(),
            described={name: _told(name, spool.described(name)) for name in NUMBERS},
            missing=missing,
        )

    def _write(self, *texts: str) -> None:
        self._file.writelines(text.encode() for text in texts)


@contextmanager
def legacy_file(path: Path, request: LegacyRequest, campaigns: Campaigns) -> Iterator[LegacyRows]:
    """The file, to which rows are added until its `end`; `campaigns` are ids by digest as text.

    Where the request names no sources, the file names those of its rows.
    """
    with path.open("wb") as file, TemporaryFile(dir=path.parent) as numbers:
        yield LegacyRows(file, Spool(numbers, NUMBERS), request, campaigns)


def legacy_row(row: Row, campaigns: Campaigns) -> LegacyRow:
    """An attribution row by day, source and campaign; `campaigns` are ids by digest as text."""
    campaign = row["campaign"]
    return LegacyRow(
        date=row["time"],
        source=Source(row["source"]),
        campaign_id=None if campaign is None else campaigns[str(campaign)][0],
        spend=_float(row["spend"]),
        impressions=row["impressions"],
        clicks=row["clicks"],
        conversions=_float(row["conversions"]),
        revenue=_float(row["conversion_value"]),
        is_mature=row["is_mature"],
    )


def _told(name: str, described: Described) -> Described:
    """Whole numbers stay whole, as they are in a row."""
    ends = {key: described[key] for key in ("min", "max")}
    if name not in _WHOLE or ends["min"] is None:
        return described
    return described | {key: int(value) for key, value in ends.items() if value is not None}


def _text(content: JSONObject) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False)


def _float(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
