"""What a file would be read as, without storing anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer

from app.cli.tables import show_fields, show_table
from connectors.file.connector import FileConnector
from connectors.registry import normalise_page
from core.commands import FileOptions
from core.file_layout import FileLayout, layout_of
from core.records.connections import ConnectionRecord
from core.records.ingestion import Rejection
from jobs.sources import page_context

_SHOWN = 10
"""Refused rows that are told one by one."""


@dataclass(slots=True)
class Reading:
    """What the pages of a file came to."""

    layout: FileLayout
    rows: int = 0
    entries: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    days: set[Any] = field(default_factory=set)


async def read_dry(file: Path, options: FileOptions, connection: ConnectionRecord) -> None:
    """Read the file as a run would, and print what it would make of it."""
    connector = FileConnector(file, file.name, options, connection.level)
    reading: Reading | None = None
    async for page in connector.pages(None, None):
        context = page_context(connection, page.request)
        made = normalise_page(connection.source, page.stream, page.media_type, page.body, context)
        reading = reading or Reading(layout_of(context.options))
        reading.rows += made.fetched
        reading.entries += len(made.entries)
        reading.rejections += made.rejections
        reading.days.update(made.entries["date"].unique().to_pylist())
    if reading is not None:
        _show(reading)


def _show(reading: Reading) -> None:
    layout = reading.layout
    show_fields(
        (
            ("rows", str(reading.rows)),
            ("entries", str(reading.entries)),
            ("refused", str(len(reading.rejections))),
            ("dates", _span(reading)),
            *((("each row covers", _period(layout)),) if layout.is_wide else ()),
            *((name, header) for name, header in layout.columns.items()),
            *((("passed over", ", ".join(layout.passed_over)),) if layout.passed_over else ()),
        )
    )
    if layout.is_wide:
        typer.echo()
        rows = ((key, each.role, each.channel or "-") for key, each in layout.series.items())
        show_table(("column", "role", "channel"), rows)
    for rejection in reading.rejections[:_SHOWN]:
        typer.echo(f"refused: {rejection.reason}; {rejection.mend}")


def _span(reading: Reading) -> str:
    return f"{min(reading.days)} to {max(reading.days)}" if reading.days else "none"


def _period(layout: FileLayout) -> str:
    count, unit = (
        (layout.period_days, "day") if layout.period_days else (layout.period_months, "month")
    )
    return f"{count} {unit}{'' if count == 1 else 's'}"
