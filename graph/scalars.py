"""The scalars: one text form for each value, and strict reading of what comes in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NewType

import strawberry
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.types.scalar import ScalarDefinition

if TYPE_CHECKING:
    BigInt = int
    JSON = object
else:
    BigInt = NewType("BigInt", int)
    JSON = NewType("JSON", object)

DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
DATE_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})", re.ASCII
)
DECIMAL = re.compile(r"-?\d{1,30}(\.\d{1,30})?", re.ASCII)
LARGEST = 2**53 - 1


def _refusal(name: str, value: object, wanted: str) -> StrawberryInputCoercionError:
    return StrawberryInputCoercionError(f"{name} cannot be {str(value)[:40]!r}: give {wanted}.")


def _reader(
    name: str, pattern: re.Pattern[str], read: Callable[[str], object], wanted: str
) -> Callable[[object], object]:
    def parse(value: object) -> object:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise _refusal(name, value, wanted)
        try:
            return read(value)
        except (ValueError, OverflowError) as error:
            raise _refusal(name, value, wanted) from error

    return parse


def write_decimal(value: Decimal) -> str:
    """Plain digits without trailing zeros: one text for equal numbers."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def write_date_time(value: datetime) -> str:
    """UTC with `Z`; microseconds only where there are any."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _read_utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _read_big_int(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST:
        return value
    raise _refusal("BigInt", value, "a whole number below 2^53")


def _same(value: object) -> object:
    return value


SCALARS: Mapping[object, ScalarDefinition] = {
    Decimal: strawberry.scalar(
        name="Decimal",
        description=(
            "An exact decimal number as a string of plain digits, such as `12.5`: no exponent "
            "and no trailing zeros. Read it with a decimal library; a float would round it."
        ),
        serialize=write_decimal,
        parse_value=_reader("Decimal", DECIMAL, Decimal, 'a string such as "12.5"'),
    ),
    date: strawberry.scalar(
        name="Date",
        description="A calendar day as `YYYY-MM-DD`, without a time or a zone.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=date.isoformat,
        parse_value=_reader("Date", DATE, date.fromisoformat, "a day such as 2026-11-22"),
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description=(
            "A moment, answered in UTC as `YYYY-MM-DDTHH:MM:SS.ffffffZ` with the fraction left "
            "out when it is zero. Give any zone, but give one."
        ),
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=write_date_time,
        parse_value=_reader(
            "DateTime", DATE_TIME, _read_utc, "a moment with its zone, such as 2026-11-22T08:00:00Z"
        ),
    ),
    BigInt: strawberry.scalar(
        name="BigInt",
        description=(
            "A whole number that may pass 32 bits, as a JSON number. Counts stay below 2^53, "
            "so JavaScript reads them exactly."
        ),
        serialize=int,
        parse_value=_read_big_int,
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value, as a source sent it.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        serialize=_same,
        parse_value=_same,
    ),
}
"""Python type to scalar, for the schema's configuration."""
