"""The default channel group of a visit, from its UTM parameters.

Rules and their order: https://support.google.com/analytics/answer/9756891, "Channels for manual
traffic" (read Nov 2026). Google's list of sites is approximated by the names of the sites that
matter; `m.facebook.com`, `facebook` and `facebook ads` are one site.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias

from transform.normalise.channels import UNASSIGNED

SEARCH, SHOPPING, SOCIAL, VIDEO = "search", "shopping", "social", "video"
_SITES: Final = {
    SEARCH: frozenset(
        (
            *("google", "bing", "yahoo", "duckduckgo", "baidu", "yandex", "ecosia", "qwant"),
            *("sogou", "naver", "daum", "seznam", "aol", "ask", "msn", "lycos", "rambler"),
            *("dogpile", "virgilio", "onet", "startsiden", "microsoft", "adwords", "googleads"),
        )
    ),
    SHOPPING: frozenset(
        (
            *("amazon", "ebay", "etsy", "walmart", "shopify", "alibaba", "mercadolibre"),
            *("shopzilla", "stripe", "igshopping"),
        )
    ),
    SOCIAL: frozenset(
        (
            *("facebook", "fb", "instagram", "ig", "messenger", "threads", "meta", "linkedin"),
            *("lnkd", "twitter", "x", "tiktok", "pinterest", "snapchat", "reddit", "tumblr"),
            *("quora", "whatsapp", "wechat", "weibo", "vk", "vkontakte", "line", "kakao"),
            *("zalo", "xing", "tripadvisor", "yelp", "trustpilot", "flickr", "foursquare"),
            *("glassdoor", "goodreads", "meetup", "medium", "wordpress", "blogger", "blogspot"),
            *("deviantart", "digg", "disqus", "myspace", "livejournal", "stackoverflow"),
            *("stackexchange", "scribd", "skype", "odnoklassniki", "renren", "douban", "badoo"),
            *("houzz", "wattpad"),
        )
    ),
    VIDEO: frozenset(
        (
            *("youtube", "vimeo", "twitch", "netflix", "hulu", "dailymotion", "disneyplus"),
            *("iqiyi", "youku", "wistia", "ted", "veoh", "crackle", "utreon"),
            *("curiositystream",),
        )
    ),
}
_SHORT: Final = {"t.co": SOCIAL, "t.me": SOCIAL, "fb.me": SOCIAL, "youtu.be": VIDEO}
_SECTIONS: Final = {  # of portals that are search sites otherwise
    "shopping": SHOPPING,
    **dict.fromkeys(("answers", "blog", "bookmarks", "cafe", "chiebukuro", "groups"), SOCIAL),
    **dict.fromkeys(("kin", "lifestream", "mbga", "messages", "plus", "pulse", "sites"), SOCIAL),
}
_PAID: Final = re.compile(r"(.*cp.*|ppc|retargeting|paid.*)")
_SHOP: Final = re.compile(r"(.*(([^a-df-z]|^)shop|shopping).*)")
_WORDS: Final = re.compile(r"[a-z0-9+]+")
_DISPLAY: Final = frozenset(("display", "banner", "expandable", "interstitial", "cpm"))
_SOCIAL_MEDIA: Final = frozenset(
    ("social", "social-network", "social-media", "sm", "social network", "social media")
)
_EMAIL: Final = frozenset(("email", "e-mail", "e_mail", "e mail"))
_NONE: Final = frozenset(("", "(not set)", "(none)"))


class _Visit:
    """Parameters in lower case, and what kind of site `source` is."""

    def __init__(self, source: str, medium: str, campaign: str) -> None:
        self.source, self.medium, self.campaign = source, medium, campaign
        self.site = site_kind(source)
        self.is_paid = is_paid(medium)
        self.is_shop = self.site == SHOPPING or _SHOP.fullmatch(campaign) is not None


Rule: TypeAlias = "tuple[str, Callable[[_Visit], bool]]"

_RULES: Final[tuple[Rule, ...]] = (
    ("Direct", lambda v: v.source in {"(direct)", "direct"} and v.medium in _NONE),
    ("Cross-network", lambda v: "cross-network" in v.campaign),
    ("Paid Shopping", lambda v: v.is_shop and v.is_paid),
    ("Paid Search", lambda v: v.site == SEARCH and v.is_paid),
    ("Paid Social", lambda v: v.site == SOCIAL and v.is_paid),
    ("Paid Video", lambda v: v.site == VIDEO and v.is_paid),
    ("Display", lambda v: v.medium in _DISPLAY),
    ("Paid Other", lambda v: v.is_paid),
    ("Organic Shopping", lambda v: v.is_shop),
    ("Organic Social", lambda v: v.site == SOCIAL or v.medium in _SOCIAL_MEDIA),
    ("Organic Video", lambda v: v.site == VIDEO or "video" in v.medium),
    ("Organic Search", lambda v: v.site == SEARCH or v.medium == "organic"),
    ("Referral", lambda v: v.medium in {"referral", "app", "link"}),
    ("Email", lambda v: v.source in _EMAIL or v.medium in _EMAIL),
    ("Affiliates", lambda v: v.medium in {"affiliate", "affiliates"}),
    ("Audio", lambda v: v.medium == "audio"),
    ("SMS", lambda v: "sms" in {v.source, v.medium}),
    (
        "Mobile Push Notifications",
        lambda v: (
            v.medium.endswith("push")
            or "mobile" in v.medium
            or "notification" in v.medium
            or v.source == "firebase"
        ),
    ),
)


@lru_cache(maxsize=8192)
def utm_channel(source: str | None, medium: str | None, campaign: str | None = None) -> str:
    """The first group whose rule holds, else Unassigned; None is a parameter that is not set."""
    visit = _Visit(_lowered(source), _lowered(medium), _lowered(campaign))
    return next((group for group, holds in _RULES if holds(visit)), UNASSIGNED)


def is_paid(medium: str) -> bool:
    """Whether a medium says that the visit was paid for, as `cpc` and `paid_social` do."""
    return _PAID.fullmatch(_lowered(medium)) is not None


def site_kind(source: str) -> str | None:
    """What kind of site `source` is: SEARCH, SHOPPING, SOCIAL, VIDEO, or None."""
    lowered = _lowered(source)
    if lowered in _SHORT:
        return _SHORT[lowered]
    words = _WORDS.findall(lowered)
    kinds = (kind for word in reversed(words) for kind, names in _SITES.items() if word in names)
    found = next(kinds, None)
    sections = (_SECTIONS[word] for word in words if word in _SECTIONS)
    return next(sections, found) if found == SEARCH else found


def _lowered(parameter: str | None) -> str:
    return (parameter or "").strip().lower()
