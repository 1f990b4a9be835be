"""Which series go into an export: those that its definition names, or all of a role."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from core.causal import CausalDefinition, KpiKind, KpiMeasure
from core.errors import BadInput
from core.records.causal import Exclusion, SeriesEntry
from core.records.connections import Source
from core.records.entries import SeriesRole

_MEDIA: Final = frozenset(
    {
        SeriesRole.SPEND,
        SeriesRole.IMPRESSIONS,
        SeriesRole.CLICKS,
        SeriesRole.EXPOSURE,
        SeriesRole.REACH,
        SeriesRole.FREQUENCY,
    }
)


def chosen_series(
    entries: Sequence[SeriesEntry], definition: CausalDefinition
) -> tuple[list[SeriesEntry], list[Exclusion]]:
    """The entries that go in, and which series do not; BadInput for names that do not exist."""
    _require(entries, definition)
    kept, spare = [], set()
    for entry in entries:
        if _is_wanted(entry, definition):
            kept.append(entry)
        elif entry.role is SeriesRole.KPI:
            spare.add(entry.name)
    names = ", ".join(sorted(spare))
    rows = sum(entry.role is SeriesRole.KPI and entry.name in spare for entry in entries)
    left = [Exclusion("OTHER_KPI", rows, f"series that are another KPI: {names}")] if spare else []
    return kept, left


def _is_wanted(entry: SeriesEntry, definition: CausalDefinition) -> bool:
    if entry.role in _MEDIA:
        return _is_media_wanted(entry, definition)
    if entry.role is SeriesRole.KPI:
        return entry.name == definition.kpi.series and _is_of_kpi(entry, definition)
    if entry.role is SeriesRole.REVENUE_PER_KPI:
        is_count = definition.kpi.measure is KpiMeasure.COUNT
        return definition.kpi.kind is KpiKind.SERIES and is_count and _is_of_kpi(entry, definition)
    named = _named(definition).get(entry.role)
    return named is None or entry.name in named


def _is_media_wanted(entry: SeriesEntry, definition: CausalDefinition) -> bool:
    connections, channels = definition.connections, definition.channels
    return (
        (not connections or entry.connection_id in connections)
        and (not channels or entry.channel in channels)
        and (not definition.sources or Source.FILE in definition.sources)
    )


def _is_of_kpi(entry: SeriesEntry, definition: CausalDefinition) -> bool:
    return not definition.kpi.connections or entry.connection_id in definition.kpi.connections


def _named(definition: CausalDefinition) -> dict[SeriesRole, tuple[str, ...] | None]:
    return {
        SeriesRole.CONTROL: definition.controls,
        SeriesRole.ORGANIC: definition.organic,
        SeriesRole.TREATMENT: definition.treatments,
    }


def _require(entries: Iterable[SeriesEntry], definition: CausalDefinition) -> None:
    wanted: dict[SeriesRole, tuple[str, ...] | None] = dict(_named(definition))
    if definition.kpi.kind is KpiKind.SERIES:
        wanted[SeriesRole.KPI] = (definition.kpi.series or "",)
    known = {(entry.role, entry.name) for entry in entries}
    for role, names in wanted.items():
        for name in names or ():
            if (role, name) not in known:
                there = sorted(each for found, each in known if found is role)
                raise unknown_series(role, name, there)


def unknown_series(role: SeriesRole, name: str, there: Sequence[str]) -> BadInput:
    """No series of that role and name in the dates."""
    field = {SeriesRole.KPI: "kpi.series", SeriesRole.ORGANIC: "organic"}
    known = ", ".join(there) or "none"
    return BadInput(
        f"there is no series {name!r} of role {role} in these dates",
        field=field.get(role, f"{role.lower()}s"),
        mend=f"there are: {known}",
    )
