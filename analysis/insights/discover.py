"""All kinds of findings about one panel, as they may be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from analysis.insights.anomaly import anomaly, joined
from analysis.insights.association import association
from analysis.insights.benchmark import benchmark
from analysis.insights.causes import with_causes
from analysis.insights.change_point import change_point
from analysis.insights.freshness import freshness
from analysis.insights.judging import Judged, Settings, told
from analysis.insights.ladder import learned
from analysis.insights.mix_shift import mix_shift
from analysis.insights.outage import outage
from analysis.insights.pacing import pacing
from analysis.insights.panel import Panel
from analysis.insights.quality import quality
from analysis.insights.saturation import saturation
from analysis.insights.seasonality import seasonality
from analysis.insights.trend import trend
from analysis.insights.wasted_spend import wasted_spend
from core.records.findings import Finding, KnownCauses
from core.records.insights import InsightKind

Detector = Callable[[Panel, Settings], Judged]

DETECTORS: Final[tuple[Detector, ...]] = (
    freshness,
    quality,
    outage,
    anomaly,
    change_point,
    trend,
    mix_shift,
    pacing,
    seasonality,
    association,
    benchmark,
    wasted_spend,
    saturation,
)
"""Each kind once; the order is that of the answer, and what comes first may be the cause of what
comes after."""


def discover(panel: Panel, known: KnownCauses, settings: Settings) -> tuple[Finding, ...]:
    """What may be told of the days that are judged, with what is known to have happened then.

    The share of false findings is controlled for each kind and day over all subjects and metrics:
    each kind asks a question of its own, and one that asks much does not hush one that asks little.
    All are of the panel's currency, also those of counts: what is at stake with them is money.
    """
    found: list[Finding] = []
    for detector in DETECTORS:
        for each in _as_told(detector(panel, settings), settings):
            finding = with_causes(replace(each, currency=panel.currency), panel, known)
            known = learned(known, finding)
            found.append(finding)
    return tuple(found)


def _as_told(of_a_kind: Judged, settings: Settings) -> tuple[Finding, ...]:
    findings = told(of_a_kind, settings.false_share)
    daily = [each for each in findings if each.kind is InsightKind.ANOMALY]
    return (*joined(daily), *(each for each in findings if each.kind is not InsightKind.ANOMALY))
