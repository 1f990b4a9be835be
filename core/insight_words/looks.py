"""Where to look next: at what would make the finding another one, before anything is changed."""

from __future__ import annotations

from typing import Final

from core.records.findings import CauseKind, Finding
from core.records.insights import InsightKind

_BEFORE: Final = {
    CauseKind.OUTAGE: "See first which days of the account were read, and with what result.",
    CauseKind.RESTATEMENT: "See first which entries were restated, and when.",
    CauseKind.TRACKING: "See first whether conversions were still recorded on these days.",
    CauseKind.CALENDAR: "Compare with the same occasion of last year before anything is changed.",
    CauseKind.SPEND: "See first who changed budgets or bids on these days.",
    CauseKind.DEMAND: "Look at all channels together: most of them moved alike.",
}
EXACT: Final = {
    InsightKind.RESTATEMENT: "Compare the entries' vintages with the platform's own report.",
    InsightKind.TOTAL_GAP: "Compare the days apart with the platform's own report.",
}
"""Of what is exact and has no finding."""
_OF_KIND: Final = {
    InsightKind.ANOMALY: "Look at the campaigns and the metrics beside it on the same days.",
    InsightKind.TREND: "Compare with the same weeks of last year, and with spend.",
    InsightKind.CHANGE_POINT: "Look for what was changed in the account around the first day.",
    InsightKind.MIX_SHIFT: "Look at the parts one by one: which gained what another lost.",
    InsightKind.FRESHNESS: "Look at the connection's last runs and at its schedule.",
    InsightKind.OUTAGE: "Look at the account itself: at payment, status and tracking.",
    InsightKind.QUALITY_INCIDENT: "See which checks failed on these days, and for which entries.",
    InsightKind.PACING: "Look at the campaigns that spend most, and at what is still planned.",
    InsightKind.SEASONALITY: "Plan budgets and read single days with it in mind.",
    InsightKind.ASSOCIATION: "Test it where it matters: a holdout or a geographic experiment.",
    InsightKind.BENCHMARK: "Compare its audience, creative and bids with those of its peers.",
    InsightKind.WASTED_SPEND: "See whether it is meant to sell, and whether it is tracked.",
    InsightKind.SATURATION: "Try a lower budget for some weeks, and compare.",
}


def next_look(finding: Finding) -> str:
    """By what was at work first, else by its kind."""
    if finding.causes:
        return _BEFORE[finding.causes[0].kind]
    return _OF_KIND[finding.kind]
