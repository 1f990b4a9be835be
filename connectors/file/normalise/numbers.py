"""Numbers as people and programs write them in files, as exact columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from types import MappingProxyType
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.file.normalise.records import mapped
from core.file_amounts import EMPTY_MARKS, is_blank, plain_number, written
from core.units import MONEY_SCALE
from transform.normalise.columns import ArrowColumn, Mask, parsed
from transform.normalise.reading import mask

_PLAIN: Final[Mapping[str, str]] = MappingProxyType(
    {".": r"^-?[0-9]{1,18}(\.[0-9]{1,12})?$", ",": r"^-?[0-9]{1,18}(,[0-9]{1,12})?$"}
)
_MOST_DIGITS: Final = 30
"""Arrow's cast to a decimal goes silently wrong past 38 digits."""

_EXACT: Final[Mapping[str, str]] = MappingProxyType(
    {".": r"^-?[0-9]{1,40}(\.[0-9]{1,40})?$", ",": r"^-?[0-9]{1,40}(,[0-9]{1,40})?$"}
)
_LONGEST: Final = 81
"""Characters of an exact number, and places by which an exponent may move its point."""

_NO_FRACTION: Final = re.compile(r"\.0(?=[eE]|$)")
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


@dataclass(frozen=True, slots=True)
class Exact:
    """Numbers with every digit that was written, as texts in plain digits."""

    values: ArrowColumn
    unread: Mask
    currencies: ArrowColumn


def read_exact(texts: ArrowColumn, decimal_separator: str) -> Exact:
    """`texts` as numbers with all their digits; null where a model's file says nothing."""
    plain = mask(pc.match_substring_regex(texts, _EXACT[decimal_separator]))
    if plain.sum() == len(texts) - texts.null_count:
        values = pc.replace_substring(texts, ",", ".")
        return Exact(values, np.zeros(len(texts), dtype=bool), pa.nulls(len(texts), pa.string()))

    def exact(text: str) -> str | None:
        return None if is_blank(text) else _exact_text(text, decimal_separator)

    values = mapped(texts, exact, pa.string())
    unread = mask(pc.equal(values, pa.scalar(_UNREADABLE)))
    known = pc.replace_with_mask(values, pa.array(unread), pa.scalar(None, pa.string()))
    return Exact(known, unread, mapped(texts, _currency, pa.string()))


def _exact_text(text: str, decimal_separator: str) -> str:
    number = written(text)
    plain = None if number is None else plain_number(number, decimal_separator)
    if plain is None or len(plain) > _LONGEST or abs(Decimal(plain).adjusted()) > _LONGEST:
        return _UNREADABLE
    return f"{Decimal(_NO_FRACTION.sub('', plain)):f}"


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
