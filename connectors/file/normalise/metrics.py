"""What a row of a file counts: exact amounts and whole numbers, null where it says nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from connectors.file.normalise.numbers import Numbers, read_numbers
from connectors.file.normalise.records import FileRecords, mapped
from core.file_amounts import stands_for
from core.file_fields import MONEY_FIELDS
from core.units import MONEY_SCALE
from transform.frames import ARROW_TYPES
from transform.normalise.columns import ArrowColumn
from transform.normalise.context import PageContext
from transform.normalise.reading import mask

COUNTS: Final = ("impressions", "clicks", "link_clicks", "reach", "video_views")
AMOUNTS: Final = ("spend", "conversions", "conversion_value")
METRICS: Final = (*COUNTS, *AMOUNTS, "conversion_type")
_WANTED: Final = {"integer": "is not a whole number", "amount": "is not a number"}
_NEVER_NEGATIVE: Final = frozenset({"spend", "refunded_value"})
_ZERO: Final = pa.scalar(0)
_IN_CURRENCY: Final = "upload amounts of another currency to a connection of its own"


def metrics(page: FileRecords, context: PageContext) -> dict[str, ArrowColumn]:
    """Every metric that the file has a column for. Rows with an impossible value are refused."""
    found = {field: _count(page, field) for field in COUNTS if page.has(field)}
    for field in AMOUNTS:
        if page.has(field):
            found[field] = amount(page, field, context)
    if page.has("spend_micros"):
        found["spend"] = _from_micros(page)
    if page.has("conversions"):
        found["conversion_type"] = _conversion_types(page, found["conversions"])
    return found


def read_field(page: FileRecords, field: str, kind: str) -> Numbers:
    """A column of numbers; rows whose value is none are refused."""
    numbers = read_numbers(page.column(field), kind, page.layout.decimal_separator)
    page.refuse_each(numbers.unread, field, _WANTED[kind])
    if field not in MONEY_FIELDS:
        page.refuse_each(mask(numbers.currencies.is_valid()), field, _WANTED[kind])
    return numbers


def _count(page: FileRecords, field: str) -> ArrowColumn:
    numbers = read_field(page, field, "integer")
    _refuse_negative(page, field, numbers.values)
    return numbers.values


def amount(page: FileRecords, field: str, context: PageContext) -> ArrowColumn:
    """A column of exact amounts; rows whose value is none, or in another currency, are refused."""
    numbers = read_field(page, field, "amount")
    if field in MONEY_FIELDS and numbers.currencies.null_count < len(page):
        strange = mapped(
            numbers.currencies, lambda sign: not stands_for(sign, context.currency), pa.bool_()
        )
        reason = f"is not in the connection's currency {context.currency}"
        page.refuse_each(mask(strange), field, reason, _IN_CURRENCY)
    if field in _NEVER_NEGATIVE:
        _refuse_negative(page, field, numbers.values)
    return numbers.values


def _refuse_negative(page: FileRecords, field: str, values: ArrowColumn) -> None:
    """Conversions and their value may be taken back; what was delivered or paid may not."""
    page.refuse_each(mask(pc.less(values, _ZERO)), field, "is negative")


def _from_micros(page: FileRecords) -> ArrowColumn:
    amounts = [
        None if micros is None else Decimal(micros).scaleb(-MONEY_SCALE)
        for micros in _count(page, "spend_micros").to_pylist()
    ]
    return pa.array(amounts, ARROW_TYPES["amount"])


def _conversion_types(page: FileRecords, conversions: ArrowColumn) -> ArrowColumn:
    """The header that conversions were counted under."""
    header = page.header("conversions")
    known = mask(conversions.is_valid()).tolist()
    return pa.array([header if is_known else None for is_known in known], pa.string())
