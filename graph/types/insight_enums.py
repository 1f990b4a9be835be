"""Enumerations of insights, described for the schema."""

from __future__ import annotations

from enum import Enum

from core.records.findings import CauseKind, EffectUnit, SubjectLevel
from core.records.insight_acts import InsightRating
from core.records.insights import InsightKind, InsightSeverity, InsightState, InsightVerdict
from graph.types.described import described

INSIGHT_ENUMS: tuple[type[Enum], ...] = (
    described(
        InsightKind,
        "What an insight states.",
        {
            InsightKind.RESTATEMENT: "A source changed numbers it had already reported.",
            InsightKind.TOTAL_GAP: "Our entries do not add up to the platform's own total.",
            InsightKind.ANOMALY: "A day unlike what its own past foretells.",
            InsightKind.TREND: "A rise or fall that goes on over weeks.",
            InsightKind.CHANGE_POINT: "A level that changed on a day and stayed.",
            InsightKind.MIX_SHIFT: "The total holds, and what it is made of does not.",
            InsightKind.FRESHNESS: "A connection has not been read when it should have been.",
            InsightKind.OUTAGE: "Days were read, and next to nothing came.",
            InsightKind.QUALITY_INCIDENT: "The quality of a connection's data fell.",
            InsightKind.PACING: "Spend will miss its budget.",
            InsightKind.SEASONALITY: "What days and seasons have come to matter.",
            InsightKind.ASSOCIATION: "Two channels move together. No word on which moves which.",
            InsightKind.BENCHMARK: "Better or worse than its own history, or than its peers.",
            InsightKind.WASTED_SPEND: "Spend that brought nothing where it should have.",
            InsightKind.SATURATION: "More spend has brought less and less. A hint, no model.",
        },
    ),
    described(
        InsightState,
        "Where an insight stands with those whom it is for.",
        {
            InsightState.OPEN: "Nobody has said anything yet.",
            InsightState.ACKNOWLEDGED: "Somebody looks into it.",
            InsightState.EXPLAINED: "Somebody knows why.",
            InsightState.RESOLVED: "It is over, or does not hold any more.",
            InsightState.EXPIRED: "Nobody has said anything for too long.",
        },
    ),
    described(
        InsightSeverity,
        "How much money is at stake, held against what you spend in a week.",
        {
            InsightSeverity.CRITICAL: "A fifth of it, or more.",
            InsightSeverity.HIGH: "A twentieth of it, or more.",
            InsightSeverity.MEDIUM: "A hundredth of it, or more.",
            InsightSeverity.LOW: "Less, or nobody knows.",
        },
    ),
    described(
        InsightVerdict,
        "What an insight turned out to be.",
        {
            InsightVerdict.HELD: "It stood when its days were final.",
            InsightVerdict.RESTATED_AWAY: "Its figures moved so far that it does not stand.",
            InsightVerdict.WITHDRAWN: "Analysis does not tell it any more, though no figure moved.",
            InsightVerdict.ACTED_ON: "Somebody did something about it.",
            InsightVerdict.NOT_USEFUL: "Somebody found it to be of no use.",
        },
    ),
    described(
        InsightRating,
        "Of what use an insight was.",
        {
            InsightRating.ACTED_ON: "Somebody did something about it.",
            InsightRating.NOT_USEFUL: "It is of no use.",
        },
    ),
    described(
        SubjectLevel,
        "What kind of thing an insight is about.",
        {
            SubjectLevel.TENANT: "Everything together, in one currency.",
            SubjectLevel.CONNECTION: "One account.",
            SubjectLevel.CHANNEL: "One channel, over all accounts.",
            SubjectLevel.CAMPAIGN: "One campaign.",
        },
        name="InsightLevel",
    ),
    described(
        CauseKind,
        "What may be behind an insight, in the order in which it is to be ruled out.",
        {
            CauseKind.OUTAGE: "Nothing, or next to nothing, came.",
            CauseKind.RESTATEMENT: "The source changed what it had reported.",
            CauseKind.TRACKING: "Counting was broken, or the quality of the data fell.",
            CauseKind.CALENDAR: "A holiday or another known day.",
            CauseKind.SPEND: "More or less was spent.",
            CauseKind.DEMAND: "Others moved alike.",
        },
        name="InsightCauseKind",
    ),
    described(
        EffectUnit,
        "What an effect is measured in.",
        {
            EffectUnit.SHARE: "A share of what was expected: 0.1 is ten percent more.",
            EffectUnit.SHARE_PER_WEEK: "A share a week.",
            EffectUnit.METRIC: "The metric's own unit.",
            EffectUnit.DAYS: "Days.",
            EffectUnit.CORRELATION: "A correlation, from -1 to 1.",
        },
        name="InsightEffectUnit",
    ),
)
