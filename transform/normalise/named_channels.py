"""The channel that a name stands for, where somebody says platform and medium in their own words.

Names are those of GA4's default channel groups (https://support.google.com/analytics/answer/9756891,
read Nov 2026). A channel that is none of them, such as TV, stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from core.file_fields import header_key
from transform.normalise.channels import UNASSIGNED

_GROUPS: Final = (
    *("Affiliates", "Audio", "Cross-network", "Direct", "Display", "Email"),
    *("Mobile Push Notifications", "Organic Search", "Organic Shopping", "Organic Social"),
    *("Organic Video", "Paid Other", "Paid Search", "Paid Shopping", "Paid Social"),
    *("Paid Video", "Referral", "SMS", "Unassigned"),
)
_OTHER_NAMES: Final[Mapping[str, Iterable[str]]] = MappingProxyType(
    {
        "Paid Search": ("search", "sem", "ppc", "sea", "adwords search"),
        "Paid Shopping": ("shopping",),
        "Paid Video": ("video", "youtube", "youtube ads"),
        "Cross-network": ("performance max", "pmax", "smart", "multi channel"),
        "Display": ("banner", "programmatic", "display network", "gdn"),
        "Email": ("e-mail", "newsletter", "edm"),
        "SMS": ("text message",),
        "Mobile Push Notifications": ("push", "mobile push", "push notification"),
        "Paid Social": ("social ads",),
        "Affiliates": ("affiliate",),
    }
)
_SOCIAL: Final = (
    *("facebook", "facebook ads", "instagram", "meta", "meta ads", "messenger", "fb", "ig"),
    *("tiktok", "tiktok ads", "linkedin", "linkedin ads", "pinterest", "pinterest ads"),
    *("snapchat", "snapchat ads", "twitter", "twitter ads", "x", "x ads", "reddit", "reddit ads"),
    *("audience network", "threads"),
)
_PAID: Final = ("cpc", "ppc", "cpm", "cpv", "cpa", "paid", "paidsearch", "paid_social")
_SEARCH: Final = ("google", "bing", "yahoo", "microsoft", "baidu", "duckduckgo", "ecosia")


def _keys(groups: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {header_key(name): group for group, names in groups.items() for name in names}


CHANNEL_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    _keys({group: (group,) for group in _GROUPS}) | _keys(_OTHER_NAMES)
)
_PLATFORMS: Final = frozenset(header_key(name) for name in _SOCIAL)
_PAID_KEYS: Final = frozenset(header_key(name) for name in _PAID)
_SEARCH_KEYS: Final = frozenset(header_key(name) for name in _SEARCH)


def named_channel(channel: str | None, platform: str | None, medium: str | None) -> str:
    """The channel that is named, else the one that platform and medium make."""
    if channel is not None:
        return CHANNEL_NAMES.get(header_key(channel), channel)
    by_platform, by_medium = header_key(platform or ""), header_key(medium or "")
    if by_platform in _PLATFORMS and (medium is None or by_medium in _PAID_KEYS):
        return "Paid Social"
    if by_platform in _SEARCH_KEYS and by_medium in _PAID_KEYS:
        return "Paid Search"
    return CHANNEL_NAMES.get(by_medium) or CHANNEL_NAMES.get(by_platform) or UNASSIGNED
