"""The platform's own rates in a file: kept for checks alone, so one that cannot be read is none."""

from __future__ import annotations

from functools import partial

import pyarrow as pa

from connectors.file.normalise.records import FileRecords, mapped
from core.file_amounts import plain_number, written
from transform.normalise.columns import ArrowColumn
from transform.quality.rates import RATES


def rates(page: FileRecords) -> dict[str, ArrowColumn]:
    """Each rate that the file has a column for, and half of the last decimal it is written with."""
    separator = page.layout.decimal_separator
    found: dict[str, ArrowColumn] = {}
    for rate in RATES:
        if page.has(rate):
            texts = page.column(rate)
            found[rate] = mapped(texts, partial(_number, separator), pa.float64())
            found[f"{rate}_step"] = mapped(texts, partial(_half_step, separator), pa.float64())
    return found


def _number(separator: str, text: str) -> float | None:
    number = written(text)
    plain = None if number is None else plain_number(number, separator)
    return None if plain is None else float(plain)


def _half_step(separator: str, text: str) -> float:
    _, _, decimals = text.partition(separator)
    return 0.5 * 10.0 ** -sum(letter.isdigit() for letter in decimals)
