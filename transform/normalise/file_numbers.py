"""Numbers as people and programs write them in files, as exact columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from core.file_amounts import EMPTY_MARKS, plain_number, written
from transform.normalise.columns import ArrowColumn, Mask, parsed
from transform.normalise.reading import mask

_PLAIN: Final[Mapping[str, str]] = MappingProxyType(
    {".": r"^-?[0-9]+(\.[0-9]+)?$", ",": r"^-?[0-9]+(,[0-9]+)?$"}
)
_UNREADABLE: Final = "?"


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers; `plain` is each as text with a point, `currencies` what stood beside.

    `unread` marks values that are no number of the kind. Amounts are rounded half-even to six
    decimals.
    """

    values: ArrowColumn
    unread: Mask
    plain: Sequence[str | None]
    currencies: Sequence[str | None] | None


def read_numbers(texts: Sequence[str | None], kind: str, decimal_separator: str) -> Numbers:
    """`texts` as numbers of `kind` (integer or amount), written with `decimal_separator`."""
    plain, currencies = _plain(texts, decimal_separator)
    column = parsed(plain, kind)
    return Numbers(column.values, column.unread, plain, currencies)


def _plain(
    texts: Sequence[str | None], decimal_separator: str
) -> tuple[Sequence[str | None], Sequence[str | None] | None]:
    column = pa.array(texts, pa.string())
    is_plain = pc.match_substring_regex(column, _PLAIN[decimal_separator])
    if mask(is_plain).sum() != len(column) - column.null_count:
        return _one_by_one(texts, decimal_separator)
    if decimal_separator == ",":
        return pc.replace_substring(column, ",", ".").to_pylist(), None
    return texts, None


def _one_by_one(
    texts: Sequence[str | None], decimal_separator: str
) -> tuple[list[str | None], list[str | None]]:
    """Each distinct text is taken apart once."""
    known: dict[str | None, tuple[str | None, str | None]] = {None: (None, None)}
    for text in texts:
        if text not in known:
            known[text] = _taken_apart(text or "", decimal_separator)
    found = [known[text] for text in texts]
    return [plain for plain, _ in found], [currency for _, currency in found]


def _taken_apart(text: str, decimal_separator: str) -> tuple[str | None, str | None]:
    if text.strip().lower() in EMPTY_MARKS:
        return None, None
    number = written(text)
    if number is None:
        return _UNREADABLE, None
    return plain_number(number, decimal_separator) or _UNREADABLE, number.currency
