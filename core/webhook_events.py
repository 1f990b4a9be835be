"""One event of a webhook as facts of its order, by the connection's mapping."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo

from core.breakdowns import country_code
from core.errors import BadInput
from core.jsonvalue import JSONObject
from core.units import MONEY_SCALE, currency_code
from core.webhook_mapping import EventKind, WebhookMapping

LONGEST_ID: Final = 255
LONGEST_TEXT: Final = 500
_STEP: Final = Decimal(1).scaleb(-MONEY_SCALE)
_LARGEST: Final = Decimal(9 * 10**12)
_MILLISECONDS_FROM: Final = 10**11
"""Unix times above are in milliseconds: in seconds, that is the year 5138."""
_YEARS: Final = range(1990, 2100)
_COUNTRY: Final = (
    "send its ISO 3166-1 code, such as DE, or its English name; or set the path of country"
)
_MEND: Final = "mend it at the sender, or set the connection's mapping"


@dataclass(frozen=True, slots=True)
class EventSource:
    """Where an event came from: a message, and its place in the message."""

    message_id: str
    index: int
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Reader:
    """How events of a connection are read; `currency` where an event names none."""

    mapping: WebhookMapping
    zone: ZoneInfo
    currency: str


@dataclass(frozen=True, slots=True)
class OrderEvent:
    """What one event says of one order or conversion.

    `at` is the sender's own time of this event: of two events the later one holds, in whatever
    order they came. `date` is the order's day in the connection's zone, None where the event
    does not say it, `at_date` that of `at`. `value` is before refunds, `net_value` after those
    until `at`; of a REFUND, `value` is what was given back. `country` (ISO 3166-1 alpha-2) and
    `geo` are where the order goes; an ORDER alone tells them.
    """

    order_id: str
    event_id: str
    kind: EventKind
    type: str | None
    at: datetime
    at_date: date
    date: date | None
    value: Decimal | None
    net_value: Decimal | None
    currency: str
    quantity: Decimal | None
    status: str | None
    conversion_type: str | None
    campaign: str | None
    utm_source: str | None
    utm_medium: str | None
    country: str | None = None
    geo: str | None = None

    def to_json(self) -> JSONObject:
        """As it is kept with the order."""
        kept = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: _plain(value) for name, value in kept.items() if value is not None}

    @classmethod
    def from_json(cls, kept: JSONObject) -> OrderEvent:
        """The event that `to_json` kept."""
        found: dict[str, Any] = {each.name: kept.get(each.name) for each in fields(cls)}
        for name in ("date", "at_date"):
            found[name] = found[name] and date.fromisoformat(found[name])
        for name in ("value", "net_value", "quantity"):
            found[name] = None if found[name] is None else Decimal(found[name])
        found["at"] = datetime.fromisoformat(found["at"])
        found["kind"] = EventKind(found["kind"])
        return cls(**found)


class Unreadable(Exception):
    """An event that cannot go in: at which field, why, and what to do."""

    def __init__(self, field: str, reason: str, mend: str = _MEND) -> None:
        super().__init__(f"{field} {reason}")
        self.field = field
        self.reason = reason
        self.mend = mend


def read_event(event: JSONObject, source: EventSource, reader: Reader) -> OrderEvent:
    """The event's facts, or Unreadable."""
    found = _Found(event, reader)
    event_type = found.text("type")
    kind = reader.mapping.kind(event_type)
    if kind is None:
        raise Unreadable(
            "type",
            f"is {event_type!r}, which is not mapped",
            "map the type to ORDER, REFUND, CANCELLATION or IGNORED",
        )
    if kind is EventKind.IGNORED:
        return _nothing(source, kind, event_type)
    at = found.moment("updated_at") or source.sent_at
    own_id = found.text("event_id")
    is_order, is_refund = kind is EventKind.ORDER, kind is EventKind.REFUND
    return OrderEvent(
        order_id=found.required("order_id"),
        event_id=f"{kind}:{own_id}" if own_id else f"{source.message_id}/{source.index}",
        kind=kind,
        type=event_type,
        at=at,
        at_date=at.astimezone(reader.zone).date(),
        date=found.day("occurred_at") if is_order else None,
        value=found.amount("refund" if is_refund else "value", is_required=is_refund),
        net_value=None if is_refund else found.amount("net_value"),
        currency=found.currency(),
        quantity=None if is_refund else found.amount("quantity"),
        status=found.text("status"),
        conversion_type=found.text("conversion_type"),
        campaign=found.text("campaign"),
        utm_source=found.text("utm_source"),
        utm_medium=found.text("utm_medium"),
        country=found.country() if is_order else None,
        geo=found.text("geo") if is_order else None,
    )


