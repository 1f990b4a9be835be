"""How numbers are written in files: signs, currencies, groups of digits, decimal marks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

EMPTY_MARKS = frozenset({"", "-", "--", "\u2013", "\u2014", "n/a", "null"})
"""What exports write, in any case, where they have no number; read as unknown."""

_MISSING = EMPTY_MARKS | {"na", "nan", "none"}


def is_blank(text: str) -> bool:
    """Whether a model's file says nothing there, as R and Python write it."""
    return text.lower() in _MISSING


_DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "ARS", "CLP", "TWD"})
CURRENCY_SYMBOLS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "$": _DOLLARS,
        "US$": frozenset({"USD"}),
        "C$": frozenset({"CAD"}),
        "CA$": frozenset({"CAD"}),
        "A$": frozenset({"AUD"}),
        "AU$": frozenset({"AUD"}),
        "R$": frozenset({"BRL"}),
        "\u20ac": frozenset({"EUR"}),
        "\u00a3": frozenset({"GBP"}),
        "\u00a5": frozenset({"JPY", "CNY"}),
        "\u20b9": frozenset({"INR"}),
        "\u20a9": frozenset({"KRW"}),
        "\u20bd": frozenset({"RUB"}),
        "\u20ba": frozenset({"TRY"}),
        "\u20aa": frozenset({"ILS"}),
        "kr": frozenset({"SEK", "NOK", "DKK", "ISK"}),
        "kr.": frozenset({"DKK"}),
        "z\u0142": frozenset({"PLN"}),
        "K\u010d": frozenset({"CZK"}),
        "Ft": frozenset({"HUF"}),
        "Fr.": frozenset({"CHF"}),
    }
)
"""The currencies that a symbol beside an amount may stand for."""

_SPACES = r"\s\u00a0\u202f'\u2019"
_GAP = r"[\s\u00a0\u202f]*"
_TOKEN = rf"[^\d{_SPACES}%()+\-\u2212.,][^\d{_SPACES}%()+\-\u2212]{{0,3}}"
_AMOUNT = re.compile(
    rf"(?P<sign>[-+\u2212]?){_GAP}(?P<before>{_TOKEN})?{_GAP}(?P<inner>[-+\u2212]?)"
    rf"(?P<digits>[\d.,](?:[\d.,{_SPACES}]*[\d.,])?(?:[eE][-+]?\d{{1,3}})?)"
    rf"{_GAP}%?{_GAP}(?P<after>{_TOKEN})?",
    re.ASCII,
)


def _grammar(group: str, mark: str) -> re.Pattern[str]:
    grouped = rf"\d{{1,3}}(?:[{group}{_SPACES}]\d{{2,3}})*[{group}{_SPACES}]\d{{3}}"
    return re.compile(
        rf"(?P<whole>{grouped}|\d*)(?:{mark}(?P<part>\d*))?(?P<power>[eE][-+]?\d+)?",
        re.ASCII,
    )


_GRAMMARS = MappingProxyType({".": _grammar(",", r"\."), ",": _grammar(r"\.", ",")})


@dataclass(frozen=True, slots=True)
class Written:
    """A number as written, its sign and currency apart: `digits` still has its marks."""

    sign: str
    digits: str
    currency: str | None


def written(text: str) -> Written | None:
    """The parts of `text`, or None when it is no number with at most one currency beside it."""
    match = _AMOUNT.fullmatch(text.strip())
    if match is None or (match["sign"] and match["inner"]):
        return None
    tokens = [token for token in (match["before"], match["after"]) if token]
    if len(tokens) > 1 or not all(_is_currency(token) for token in tokens):
        return None
    sign = "-" if (match["sign"] or match["inner"]) in {"-", "\u2212"} else ""
    return Written(sign, match["digits"], tokens[0] if tokens else None)


def plain_number(number: Written, decimal_separator: str) -> str | None:
    """`number` with a point and without groups, or None when its marks do not fit."""
    match = _GRAMMARS[decimal_separator].fullmatch(number.digits)
    if match is None or not (match["whole"] or match["part"]):
        return None
    whole = "".join(c for c in match["whole"] if c.isdigit()) or "0"
    return f"{number.sign}{whole}.{match['part'] or '0'}{match['power'] or ''}"


def stands_for(token: str, currency: str) -> bool:
    """Whether a symbol or code beside an amount may mean `currency`."""
    return token.upper() == currency or currency in CURRENCY_SYMBOLS.get(token, frozenset())


def _is_currency(token: str) -> bool:
    return token in CURRENCY_SYMBOLS or re.fullmatch("[A-Z]{3}", token) is not None
