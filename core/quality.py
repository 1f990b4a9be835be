"""Quality of what is stored: numbered checks, the vector that they make, and the score of it.

An entry keeps two bit masks: which checks applied to it, and which of those it failed. A check
that does not apply is neither passed nor failed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from itertools import groupby
from math import exp, log
from types import MappingProxyType
from typing import Final

PLACES: Final = 6
"""Shares and scores are rounded to so many decimals, so that every machine tells the same."""

_STEP: Final = Decimal(1).scaleb(-PLACES)

LEAST: Final = 0.01
"""What a dimension counts at least: a score of 0 would hide all others."""


class Dimension(StrEnum):
    """What a check is about."""

    COMPLETENESS = "COMPLETENESS"
    VALIDITY = "VALIDITY"
    CONSISTENCY = "CONSISTENCY"
    UNIQUENESS = "UNIQUENESS"
    TIMELINESS = "TIMELINESS"
    ACCURACY = "ACCURACY"


WEIGHTS: Final[Mapping[Dimension, float]] = MappingProxyType(
    {
        Dimension.COMPLETENESS: 0.25,
        Dimension.VALIDITY: 0.25,
        Dimension.CONSISTENCY: 0.20,
        Dimension.UNIQUENESS: 0.10,
        Dimension.TIMELINESS: 0.10,
        Dimension.ACCURACY: 0.10,
    }
)


class Severity(StrEnum):
    """How much a check counts within its dimension."""

    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"

    @property
    def weight(self) -> int:
        """Whole, so that sums over many entries are exact in any order."""
        return {Severity.HIGH: 4, Severity.MEDIUM: 3, Severity.LOW: 2}[self]


class CriticalCheck(StrEnum):
    """What a record must pass to be an entry at all; one that fails has no score."""

    DATE_KNOWN = "DATE_KNOWN"
    ACCOUNT_KNOWN = "ACCOUNT_KNOWN"
    CURRENCY_KNOWN = "CURRENCY_KNOWN"
    VALUE_POSSIBLE = "VALUE_POSSIBLE"
    RECORD_READABLE = "RECORD_READABLE"

    @property
    def about(self) -> str:
        """What holds where it is passed."""
        return _CRITICAL[self]


_CRITICAL: Final[Mapping[CriticalCheck, str]] = MappingProxyType(
    {
        CriticalCheck.DATE_KNOWN: "the record is of one day, which can have happened",
        CriticalCheck.ACCOUNT_KNOWN: "the record is of the connection's account",
        CriticalCheck.CURRENCY_KNOWN: "amounts are in the currency that they should be in",
        CriticalCheck.VALUE_POSSIBLE: (
            "numbers are numbers, delivery and spend are not negative, nothing is absurdly large"
        ),
        CriticalCheck.RECORD_READABLE: (
            "the record is an object as its stream has them, says whose it is, and contradicts no "
            "other"
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Check:
    """One check of an entry.

    `bit` is its place in the masks, for ever: what is stored refers to it. `applies` says to
    which entries, `about` what holds where it is passed.
    """

    bit: int
    id: str
    dimension: Dimension
    severity: Severity
    applies: str
    about: str

    @property
    def mask(self) -> int:
        """The masks' value with this bit alone."""
        return 1 << self.bit


_C, _V = Dimension.COMPLETENESS, Dimension.VALIDITY
_S, _U = Dimension.CONSISTENCY, Dimension.UNIQUENESS
_HIGH, _MEDIUM, _LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW

