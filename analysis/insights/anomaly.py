"""ANOMALY: a day's figure that is far from what the days before let expect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import numpy as np

from analysis.insights.forecasting import Forecast, forecast
from analysis.insights.judging import Judged, Settings, false_shares
from analysis.insights.measures import Measured, measured, part_days
from analysis.insights.panel import Flags, Floats, Panel
from analysis.insights.stakes import Worth
from analysis.insights.tails import chances
from core.jsonvalue import JSONObject
from core.records.findings import Effect, EffectUnit, Finding
from core.records.insights import InsightKind
from core.units import DateRange

METHOD: Final = "one-step-ahead error, tail of own past errors"
_BLOCK: Final = 7
"""Days that are judged by the same past errors: those before the first of them."""


def anomaly(panel: Panel, settings: Settings) -> Judged:
    """One finding a subject, metric and day; its interval is that of the forecast."""
    first = max((settings.judged_since - panel.since).days, 1)
    seen = measured(panel)
    if not seen:
        return Judged()
    whole = ~part_days(panel)
    looks = [_Look.of(panel, *each, whole, first) for each in zip(seen, _ahead(seen), strict=True)]
    p = np.stack([look.p for look in looks])
    is_told = _told(p, settings.false_share)
    worth = Worth.of(panel)
    found = (
        looks[which].finding(row, first + place, worth)
        for which, row, place in np.argwhere(is_told).tolist()
    )
    return Judged(
        tuple(each for each in found if _is_large(each, settings)),
        {
            panel.since + timedelta(days=first + place): int(count)
            for place, count in enumerate(np.isfinite(p).sum(axis=(0, 1)))
        },
    )


def _ahead(seen: list[Measured]) -> Iterator[Forecast]:
    """Of each measure; all rows at once, as a day's step takes as long for few as for many."""
    rows = len(seen[0].logs)
    ahead = forecast(
        np.vstack([each.logs for each in seen]),
        np.vstack([each.noise + each.doubt for each in seen]),
        np.vstack([each.is_final for each in seen]),
    )
    for start in range(0, rows * len(seen), rows):
        yield ahead.of(slice(start, start + rows))


def _told(p: Floats, false_share: float) -> Flags:
    """Which of (measures, subjects, days) pass, each day a family."""
    is_told = np.zeros(p.shape, dtype=np.bool_)
    for place in range(p.shape[2]):
        asked = np.isfinite(p[:, :, place])
        of_day = p[:, :, place][asked]
        is_told[:, :, place][asked] = false_shares(of_day, len(of_day)) <= false_share
    return is_told


def _is_large(finding: Finding, settings: Settings) -> bool:
    return finding.effect is not None and abs(finding.effect.size) >= settings.least_effect


def joined(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Days of one subject and metric that follow each other to one side, told as one.

    Figures are those of the rarest day, on which the others' days and amounts are put.
    """
    runs: dict[tuple[object, ...], list[list[Finding]]] = {}
    for each in sorted(findings, key=lambda each: each.window.since):
        side = each.effect is not None and each.effect.size > 0
        of_one = runs.setdefault((each.subject, each.metric, side), [])
        if of_one and (each.window.since - of_one[-1][-1].window.until).days == 1:
            of_one[-1].append(each)
        else:
            of_one.append([each])
    return tuple(_one(run) for of_one in runs.values() for run in of_one)


def _one(run: list[Finding]) -> Finding:
    rarest = min(run, key=lambda each: (each.p or 0.0, each.window.since))
    stakes = [each.at_stake for each in run if each.at_stake is not None]
    return replace(
        rarest,
        window=DateRange(run[0].window.since, run[-1].window.until),
        is_final=all(each.is_final for each in run),
        at_stake=sum(stakes, Decimal(0)) if stakes else None,
        facts={
            **rarest.facts,
            "peak": rarest.window.until.isoformat(),
            "days": len(run),
        },
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """At one measure of all subjects; `p` is (subjects, judged days), NaN where none is asked."""

    panel: Panel
    seen: Measured
    ahead: Forecast
    p: Floats

    @classmethod
    def of(
        cls, panel: Panel, seen: Measured, ahead: Forecast, is_whole: Flags, first: int
    ) -> _Look:
        score = np.where(seen.is_enough & is_whole, ahead.score, np.nan)
        past = np.where(seen.is_final, score, np.nan)
        blocks = [
            chances(past[:, :since], score[:, since : since + _BLOCK])
            for since in range(first, score.shape[1], _BLOCK)
        ]
        p = np.hstack(blocks) if blocks else np.empty((len(score), 0))
        return cls(panel, seen, ahead, np.where(np.isfinite(score[:, first:]), p, np.nan))

    def finding(self, row: int, day: int, worth: Worth) -> Finding:
        """What there is to say of a subject's day."""
        seen, ahead = self.seen, self.ahead
        past = np.where(
            seen.is_final[row, :day] & seen.is_enough[row, :day], ahead.score[row, :day], np.nan
        )
        log, spread = float(ahead.expected[row, day]), float(ahead.spread[row, day])
        low, high = (float(each) for each in np.nanquantile(past, [0.025, 0.975]))
        shift = float(seen.logs[row, day]) - log
        expected, observed = self._figure(row, day, log), float(seen.final[row, day])
        return Finding(
            kind=InsightKind.ANOMALY,
            subject=self.panel.subjects[row],
            metric=seen.measure.name,
            currency=self.panel.currency if seen.measure.is_money else None,
            window=DateRange(self._date(day), self._date(day)),
            observed=observed,
            expected=expected,
            effect=Effect(
                np.expm1(shift),
                np.expm1(shift - high * spread),
                np.expm1(shift - low * spread),
                EffectUnit.SHARE,
            ),
            method=METHOD,
            n=int(ahead.learned[row, day]),
            p=float(self.p[row, day - ahead.score.shape[1]]),
            is_final=bool(seen.is_final[row, day]),
            at_stake=worth.stake(seen.measure, (row, day), observed - expected),
            facts={
                "expected_low": self._figure(row, day, log + low * spread),
                "expected_high": self._figure(row, day, log + high * spread),
                **self._so_far(row, day),
            },
        )

    def _figure(self, row: int, day: int, log: float) -> float:
        """Back from the scale on which it was judged."""
        if self.seen.measure.under is None:
            return max(float(np.expm1(log)), 0.0)
        return float(self.seen.final[row, day] * np.exp(log - self.seen.logs[row, day]))

    def _so_far(self, row: int, day: int) -> JSONObject:
        if self.seen.is_final[row, day]:
            return {}
        doubt = 1.6448536269514722 * float(np.sqrt(self.seen.doubt[row, day]))
        final = float(self.seen.final[row, day])
        return {
            "observed_so_far": float(self.seen.so_far[row, day]),
            "observed_low": final * float(np.exp(-doubt)),
            "observed_high": final * float(np.exp(doubt)),
        }

    def _date(self, day: int) -> date:
        return self.panel.since + timedelta(days=day)
