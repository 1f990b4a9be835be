"""What else people call a channel: the words that documents say and questions use."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

CHANNEL_ALIASES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "Affiliates": ("affiliate marketing", "partner programme"),
        "Audio": ("podcast advertising", "streaming audio", "radio"),
        "Cross-network": ("Performance Max", "PMax", "Demand Gen"),
        "Direct": ("direct traffic", "typed in"),
        "Display": ("banner advertising", "display ads", "programmatic"),
        "Email": ("EDM", "newsletter", "e-mail marketing", "mailing"),
        "Mobile Push Notifications": ("push messages", "app notifications"),
        "Organic Search": ("SEO", "unpaid search"),
        "Organic Shopping": ("free product listings",),
        "Organic Social": ("unpaid social media",),
        "Organic Video": ("unpaid video",),
        "Paid Other": ("other paid media",),
        "Paid Search": ("SEM", "PPC", "search engine marketing", "search ads"),
        "Paid Shopping": ("shopping ads", "product listing ads", "PLA"),
        "Paid Social": ("social ads", "social media advertising", "sponsored posts"),
        "Paid Video": ("video ads", "online video", "pre-roll"),
        "Referral": ("referring sites",),
        "SMS": ("text messages", "texting"),
        "Out of Home": ("OOH", "billboards", "posters"),
        "Print": ("newspapers", "magazines"),
        "Radio": ("audio spots", "broadcast"),
        "TV": ("television", "broadcast"),
    }
)
"""By channel: GA4's default groups, and what files of offline media are mostly called."""

_FOLDED: Final = {channel.casefold(): names for channel, names in CHANNEL_ALIASES.items()}


def aliases_of(channel: str) -> tuple[str, ...]:
    """Other names of a channel, in any case; none of one that is a tenant's own."""
    return _FOLDED.get(channel.casefold(), ())
