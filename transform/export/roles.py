"""Which column plays which part for a model, as the wide table's keys say it."""

from __future__ import annotations

from typing import Final

from core.records.preflight import WideRoles
from transform.export.columns import GEO, TIME, Role, WideColumn
from transform.export.wide import WideTable

_EXPOSURES: Final = ("impressions", "exposure", "clicks")
"""The exposure that stands for a channel, the first that it has."""


def roles_of(wide: WideTable) -> WideRoles:
    """The parts; a channel without exposure is modelled by its spend."""
    spend = wide.of_role(Role.MEDIA_SPEND)
    exposures = [_exposure(wide, column) for column in spend]
    reach = wide.of_role(Role.REACH)
    organic = _organic(wide)
    return WideRoles(
        time=TIME,
        geo=GEO if wide.has_geo else None,
        kpi=_only(wide, Role.KPI) or "",
        revenue_per_kpi=_only(wide, Role.REVENUE_PER_KPI),
        population=_only(wide, Role.POPULATION),
        media=tuple(column.name for column in exposures),
        media_spend=tuple(column.name for column in spend),
        media_channels=tuple(_channel(column) for column in spend),
        reach=tuple(column.name for column in reach),
        frequency=tuple(_names(wide, Role.FREQUENCY)),
        organic_media=tuple(column.name for column in organic),
        organic_channels=tuple(column.name.removeprefix("org_") for column in organic),
        controls=(*_names(wide, Role.CONTROL), *_names(wide, Role.CALENDAR)),
        treatments=tuple(_names(wide, Role.TREATMENT)),
        events=tuple(_names(wide, Role.EVENT)),
    )


def _exposure(wide: WideTable, spend: WideColumn) -> WideColumn:
    found = {
        column.key.metric: column
        for column in reversed(wide.of_role(Role.MEDIA))
        if column.key.channel == spend.key.channel
    }
    return next((found[metric] for metric in _EXPOSURES if metric in found), spend)


def _organic(wide: WideTable) -> list[WideColumn]:
    """One column for each organic channel, and every organic series."""
    found: dict[str, WideColumn] = {}
    for column in wide.of_role(Role.ORGANIC):
        if column.key.metric in {"reach", "frequency"}:
            continue
        channel = column.key.channel or column.name
        best = found.setdefault(channel, column)
        if _rank(column) < _rank(best):
            found[channel] = column
    return list(found.values())


def _rank(column: WideColumn) -> int:
    metric = column.key.metric
    return _EXPOSURES.index(metric) if metric in _EXPOSURES else len(_EXPOSURES)


def _channel(column: WideColumn) -> str:
    return column.name.removesuffix("_spend")


def _names(wide: WideTable, role: Role) -> list[str]:
    return [column.name for column in wide.of_role(role)]


def _only(wide: WideTable, role: Role) -> str | None:
    names = _names(wide, role)
    return names[0] if names else None
