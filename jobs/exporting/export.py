"""The run of an export. Every step is safe to repeat: the same moment gives the same bytes."""

from __future__ import annotations

from core.records.exports import ExportKind
from core.records.runs import Receipt
from jobs.assignments import Assignment
from jobs.exporting.causal import CausalExport
from jobs.exporting.features import FeatureExport
from jobs.exporting.making import Making
from jobs.exporting.workplace import workplace


async def export(at: Assignment) -> Receipt:
    """Make the export of a run, whatever was done of it before."""
    record = await at.work.exports.of_run(at.scope, at.claimed)
    making = Making(at, record)
    with workplace(at.run.id) as path:
        if record.kind is ExportKind.FEATURES:
            return await FeatureExport(making, record, path).made()
        return await CausalExport(making, record, path).made()
