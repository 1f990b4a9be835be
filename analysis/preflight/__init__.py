"""A look at an export before it is modelled: findings, and nothing mended."""

from __future__ import annotations

import pandas as pd

from analysis.preflight.catalogue import CHECKS, found
from analysis.preflight.grid import grid_findings
from analysis.preflight.media import media_findings
from analysis.preflight.relations import relation_findings
from analysis.preflight.variation import variation_findings
from analysis.preflight.wide import wide_of
from core.records.exports import ExportCheck, Severity
from core.records.preflight import WideRoles

__all__ = ["CHECKS", "preflight"]

_RANK = {severity: rank for rank, severity in enumerate(Severity)}
_ORDER = {name: place for place, name in enumerate(CHECKS)}


def preflight(frame: pd.DataFrame, roles: WideRoles, grain: str) -> tuple[ExportCheck, ...]:
    """What is worth knowing before a model reads `frame`; the same frame says the same for ever.

    One row per period, and geo where `roles.geo` is named; `roles.time` holds the first day of
    each period (dates or timestamps), all other columns are numbers. `grain` is DAY, WEEK or
    MONTH. Rows may stand in any order. Sorted by severity, then in the order of CHECKS, then by
    columns.
    """
    if frame.empty:
        return (found("PERIOD_MISSING", [roles.time], None, "there are no rows"),)
    wide = wide_of(frame, roles, grain)
    findings = (
        *grid_findings(wide),
        *variation_findings(wide),
        *media_findings(wide),
        *relation_findings(wide),
    )
    return tuple(
        sorted(findings, key=lambda each: (_RANK[each.severity], _ORDER[each.id], each.columns))
    )
