"""Numbers as people and programs write them in files, as exact columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from types import MappingProxyType
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from connectors.file.normalise.records import mapped
from core.file_amounts import EMPTY_MARKS, plain_number, written
from core.units import MONEY_SCALE
from transform.normalise.columns import ArrowColumn, Mask, parsed
from transform.normalise.reading import mask

_PLAIN: Final[Mapping[str, str]] = MappingProxyType(
    {".": r"^-?[0-9]{1,18}(\.[0-9]{1,12})?$", ",": r"^-?[0-9]{1,18}(,[0-9]{1,12})?$"}
)
_MOST_DIGITS: Final = 30
"""Arrow's cast to a decimal goes silently wrong past 38 digits."""

_STEP: Final = Decimal(1).scaleb(-MONEY_SCALE)
_UNREADABLE: Final = "?"


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers; `plain` is each as text with a point, `currencies` what stood beside.

    `unread` marks values that are no number of the kind. Amounts are rounded half-even to six
    decimals.
    """

    values: ArrowColumn
    unread: Mask
    plain: ArrowColumn
    currencies: ArrowColumn


def read_numbers(texts: ArrowColumn, kind: str, decimal_separator: str) -> Numbers:
    """`texts` as numbers of `kind` (integer or amount), written with `decimal_separator`."""
    plain, currencies = _plain(texts, decimal_separator)
    column = parsed(plain.to_pylist(), kind)
    return Numbers(column.values, column.unread, plain, currencies)


def _plain(texts: ArrowColumn, decimal_separator: str) -> tuple[ArrowColumn, ArrowColumn]:
    is_plain = mask(pc.match_substring_regex(texts, _PLAIN[decimal_separator]))
    if is_plain.sum() == len(texts) - texts.null_count:
        return pc.replace_substring(texts, ",", "."), pa.nulls(len(texts), pa.string())

    def plain(text: str) -> str | None:
        return _plain_text(text, decimal_separator)

    return mapped(texts, plain, pa.string()), mapped(texts, _currency, pa.string())


def _plain_text(text: str, decimal_separator: str) -> str | None:
    if text.lower() in EMPTY_MARKS:
        return None
    number = written(text)
    plain = None if number is None else plain_number(number, decimal_separator)
    if plain is None:
        return _UNREADABLE
    return plain if len(plain) <= _MOST_DIGITS else _shortened(plain)


def _shortened(plain: str) -> str:
    try:
        return f"{Decimal(plain).quantize(_STEP, ROUND_HALF_EVEN):f}"
    except InvalidOperation:
        return _UNREADABLE


def _currency(text: str) -> str | None:
    number = written(text)
    return None if number is None else number.currency
