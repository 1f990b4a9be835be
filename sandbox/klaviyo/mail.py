"""What a shop sends and what is ordered: single orders, from which every report is added up.

A report by send date and an aggregate by event date are two views of the same orders, so they
agree in total over a long range and differ on every day.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

import numpy as np

from sandbox.world.demand import demand
from sandbox.world.hashing import Dice, key_of
from sandbox.world.records import Account

FIRST_DAY: Final = date(2025, 1, 6)
ATTRIBUTION_DAYS: Final = 5
"""Orders are credited to a message for 120 hours after it was sent."""

EMAIL: Final = "email"
SMS: Final = "sms"
PUSH: Final = "push-notification"
CHANNELS: Final = (EMAIL, SMS, PUSH)

_CAMPAIGN_CHANCE: Final = {EMAIL: 0.45, SMS: 0.14, PUSH: 0.10}
_AUDIENCE: Final = {EMAIL: 6_000, SMS: 1_400, PUSH: 2_200}
_ORDERS_PER_MESSAGE: Final = {EMAIL: 14.0, SMS: 6.0, PUSH: 3.0}
_TWO_VARIANTS: Final = 0.3
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_THEMES: Final = ("new-arrivals", "weekend", "last-chance", "stories", "restock")
_FLOWS: Final = (
    ("Welcome Series", (EMAIL, EMAIL, SMS)),
    ("Abandoned Cart", (EMAIL, SMS)),
    ("Browse Abandonment", (EMAIL, PUSH)),
)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a campaign or of a flow; `owner` is that one's id."""

    owner: str
    owner_name: str
    id: str
    channel: str
    is_flow: bool


@dataclass(frozen=True, slots=True)
class Sending:
    """A message as it went out on one day of the account."""

    message: Message
    day: date
    sent_at: datetime
    recipients: int


@dataclass(frozen=True, slots=True)
class Order:
    """One order; `sending` is what it is credited to, None when nothing is."""

    placed_at: datetime
    value_minor: int
    customer: int
    sending: Sending | None


def klaviyo_id(length: int, *parts: object) -> str:
    """An id such as Klaviyo's: 6 characters, or 26 that begin with 01."""
    keys = key_of(*parts) << 64 | key_of("more", *parts)
    text = "".join(_ALPHABET[(keys >> (5 * at)) & 31] for at in range(length))
    return f"01{text[2:]}" if length > len("123456") else text


@lru_cache(maxsize=4_096)
def sendings(seed: int, account: Account, day: date) -> tuple[Sending, ...]:
    """Everything that goes out on a day, campaigns first; a shop without campaigns sends none."""
    if account.campaigns == 0 or day < FIRST_DAY:
        return ()
    found = [
        *(each for channel in CHANNELS for each in _campaign(seed, account, day, channel)),
        *(_flow_sending(seed, account, day, message) for message in flow_messages(seed, account)),
    ]
    return tuple(each for each in found if each.recipients)


@lru_cache(maxsize=64)
def flow_messages(seed: int, account: Account) -> tuple[Message, ...]:
    """The messages of the account's flows."""
    return tuple(
        Message(
            owner=klaviyo_id(6, seed, account.number, "flow", name),
            owner_name=name,
            id=klaviyo_id(26, seed, account.number, "flow", name, at),
            channel=channel,
            is_flow=True,
        )
        for name, channels in _FLOWS
        for at, channel in enumerate(channels)
    )


@lru_cache(maxsize=16_384)
def orders_of(seed: int, account: Account, sending: Sending) -> tuple[Order, ...]:
    """Every order that a sending will ever be credited with."""
    dice = Dice(key_of(seed, account.number, "orders", sending.message.id, sending.day))
    scale = 0.2 if sending.message.is_flow else dice.between("scale", 0.3, 1.7)
    count = int(_ORDERS_PER_MESSAGE[sending.message.channel] * scale + dice.fraction("count"))
    return tuple(_credited(dice, account, sending, at, count) for at in range(count))


@lru_cache(maxsize=4_096)
def other_orders(seed: int, account: Account, day: date) -> tuple[Order, ...]:
    """The orders of a day that nothing sent is credited with."""
    if account.campaigns == 0 or day < FIRST_DAY:
        return ()
    dice = Dice(key_of(seed, account.number, "other-orders", day))
    wanted = float(demand(seed, account, np.array([day.toordinal()]))[0])
    count = int(12 * wanted + dice.fraction("count"))
    return tuple(
        Order(
            placed_at=_at(account, day, time(0)) + timedelta(minutes=dice.whole(f"m{at}", 0, 1379)),
            value_minor=_value(dice, account, at),
            customer=at,
            sending=None,
        )
        for at in range(count)
    )


def _campaign(seed: int, account: Account, day: date, channel: str) -> tuple[Sending, ...]:
    """A campaign of the day in one channel, or none; some e-mails go out in two variants."""
    dice = Dice(key_of(seed, account.number, "klaviyo-campaign", channel, day))
    if dice.fraction("sent") >= _CAMPAIGN_CHANCE[channel]:
        return ()
    owner = klaviyo_id(26, dice.key, "campaign")
    name = f"{day:%Y-%m-%d} {dice.pick('theme', _THEMES)} {channel}"
    variants = 2 if channel == EMAIL and dice.fraction("variants") < _TWO_VARIANTS else 1
    size = int(_AUDIENCE[channel] * dice.between("size", 0.5, 1.5)) // variants
    sent_at = _at(account, day, time(dice.whole("hour", 8, 19)))
    return tuple(
        Sending(
            Message(owner, name, klaviyo_id(26, dice.key, at), channel, is_flow=False),
            day,
            sent_at,
            size,
        )
        for at in range(variants)
    )


def _flow_sending(seed: int, account: Account, day: date, message: Message) -> Sending:
    dice = Dice(key_of(seed, account.number, message.id, day))
    return Sending(message, day, _at(account, day, time(6)), dice.whole("size", 0, 90))


def _credited(dice: Dice, account: Account, sending: Sending, at: int, count: int) -> Order:
    """Most orders come within a day, the last ones as attribution ends."""
    delay = ATTRIBUTION_DAYS * 1_440 * dice.fraction(f"delay{at}") ** 3
    return Order(
        placed_at=sending.sent_at + timedelta(minutes=int(delay)),
        value_minor=_value(dice, account, at),
        customer=dice.whole(f"customer{at}", 0, max(count * 4, 1)),
        sending=sending,
    )


def _value(dice: Dice, account: Account, at: int) -> int:
    return round(account.order_value_minor * dice.between(f"value{at}", 0.4, 1.9))


def _at(account: Account, day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, account.timezone)
