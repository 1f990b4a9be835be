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
from transform.normalise.utm import is_paid, utm_channel

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


def _keys(groups: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {header_key(name): group for group, names in groups.items() for name in names}


CHANNEL_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    _keys({group: (group,) for group in _GROUPS}) | _keys(_OTHER_NAMES)
)
_PLATFORMS: Final = frozenset(header_key(name) for name in _SOCIAL)


def named_channel(channel: str | None, platform: str | None, medium: str | None) -> str:
    """The channel that is named, else the one that platform and medium make."""
    if channel is not None:
        return CHANNEL_NAMES.get(header_key(channel), channel)
    by_platform = header_key(platform or "")
    if medium is None:
        is_social = by_platform in _PLATFORMS
        return "Paid Social" if is_social else CHANNEL_NAMES.get(by_platform, UNASSIGNED)
    by_rules = utm_channel(platform, medium)
    if is_paid(medium) and platform is not None:
        return by_rules
    named = CHANNEL_NAMES.get(header_key(medium))
    if named is None and by_rules == UNASSIGNED:
        return CHANNEL_NAMES.get(by_platform, UNASSIGNED)
    return named or by_rules