def _nothing(source: EventSource, kind: EventKind, event_type: str | None) -> OrderEvent:
    """An event that says nothing of any order."""
    at, none = source.sent_at, None
    return OrderEvent(
        "", "", kind, event_type, at, at.date(), none, none, none, "", none, none, none, none,
        none, none,
    )  # fmt: skip


class _Found:
    """What stands at the paths of one event, each in its type."""

    def __init__(self, event: JSONObject, reader: Reader) -> None:
        self._event = event
        self._reader = reader

    def text(self, name: str) -> str | None:
        """A text, or a number as one; None where there is nothing."""
        value = self._value(name)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise Unreadable(name, "is not a text")
        text = str(value).strip()
        longest = LONGEST_ID if name.endswith("_id") else LONGEST_TEXT
        if len(text) > longest or not _is_storable(text):
            raise Unreadable(name, f"is longer than {longest} characters, or holds a NUL")
        return text or None

    def required(self, name: str) -> str:
        """A text that must be there."""
        text = self.text(name)
        if text is None:
            raise Unreadable(name, "is missing")
        return text

    def amount(self, name: str, *, is_required: bool = False) -> Decimal | None:
        """A number, rounded half-even to the scale of amounts."""
        value = self._value(name)
        if value is None or value == "":
            if is_required:
                raise Unreadable(name, "is missing")
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise Unreadable(name, "is not a number")
        return _amount(name, str(value).strip())

    def moment(self, name: str) -> datetime | None:
        """A moment; without an offset it is one of the connection's zone."""
        value = self._value(name)
        return None if value is None or value == "" else self._moment(name, value)

    def day(self, name: str) -> date | None:
        """The day of a moment in the connection's zone; a day stays what it is."""
        value = self._value(name)
        if value is None or value == "":
            return None
        if isinstance(value, str) and len(value) == len("2026-11-22"):
            try:
                return date.fromisoformat(value)
            except ValueError:
                raise Unreadable(name, "is not a date such as 2026-11-22") from None
        return self._moment(name, value).astimezone(self._reader.zone).date()

    def currency(self) -> str:
        """The currency that is named, else the connection's."""
        text = self.text("currency")
        if text is None:
            return self._reader.currency
        try:
            return currency_code(text)
        except BadInput:
            raise Unreadable("currency", "is not a currency such as EUR") from None

    def country(self) -> str | None:
        """The code of the country that is named."""
        text = self.text("country")
        code = None if text is None else country_code(text)
        if text is not None and code is None:
            raise Unreadable("country", f"is {text!r}, which is no country", _COUNTRY)
        return code

    def _moment(self, name: str, value: object) -> datetime:
        try:
            found = _unix(str(value)) or datetime.fromisoformat(str(value))
            zoned = found if found.tzinfo else found.replace(tzinfo=self._reader.zone)
            moment = zoned.astimezone(UTC)
        except (ValueError, OverflowError, OSError):
            raise Unreadable(name, "is not a moment such as 2026-11-22T09:30:00Z") from None
        if moment.year not in _YEARS:
            raise Unreadable(name, f"lies outside {_YEARS.start} to {_YEARS.stop - 1}")
        return moment

    def _value(self, name: str) -> Any:
        try:
            return self._reader.mapping.find(name, self._event)
        except ValueError as error:
            raise Unreadable(name, f"cannot be read by its path: {error}") from None


def _is_storable(text: str) -> bool:
    """Whether a database can hold it: no NUL, and no lone surrogate, which a path can make."""
    return "\x00" not in text and text.encode(errors="ignore").decode() == text


def _unix(text: str) -> datetime | None:
    """Unix seconds or milliseconds; None for a text that is no number."""
    if not text.replace(".", "", 1).isascii() or not text.replace(".", "", 1).isdigit():
        return None
    number = Decimal(text)
    return datetime.fromtimestamp(float(number / 1000 if number > _MILLISECONDS_FROM else number),
                                  UTC)  # fmt: skip


def _amount(name: str, text: str) -> Decimal:
    try:
        number = Decimal(text)
        if not number.is_finite() or abs(number) > _LARGEST:
            raise Unreadable(name, f"is larger than {_LARGEST:,}")
        return number.quantize(_STEP)
    except InvalidOperation:
        raise Unreadable(name, "is not a number") from None


def _plain(value: object) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value
