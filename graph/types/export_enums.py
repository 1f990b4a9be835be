"""Enumerations of exports, described for the schema."""

from __future__ import annotations

from enum import Enum

from core.records.exports import ExportKind, ExportState, Severity
from graph.types.described import described

EXPORT_ENUMS: tuple[type[Enum], ...] = (
    described(
        ExportKind,
        "What an export is for.",
        {
            ExportKind.CAUSAL: "A causal model: `exportCausal` made it.",
            ExportKind.FEATURES: "Any model that reads features: `exportFeatures` made it.",
        },
    ),
    described(
        ExportState,
        "What there is of an export.",
        {
            ExportState.PENDING: "No files yet: its run makes them, or says why not.",
            ExportState.READY: "Its files can be fetched.",
            ExportState.EXPIRED: "Its time was over; its files are gone.",
            ExportState.DELETED: "Somebody deleted its files.",
        },
    ),
    described(
        Severity,
        "How a finding on an export weighs.",
        {
            Severity.ERROR: "It will stop or spoil most models.",
            Severity.ATTENTION: "It may.",
            Severity.INFO: "Worth knowing.",
        },
        name="ExportCheckSeverity",
    ),
)
