"""Enumerations of quality, described for the schema."""

from __future__ import annotations

from enum import Enum

from core.quality import CriticalCheck, Dimension, Severity
from graph.types.described import described

QUALITY_ENUMS: tuple[type[Enum], ...] = (
    described(
        Dimension,
        "What a check of quality is about.",
        {
            Dimension.COMPLETENESS: "Whether what should be there is there.",
            Dimension.VALIDITY: "Whether values are possible ones.",
            Dimension.CONSISTENCY: "Whether values agree with each other.",
            Dimension.UNIQUENESS: "Whether no key says two things.",
            Dimension.TIMELINESS: "Whether it was read when it was due.",
            Dimension.ACCURACY: "Whether totals are those of the platform.",
        },
        name="QualityDimension",
    ),
    described(
        CriticalCheck,
        "What a record must pass to be an entry at all. One that fails is refused.",
        {each: f"{each.about[0].upper()}{each.about[1:]}." for each in CriticalCheck},
    ),
    described(
        Severity,
        "How much a check of quality counts within its dimension.",
        {
            Severity.HIGH: "4: a number that models read may be wrong or missing.",
            Severity.MEDIUM: "3: something beside it may be.",
            Severity.LOW: "2: worth a look.",
        },
        name="QualitySeverity",
    ),
)
