"""Insights as rows and as records: what analysis found goes in and out as it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import asyncpg

from core.records.entries import EntryKey
from core.records.findings import (
    Cause,
    CauseKind,
    Effect,
    EffectUnit,
    Finding,
    Subject,
    SubjectLevel,
)
from core.records.insights import (
    InsightAct,
    InsightJudgement,
    InsightKind,
    InsightRecord,
    InsightSeverity,
    InsightState,
    InsightVerdict,
)
from core.units import DateRange

BY: Final = "analysis"
"""Who acts and judges where an analysis does."""


def insight_record(row: asyncpg.Record) -> InsightRecord:
    """The record of a whole row of `insight`."""
    evidence = zip(row["evidence_dates"], row["evidence_digests"], strict=True)
    severity, verdict = row["severity"], row["verdict"]
    return InsightRecord(
        id=row["id"],
        kind=InsightKind(row["kind"]),
        connection_id=row["connection_id"],
        run_id=row["run_id"],
        metric=row["metric"],
        currency=row["currency"],
        window=DateRange(row["since"], row["until"]),
        before=row["before"],
        after=row["after"],
        entries=row["entries"],
        evidence=tuple(EntryKey(date, digest) for date, digest in evidence),
        detected_at=row["detected_at"],
        learned_at=row["learned_at"],
        finding=None if row["fingerprint"] is None else _finding(row),
        severity=None if severity is None else InsightSeverity(severity),
        state=InsightState(row["state"]),
        verdict=None if verdict is None else InsightVerdict(verdict),
        incident_id=row["incident_id"],
        owner=row["owner"],
    )


def act_record(row: asyncpg.Record) -> InsightAct:
    """The record of a row of `insight_act`."""
    return InsightAct(
        row["insight_id"],
        row["at"],
        InsightState(row["state"]),
        row["acted_by"],
        row["run_id"],
        row["note"],
        row["owner"],
        None if row["cause"] is None else CauseKind(row["cause"]),
        row["calendar_event_id"],
    )


def judgement_record(row: asyncpg.Record) -> InsightJudgement:
    """The record of a row of `insight_verdict`."""
    return InsightJudgement(
        row["insight_id"],
        row["at"],
        InsightVerdict(row["verdict"]),
        row["judged_by"],
        row["run_id"],
        row["note"],
        row["figures"],
    )


def finding_fields(finding: Finding) -> dict[str, object]:
    """The columns of `insight` that hold a finding, as JSON values."""
    subject, effect = finding.subject, finding.effect
    return {
        "kind": finding.kind,
        "subject_level": subject.level,
        "subject_key": subject.key,
        "connection_id": subject.connection_id,
        "metric": finding.metric,
        "currency": finding.currency,
        "since": finding.window.since,
        "until": finding.window.until,
        "observed": finding.observed,
        "expected": finding.expected,
        "effect": None if effect is None else _effect_json(effect),
        "method": finding.method,
        "n": finding.n,
        "p": finding.p,
        "q": finding.q,
        "is_final": finding.is_final,
        "at_stake": None if finding.at_stake is None else str(finding.at_stake),
        "causes": [_cause_json(each) for each in finding.causes],
        "facts": finding.facts,
    }


def _finding(row: asyncpg.Record) -> Finding:
    level = SubjectLevel(row["subject_level"])
    return Finding(
        kind=InsightKind(row["kind"]),
        subject=Subject(level, row["subject_key"], row["connection_id"]),
        metric=row["metric"],
        currency=row["currency"],
        window=DateRange(row["since"], row["until"]),
        observed=row["observed"],
        expected=row["expected"],
        effect=None if row["effect"] is None else _effect(row["effect"]),
        method=row["method"],
        n=row["n"],
        p=row["p"],
        q=row["q"],
        is_final=row["is_final"],
        at_stake=row["at_stake"],
        causes=tuple(map(_cause, row["causes"])),
        facts=row["facts"],
    )


def _effect_json(effect: Effect) -> dict[str, object]:
    return {
        "size": float(effect.size),
        "low": float(effect.low),
        "high": float(effect.high),
        "unit": effect.unit,
        "confidence": effect.confidence,
    }


def _effect(kept: Mapping[str, Any]) -> Effect:
    size, low, high = (float(kept[name]) for name in ("size", "low", "high"))
    return Effect(size, low, high, EffectUnit(kept["unit"]), float(kept["confidence"]))


def _cause_json(cause: Cause) -> dict[str, object]:
    window = cause.window
    return {
        "kind": cause.kind,
        "since": window.since,
        "until": window.until,
        "label": cause.label,
    }


def _cause(kept: Mapping[str, str]) -> Cause:
    window = DateRange(date.fromisoformat(kept["since"]), date.fromisoformat(kept["until"]))
    return Cause(CauseKind(kept["kind"]), window, kept["label"])
