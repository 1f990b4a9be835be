"""Rows of entries and of their versions as records."""

from __future__ import annotations

from dataclasses import fields
from typing import Final

import asyncpg

from core.records.connections import Level, Source
from core.records.entries import (
    DateBasis,
    Device,
    EntryKey,
    EntryRecord,
    Metrics,
    SeriesRole,
    VintageRecord,
)

_METRICS: Final = tuple(field.name for field in fields(Metrics))


def entry_record(row: asyncpg.Record) -> EntryRecord:
    """The record of a row of `entry_relation` with `is_mature`."""
    return EntryRecord(
        key=EntryKey(row["date"], row["digest"]),
        source=Source(row["source"]),
        connection_id=row["connection_id"],
        account_id=row["account_id"],
        level=Level(row["level"]),
        entity_id=row["entity_id"],
        entity_name=row["entity_name"],
        campaign=row["campaign"],
        date_basis=DateBasis(row["date_basis"]),
        attribution_setting=row["attribution_setting"],
        channel=row["channel"],
        platform_channel=row["platform_channel"],
        currency=row["currency"],
        country=row["country"],
        geo=row["geo"],
        device=Device(row["device"]) if row["device"] else None,
        series_role=SeriesRole(row["series_role"]) if row["series_role"] else None,
        covers_days=row["covers_days"],
        time_zone=row["time_zone"],
        metrics=_metrics(row),
        learned_at=row["learned_at"],
        named_at=row["named_at"],
        first_learned_at=row["first_learned_at"],
        vintage_count=row["vintage_count"],
        is_mature=row["is_mature"],
        run_id=row["run_id"],
        raw_page_id=row["raw_page_id"],
        raw_position=row["raw_position"],
        checks_applied=row["checks_applied"],
        checks_failed=row["checks_failed"],
    )


def vintage_record(row: asyncpg.Record) -> VintageRecord:
    """The record of a version of an entry."""
    return VintageRecord(
        key=EntryKey(row["date"], row["digest"]),
        learned_at=row["learned_at"],
        is_present=row["is_present"],
        metrics=_metrics(row),
        run_id=row["run_id"],
        raw_page_id=row["raw_page_id"],
        raw_position=row["raw_position"],
        checks_applied=row["checks_applied"],
        checks_failed=row["checks_failed"],
    )


def _metrics(row: asyncpg.Record) -> Metrics:
    return Metrics(**{name: row[name] for name in _METRICS})