CHECKS: Final[tuple[Check, ...]] = (
    Check(
        0, "ENTITY_NAMED", _C, _MEDIUM, "the source names its entities", "the entity has a name"
    ),
    Check(
        1, "CAMPAIGN_KNOWN", _C, _HIGH, "the source tells campaigns", "the entry has its campaign"
    ),
    Check(
        2, "SPEND_PRESENT", _C, _HIGH,
        "the source tells spend; the row tells delivery in a channel that costs",
        "spend is known",
    ),
    Check(
        3, "IMPRESSIONS_PRESENT", _C, _HIGH,
        "the source tells impressions; the row tells delivery", "impressions are known",
    ),
    Check(
        4, "CLICKS_PRESENT", _C, _MEDIUM, "the source tells clicks; the row tells delivery",
        "clicks are known",
    ),
    Check(8, "DATE_PLAUSIBLE", _V, _HIGH, "always", "the day is from 2000 on and has happened"),
    Check(
        9, "ENTITY_ID_FORM", _V, _MEDIUM, "the source's ids have a form of their own",
        "the entity's id has that form",
    ),
    Check(
        10, "NAME_READABLE", _V, _LOW, "the entity has a name",
        "the name has no character that was lost in an encoding",
    ),
    Check(
        16, "REACH_WITHIN_IMPRESSIONS", _S, _HIGH, "reach and impressions are known",
        "reach ≤ impressions",
    ),
    Check(
        17, "CLICKS_WITHIN_IMPRESSIONS", _S, _HIGH,
        "clicks and impressions are known, and the source counts a click with its impression",
        "clicks ≤ impressions",
    ),
    Check(
        19, "VIDEO_VIEWS_WITHIN_IMPRESSIONS", _S, _MEDIUM,
        "video views and impressions are known, and the source counts a view with its impression",
        "video views ≤ impressions",
    ),
    Check(
        20, "CTR_AGREES", _S, _MEDIUM, "the row has the platform's CTR",
        "clicks / impressions is within 0.5 % of it",
    ),
    Check(
        21, "CPC_AGREES", _S, _MEDIUM, "the row has the platform's CPC",
        "spend / clicks is within 0.5 % of it",
    ),
    Check(
        22, "CPM_AGREES", _S, _MEDIUM, "the row has the platform's CPM",
        "1000 · spend / impressions is within 0.5 % of it",
    ),
    Check(
        23, "VALUE_HAS_CONVERSIONS", _S, _MEDIUM, "conversions and their value are known",
        "a value other than 0 has conversions",
    ),
    Check(
        32, "REPEATS_AGREE", _U, _HIGH, "the source is read, not pushed",
        "every row of the reading with this key says the same",
    ),
)  # fmt: skip
"""In the order of their bits."""

BY_ID: Final[Mapping[str, Check]] = MappingProxyType({each.id: each for each in CHECKS})

ASSESSED: Final[tuple[Dimension, ...]] = tuple(
    each for each in Dimension if any(check.dimension is each for check in CHECKS)
)
"""The dimensions of an entry; the others are those of connections and days."""

MASKS: Final[Mapping[Dimension, tuple[tuple[int, int], ...]]] = MappingProxyType(
    {
        dimension: tuple(
            (weight, sum(check.mask for check in group))
            for weight, group in groupby(
                sorted(
                    (check for check in CHECKS if check.dimension is dimension),
                    key=lambda check: check.severity.weight,
                ),
                key=lambda check: check.severity.weight,
            )
        )
        for dimension in ASSESSED
    }
)
"""Of each dimension, its checks of one weight: the weight and their mask."""


@dataclass(frozen=True, slots=True)
class QualityVector:
    """A share from 0 to 1 of each dimension that could be assessed; others are not in it."""

    shares: Mapping[Dimension, float] = field(default_factory=dict)

    @property
    def score(self) -> float | None:
        """Q = Π max(s_d, 0.01)^w_d, weights renormalised over the assessed; None without any."""
        if not self.shares:
            return None
        total = sum(WEIGHTS[each] for each in self.shares)
        logs = sum(WEIGHTS[each] * log(max(share, LEAST)) for each, share in self.shares.items())
        return round(exp(logs / total), PLACES)


@dataclass(frozen=True, slots=True)
class Counted:
    """Entries whose masks are the same, or one of them."""

    applied: int
    failed: int
    entries: int = 1


def entry_vector(applied: int | None, failed: int | None) -> QualityVector:
    """The vector of one entry's masks; empty where it was not assessed."""
    if applied is None:
        return QualityVector()
    return pooled_vector([Counted(applied, failed or 0)])


def pooled_vector(counted: Iterable[Counted]) -> QualityVector:
    """The vector of many entries: s_d = Σ w·passed / Σ w·applied, over all checks of all."""
    found = list(counted)
    shares = {}
    for dimension in ASSESSED:
        applied = sum(each.entries * _weighed(each.applied, dimension) for each in found)
        failed = sum(each.entries * _weighed(each.failed, dimension) for each in found)
        if applied:
            shares[dimension] = _share(applied - failed, applied)
    return QualityVector(MappingProxyType(shares))


def failed_checks(failed: int | None) -> tuple[Check, ...]:
    """The checks of a mask, in the order of their bits."""
    return tuple(each for each in CHECKS if (failed or 0) & each.mask)


def _share(passed: int, applied: int) -> float:
    return float((Decimal(passed) / applied).quantize(_STEP, ROUND_HALF_UP))


def _weighed(mask: int, dimension: Dimension) -> int:
    return sum(weight * (mask & part).bit_count() for weight, part in MASKS[dimension])
