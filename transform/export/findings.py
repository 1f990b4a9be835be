"""What is worth knowing of how a wide table came about, beside what its numbers show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from core.causal import CausalDefinition, KpiKind
from core.records.exports import ExportCheck, Severity
from transform.export.build import KPI, Built
from transform.export.columns import Role


def own_findings(made: Built, definition: CausalDefinition) -> tuple[ExportCheck, ...]:
    """Findings on the KPI, on days that were not read, and on periods that may still move."""
    return (
        *_claimed(made, definition),
        *_unread(made),
        *_immature(made),
        *_overlapping(made),
        *_organic_only(made),
    )


def _claimed(made: Built, definition: CausalDefinition) -> Iterator[ExportCheck]:
    if definition.kpi.kind is KpiKind.CONVERSIONS:
        yield ExportCheck(
            "KPI_IS_ATTRIBUTED",
            Severity.ATTENTION,
            (made.roles.kpi,),
            None,
            "the KPI is what platforms claim for themselves: effects that a model finds in it are "
            "their attribution, not what the business gained",
        )


def _unread(made: Built) -> Iterator[ExportCheck]:
    counts = Counter(channel for _, channel in made.unread)
    for channel, count in sorted(counts.items()):
        role = Role.KPI if channel == KPI else None
        columns = tuple(
            column.name
            for column in made.table.columns
            if column.key.role is role or (role is None and column.key.channel == channel)
        )
        yield ExportCheck(
            "PERIODS_NOT_READ",
            Severity.ERROR if role else Severity.ATTENTION,
            columns,
            count,
            f"{count} of {len(made.grid.periods)} periods were not read on every day: where no "
            "entry tells otherwise, zero stands for what is not known (is_imputed in cells)",
        )


def _immature(made: Built) -> Iterator[ExportCheck]:
    moving = np.asarray((~made.table.is_mature).any(axis=0))
    columns = tuple(
        column.name for column, moves in zip(made.table.columns, moving, strict=True) if moves
    )
    if columns:
        cells = int((~made.table.is_mature).sum())
        yield ExportCheck(
            "CELLS_IMMATURE",
            Severity.ATTENTION,
            columns,
            cells,
            f"{cells} cells were last read before their days had settled, and may still move",
        )


def _overlapping(made: Built) -> Iterator[ExportCheck]:
    for channel, count in sorted(made.overlaps.items()):
        spend = made.table.of_role(Role.MEDIA_SPEND)
        columns = tuple(column.name for column in spend if column.key.channel == channel)
        yield ExportCheck(
            "SPEND_MAY_COUNT_TWICE",
            Severity.ATTENTION,
            columns,
            count,
            f"in {count} periods a file and another connection tell spend of {channel!r}, and it "
            "is added up: if it is the same money, choose one by connections",
        )


def _organic_only(made: Built) -> Iterator[ExportCheck]:
    if not made.roles.media_spend:
        yield ExportCheck(
            "NO_PAID_MEDIA",
            Severity.INFO,
            (),
            None,
            "no channel has spend: a model of returns on media needs some",
        )
