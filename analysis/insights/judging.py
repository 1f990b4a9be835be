"""What every kind of finding is judged by, and how many of them may be false."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

import numpy as np

from analysis.insights.panel import Floats
from core.records.findings import Finding

FALSE_SHARE: Final = 0.05
"""Which share of the findings that are told may be false, in the long run."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Days from `judged_since` to the panel's last are judged; those before are learned from.

    Of what is told at most `false_share` is false in the long run. An effect that is smaller than
    `least_effect`, a share, is not told however sure it is.
    """

    judged_since: date
    false_share: float = FALSE_SHARE
    least_effect: float = 0.1


@dataclass(frozen=True, slots=True)
class Judged:
    """Findings with the questions that were asked to find them.

    `tests`: by day, how many hypotheses were looked at, whatever came of them; a finding belongs
    to the day on which its window ends. Findings whose p is above the share of false ones that is
    allowed may be left out, as nothing that is told depends on them.
    """

    findings: tuple[Finding, ...] = ()
    tests: Mapping[date, int] = field(default_factory=dict)


def judged(findings: Iterable[Finding]) -> Judged:
    """Of a kind that returns a finding for every question it asks."""
    found = tuple(findings)
    return Judged(found, Counter(each.window.until for each in found if each.p is not None))


def told(of_a_kind: Judged, false_share: float) -> tuple[Finding, ...]:
    """What may be told of a kind, each day by itself; what was counted is told as it is."""
    by_day: dict[date, list[Finding]] = {}
    for each in of_a_kind.findings:
        if each.p is not None:
            by_day.setdefault(each.window.until, []).append(each)
    counted = tuple(each for each in of_a_kind.findings if each.p is None)
    inferred = (
        replace(finding, q=q)
        for day, findings in sorted(by_day.items())
        for finding, q in zip(findings, _shares(findings, of_a_kind.tests[day]), strict=True)
        if q <= false_share
    )
    return (*counted, *inferred)


def false_shares(chances: Floats, tests: int) -> Floats:
    """Each p as its q: Benjamini, Hochberg (1995); `tests` are at least as many as there are p.

    Those that are not given are taken to be above all that are.
    """
    order = np.argsort(chances)
    raw = chances[order] * tests / np.arange(1, len(chances) + 1)
    shares = np.empty_like(raw)
    shares[order] = np.minimum.accumulate(raw[::-1])[::-1]
    return np.minimum(shares, 1.0)


def _shares(findings: list[Finding], tests: int) -> list[float]:
    chances = np.array([each.p for each in findings], dtype=np.float64)
    return [float(each) for each in false_shares(chances, tests)]
