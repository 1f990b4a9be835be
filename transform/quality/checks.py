"""What each check of core.quality.CHECKS looks at, one function each, whole columns at a time.

A function answers where it applies and where it fails; None where it applies to no row. What
fails without applying does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow.compute as pc

from transform.quality.rates import cpc, cpm, ctr
from transform.quality.rows import Mask, Rows

Found: TypeAlias = tuple[Mask, Mask] | None

_FIRST_DAY: Final = (date(2000, 1, 1) - date(1970, 1, 1)).days
_LOST: Final = "\N{REPLACEMENT CHARACTER}"
_DELIVERY: Final = ("spend", "impressions", "clicks")
_BELOW_ACCOUNT: Final = frozenset({"CAMPAIGN", "AD_SET", "AD"})
_UNPAID: Final = frozenset(
    {
        *("Direct", "Email", "SMS", "Mobile Push Notifications", "Referral"),
        *("Organic Search", "Organic Social", "Organic Video", "Organic Shopping"),
    }
)
"""Channels that cost nothing a row could tell."""


def entity_named(rows: Rows) -> Found:
    """Of a level whose entities have names; an uploaded file says so by its header."""
    named = rows.expected.rules.named_levels
    if "entity_name" not in rows.expected.tells or (named and _first(rows, "level") not in named):
        return None
    return _has(rows, "entity_name", rows.everywhere)


def campaign_known(rows: Rows) -> Found:
    """Whether an entry below the account has its campaign."""
    if "campaign" not in rows.expected.tells or _first(rows, "level") not in _BELOW_ACCOUNT:
        return None
    return _has(rows, "campaign", rows.everywhere)


def spend_present(rows: Rows) -> Found:
    """Not of channels that cost nothing, such as e-mail."""
    delivered = _delivered(rows)
    if "spend" not in rows.expected.tells or delivered is None:
        return None
    return _has(rows, "spend", delivered & _is_paid(rows))


def impressions_present(rows: Rows) -> Found:
    """Of a row that tells spend or clicks."""
    return _delivery_has(rows, "impressions")


def clicks_present(rows: Rows) -> Found:
    """Of a row that tells spend or impressions."""
    return _delivery_has(rows, "clicks")


def date_plausible(rows: Rows) -> Found:
    """Whether the day can have happened, in a time that has advertising accounts."""
    days, last = rows.integers("date"), rows.expected.last_day
    fails = days < _FIRST_DAY
    return rows.everywhere, fails if last is None else fails | (days > last)


def entity_id_form(rows: Rows) -> Found:
    """Of sources whose ids are numbers."""
    if not rows.expected.rules.has_numeric_ids:
        return None
    is_number: Any = pc.ascii_is_decimal(rows.column("entity_id"))
    return rows.everywhere, ~is_number.to_numpy(zero_copy_only=False)


def name_readable(rows: Rows) -> Found:
    """Whether a name went through its encodings whole."""
    known = rows.known("entity_name")
    if known is None:
        return None
    lost: Any = pc.match_substring(rows.column("entity_name"), _LOST)
    return known, lost.fill_null(False).to_numpy(zero_copy_only=False)  # noqa: FBT003 -- a value


def reach_within_impressions(rows: Rows) -> Found:
    """Nobody is reached without an impression."""
    return _within(rows, "reach", "impressions")


def clicks_within_impressions(rows: Rows) -> Found:
    """Where the source counts a click on the day of its impression."""
    follows = rows.expected.rules.clicks_follow_impressions
    return _within(rows, "clicks", "impressions") if follows else None


def video_views_within_impressions(rows: Rows) -> Found:
    """Where the source counts a view on the day of its impression."""
    follows = rows.expected.rules.views_follow_impressions
    return _within(rows, "video_views", "impressions") if follows else None


def value_has_conversions(rows: Rows) -> Found:
    """The other way round is legal, as are parts of conversions and those without spend."""
    known = rows.known_all("conversions", "conversion_value")
    if known is None:
        return None
    value, count = rows.integers("conversion_value"), rows.integers("conversions")
    return known, (value != 0) & (count == 0)


def repeats_agree(rows: Rows) -> Found:
    """Of what is read: a sender may tell of an order as often as it likes."""
    return (rows.everywhere, rows.apart) if rows.expected.is_read else None


FUNCTIONS: Final[Mapping[str, Callable[[Rows], Found]]] = MappingProxyType(
    {
        "ENTITY_NAMED": entity_named,
        "CAMPAIGN_KNOWN": campaign_known,
        "SPEND_PRESENT": spend_present,
        "IMPRESSIONS_PRESENT": impressions_present,
        "CLICKS_PRESENT": clicks_present,
        "DATE_PLAUSIBLE": date_plausible,
        "ENTITY_ID_FORM": entity_id_form,
        "NAME_READABLE": name_readable,
        "REACH_WITHIN_IMPRESSIONS": reach_within_impressions,
        "CLICKS_WITHIN_IMPRESSIONS": clicks_within_impressions,
        "VIDEO_VIEWS_WITHIN_IMPRESSIONS": video_views_within_impressions,
        "CTR_AGREES": ctr,
        "CPC_AGREES": cpc,
        "CPM_AGREES": cpm,
        "VALUE_HAS_CONVERSIONS": value_has_conversions,
        "REPEATS_AGREE": repeats_agree,
    }
)
"""By the id of the check."""


def _first(rows: Rows, name: str) -> str | None:
    found = rows.table[name][0].as_py() if len(rows) else None
    return None if found is None else str(found)


def _has(rows: Rows, name: str, applies: Mask) -> Found:
    known = rows.known(name)
    return applies, rows.everywhere if known is None else ~known


def _delivered(rows: Rows) -> Mask | None:
    """Where a row tells of delivery at all: conversions may come without any."""
    found = [each for each in map(rows.known, _DELIVERY) if each is not None]
    if any(each is rows.everywhere for each in found):
        return rows.everywhere
    return np.logical_or.reduce(found) if found else None


def _delivery_has(rows: Rows, name: str) -> Found:
    delivered = _delivered(rows)
    if name not in rows.expected.tells or delivered is None:
        return None
    return _has(rows, name, delivered)


def _is_paid(rows: Rows) -> Mask:
    codes = rows.column("channel").dictionary_encode()
    paid = np.array([name not in _UNPAID for name in codes.dictionary.to_pylist()], dtype=bool)
    found: Mask = paid[codes.indices.to_numpy(zero_copy_only=False)]
    return found


def _within(rows: Rows, part: str, whole: str) -> Found:
    known = rows.known_all(part, whole)
    return None if known is None else (known, rows.integers(part) > rows.integers(whole))
