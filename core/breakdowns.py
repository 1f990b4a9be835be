"""What entries are broken down by, in one spelling over all sources: countries and devices."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from core.file_fields import header_key
from core.records.entries import Device

UNKNOWN_COUNTRY = "ZZ"
"""CLDR's code of a country that a source does not know, kept apart from not being asked."""

_OTHER_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "unknown": UNKNOWN_COUNTRY,
        "(not set)": UNKNOWN_COUNTRY,
        "xk": "XK",
        "kosovo": "XK",
        "usa": "US",
        "united states of america": "US",
        "uk": "GB",
        "united kingdom": "GB",
        "great britain": "GB",
        "england": "GB",
        "deutschland": "DE",
        "allemagne": "DE",
        "frankreich": "FR",
        "osterreich": "AT",
        "autriche": "AT",
        "schweiz": "CH",
        "suisse": "CH",
        "espana": "ES",
        "italia": "IT",
        "nederland": "NL",
        "south korea": "KR",
        "north korea": "KP",
        "russia": "RU",
        "czechia": "CZ",
        "vietnam": "VN",
        "turkiye": "TR",
    }
)
_DEVICES: Mapping[Device, tuple[str, ...]] = MappingProxyType(
    {
        Device.MOBILE: (
            *("mobile", "mobile app", "mobile web", "smartphone", "iphone", "ipod"),
            *("android smartphone", "handy", "high end mobile", "mobile devices"),
            "mobile phones",
        ),
        Device.TABLET: ("tablet", "ipad", "android tablet", "tablets", "tablette"),
        Device.DESKTOP: ("desktop", "computer", "computers", "pc", "ordinateur", "laptop"),
        Device.CONNECTED_TV: ("connected tv", "ctv", "tv screens", "smart tv", "television"),
        Device.OTHER: ("other", "others", "unknown", "not set", "unspecified"),
    }
)


@cache
def _codes() -> Mapping[str, str]:
    """Codes by code and by name, from the table that comes with the time zones."""
    table = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    by_name = {header_key(name): code for code, name in rows}
    others = {header_key(name): code for name, code in _OTHER_NAMES.items()}
    return {**by_name, **others, **{code.lower(): code for code, _ in rows}}


def country_code(text: str) -> str | None:
    """The ISO 3166-1 alpha-2 code of a country by its code or its name; None for none."""
    return _codes().get(header_key(text))


_BY_NAME: Mapping[str, Device] = MappingProxyType(
    {header_key(name): device for device, names in _DEVICES.items() for name in names}
)


def device_of(text: str) -> Device:
    """The kind of device that a source calls `text`; OTHER for what is none of them."""
    return _BY_NAME.get(header_key(text), Device.OTHER)
