"""Quantities of the field: money, ranges of days, time zones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.errors import BadInput

MONEY_SCALE = 6
"""Decimal places kept of every amount: the finest any source sends (micros)."""


@dataclass(frozen=True, slots=True)
class DateRange:
    """Whole days, both ends included, in the account's own time zone."""

    since: date
    until: date

    def __post_init__(self) -> None:
        """Refuse a reversed range."""
        if self.since > self.until:
            raise BadInput(
                f"the range is reversed: since {self.since} is after until {self.until}",
                field="since",
                mend="give since on or before until",
            )

    @property
    def days(self) -> int:
        """How many days the range holds; at least 1."""
        return (self.until - self.since).days + 1

    def touches(self, other: DateRange) -> bool:
        """Whether the two share a day."""
        return self.since <= other.until and other.since <= self.until

    @classmethod
    def of_days(cls, days: Iterable[date]) -> tuple[DateRange, ...]:
        """The fewest ranges that hold exactly these days, newest first."""
        found: list[DateRange] = []
        for day in sorted(set(days), reverse=True):
            if found and found[-1].since - day == timedelta(days=1):
                found[-1] = cls(day, found[-1].until)
            else:
                found.append(cls(day, day))
        return tuple(found)

    def __iter__(self) -> Iterator[date]:
        """Its days, oldest first."""
        return (self.since + timedelta(days=number) for number in range(self.days))

    def windows(self, days: int) -> Iterator[DateRange]:
        """The range cut into windows of at most `days` days, newest first."""
        until = self.until
        while until >= self.since:
            since = max(self.since, until - timedelta(days=days - 1))
            yield DateRange(since, until)
            until = since - timedelta(days=1)


EVER = DateRange(date(1990, 1, 1), date(2099, 12, 31))
"""No entry lies beyond (ensure_months), and no period's end beyond what a date can be."""


def time_zone(name: str, *, field: str = "timeZone") -> ZoneInfo:
    """The IANA zone of that name, or BadInput naming `field`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput(
            f"{name!r} is not an IANA time zone", field=field, mend="use a name like Europe/Berlin"
        ) from error


def today_in(zone: ZoneInfo, now: datetime | None = None) -> date:
    """The calendar date in `zone` at `now` (aware; the present when None)."""
    return (now or datetime.now(UTC)).astimezone(zone).date()


def currency_code(text: str, *, field: str = "currency") -> str:
    """`text` as an ISO 4217 code in capitals, or BadInput naming `field`."""
    code = text.strip().upper()
    if re.fullmatch("[A-Z]{3}", code):
        return code
    raise BadInput(
        f"{text!r} is not a currency code", field=field, mend="use a three-letter ISO 4217 code"
    )
