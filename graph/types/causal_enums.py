"""Enumerations of causal exports, described for the schema."""

from __future__ import annotations

from enum import Enum

from core.causal import CalendarColumn, GeoBy, KpiMeasure, MediaBy
from core.records.exports import ExportFormat
from graph.types.described import described

CAUSAL_ENUMS: tuple[type[Enum], ...] = (
    described(
        GeoBy,
        "What a geo of an export is.",
        {
            GeoBy.COUNTRY: "A country.",
            GeoBy.GEO: "A region, as the source or the file names it.",
        },
        name="ExportGeo",
    ),
    described(
        MediaBy,
        "What the columns of media are kept apart by.",
        {
            MediaBy.CHANNEL: "The channel, whatever sources it has.",
            MediaBy.CHANNEL_AND_SOURCE: "The channel and the source.",
        },
        name="ExportMediaBy",
    ),
    described(
        KpiMeasure,
        "What of a KPI is counted.",
        {
            KpiMeasure.COUNT: "How many; revenue per KPI stands beside it where it is known.",
            KpiMeasure.REVENUE: "The money that they brought.",
        },
    ),
    described(
        CalendarColumn,
        "A fact of the calendar as a column: days of the period.",
        {
            CalendarColumn.HOLIDAYS: "Days that are a holiday (`cal_holidays`).",
            CalendarColumn.WEEKEND_DAYS: "Days of the weekend (`cal_weekend_days`).",
            CalendarColumn.RETAIL_EVENTS: "Days with an event of retail (`cal_retail_events`).",
        },
    ),
    described(
        ExportFormat,
        "How the tables of an export are written.",
        {
            ExportFormat.PARQUET: "Apache Parquet, uncompressed.",
            ExportFormat.CSV: "CSV (RFC 4180) with LF.",
            ExportFormat.JSONL: "JSON Lines.",
            ExportFormat.ARROW: "Arrow IPC, the file format.",
            ExportFormat.LEGACY: "The JSON of the predecessor's causal export.",
        },
    ),
)
