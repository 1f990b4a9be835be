"""The manifest of a bundle: what its tables are, what they follow from, what is not in them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core.causal import FORMAT, FORMAT_VERSION, ROW_HASH, CausalDefinition, KpiKind, KpiMeasure
from core.jsonvalue import JSONObject
from core.periods import Grain
from core.records.causal import Coverage, Exclusion, SeriesEntry
from core.records.exports import ExportCheck, ExportFile
from transform.export.build import Built, feeding
from transform.export.columns import GEO, TIME, Role, WideColumn
from transform.export.facts import Row

_ABOUT: Final = {
    KpiKind.ORDERS: "orders of the business itself, whatever led to them",
    KpiKind.CONVERSIONS: (
        "conversions that advertising platforms claim for themselves: several may claim one sale, "
        "and a model fitted to them explains the platforms' attribution, not the business"
    ),
    KpiKind.SERIES: "a series that was uploaded",
}


@dataclass(frozen=True, slots=True)
class Rates:
    """The exchange rates that amounts were converted with.

    `source` names publishers, and a tenant's own rates as "own: name"; `dates` are those of
    publications and the first days of own rates.
    `sha256` is that of a line for each day and currency: day, base, quote and rate, separated by
    commas and ended by LF, sorted.
    """

    source: str
    dates: Mapping[str, str]
    currencies: tuple[str, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a manifest says beside what the table itself tells."""

    as_of: datetime
    coverage: Mapping[UUID, Coverage]
    media: Sequence[Row]
    kpi: Sequence[Row]
    series: Sequence[SeriesEntry]
    rates: Rates | None
    checks: Sequence[ExportCheck]
    exclusions: Sequence[Exclusion]
    row_hash: str


def manifest(
    definition: CausalDefinition, made: Built, facts: Facts, files: Sequence[ExportFile]
) -> JSONObject:
    """The manifest; `files` are those that stand beside it."""
    periods = made.grid.periods
    return {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "definition": definition.to_json(),
        "definition_sha256": definition.sha256,
        "as_of": facts.as_of.isoformat(),
        "since": periods[0].since.isoformat(),
        "until": periods[-1].until.isoformat(),
        "periods": len(periods),
        "grain": definition.grain.value,
        "week_start": definition.week_start.name if definition.grain is Grain.WEEK else None,
        "time_zones": _time_zones(facts),
        "currency": definition.currency,
        "exchange_rates": asdict(facts.rates) if facts.rates else None,
        "geo": definition.geo.value if definition.geo else None,
        "kpi": _kpi(definition, made),
        "columns": [*_keys(made), *map(_column, made.table.columns)],
        "roles": asdict(made.roles),
        "attribution": _attribution(facts),
        "maturity": {
            "is_cut": definition.cuts_immature,
            "cut_until": made.grid.mature_until.isoformat() if made.grid.mature_until else None,
        },
        "rows": len(made.table.places),
        "row_hash": facts.row_hash,
        "row_hash_of": ROW_HASH,
        "excluded": [asdict(each) for each in facts.exclusions],
        "checks": [asdict(each) for each in facts.checks],
        "files": [asdict(each) for each in files],
    }


def manifest_text(content: JSONObject) -> bytes:
    """The manifest as its file has it."""
    return json.dumps(content, indent=2, ensure_ascii=False).encode() + b"\n"


def _time_zones(facts: Facts) -> list[str]:
    found = feeding(facts.media, facts.kpi, series=facts.series)
    return sorted({facts.coverage[each].time_zone for each in found})


def _kpi(definition: CausalDefinition, made: Built) -> dict[str, Any]:
    kpi = definition.kpi
    is_money = kpi.measure is KpiMeasure.REVENUE
    what = "revenue" if is_money else "count"
    name = kpi.series or f"{kpi.kind.lower()} ({what})"
    return {
        "column": made.roles.kpi,
        "name": name,
        "kind": kpi.kind.value,
        "kpi_type": "revenue" if is_money else "non_revenue",
        "about": _ABOUT[kpi.kind],
    }


def _keys(made: Built) -> list[dict[str, Any]]:
    names = [(TIME, "date32"), *([(GEO, "string")] if made.table.has_geo else [])]
    return [
        {"name": name, "role": name.upper(), "channel": None, "metric": None, "unit": None,
         "dtype": dtype}
        for name, dtype in names
    ]  # fmt: skip


def _column(column: WideColumn) -> dict[str, Any]:
    key = column.key
    return {
        "name": column.name,
        "role": key.role.value,
        "channel": key.channel,
        "metric": key.series or (key.metric if key.role is not Role.KPI else None) or None,
        "unit": column.unit,
        "dtype": "float64",
    }


def _attribution(facts: Facts) -> dict[str, Any]:
    """How each source of media counts conversions and dates; the wide table holds none of them."""
    found = sorted(
        {(row["source"], row["date_basis"], row["attribution_setting"]) for row in facts.media}
    )
    return {
        "settings": [
            {"source": source, "date_basis": basis, "attribution_setting": setting}
            for source, basis, setting in found
        ]
    }
