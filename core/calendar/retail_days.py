"""Retail events as columns that a model can take."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Any

from core.records.calendar import RetailEventRecord

FLAGS = MappingProxyType(
    {
        "Black Friday": "is_black_friday",
        "Cyber Monday": "is_cyber_monday",
        "Prime Day": "is_prime_day",
        "Prime Early Access Sale": "is_prime_big_deal_days",
        "Prime Big Deal Days": "is_prime_big_deal_days",
        "Singles' Day": "is_singles_day",
        "Thanksgiving": "is_thanksgiving",
        "Christmas Day": "is_christmas_day",
        "Boxing Day": "is_boxing_day",
        "Valentine's Day": "is_valentines_day",
        "Easter Sunday": "is_easter_sunday",
        "Mother's Day": "is_mothers_day",
        "Father's Day": "is_fathers_day",
        "Halloween": "is_halloween",
        "Back to School": "is_back_to_school",
        "Super Bowl": "is_super_bowl",
    }
)
"""Names of events and the columns of CalendarDayRecord that they are flagged in."""

BIG = frozenset(
    {
        "Black Friday",
        "Cyber Monday",
        "Prime Day",
        "Prime Early Access Sale",
        "Prime Big Deal Days",
        "Singles' Day",
        "Christmas Day",
    }
)
"""Events that days are counted to and from: those that move retail as a whole."""

_NONE: dict[str, Any] = dict.fromkeys(FLAGS.values(), False)


def retail_flags(events: Iterable[RetailEventRecord]) -> dict[str, Any]:
    """Each flag, true when one of `events` is what it asks for."""
    found: dict[str, Any] = {FLAGS[event.name]: True for event in events if event.name in FLAGS}
    return _NONE | found if found else _NONE
