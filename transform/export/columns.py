"""Columns of the wide table: what each is to a model, and what it is called."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a column is to a model, in the order of the wide table."""

    KPI = "KPI"
    REVENUE_PER_KPI = "REVENUE_PER_KPI"
    POPULATION = "POPULATION"
    MEDIA_SPEND = "MEDIA_SPEND"
    MEDIA = "MEDIA"
    REACH = "REACH"
    FREQUENCY = "FREQUENCY"
    ORGANIC = "ORGANIC"
    CONTROL = "CONTROL"
    TREATMENT = "TREATMENT"
    EVENT = "EVENT"
    CALENDAR = "CALENDAR"


_RANK: Final = {role: rank for rank, role in enumerate(Role)}
_OF_CHANNEL: Final = frozenset({Role.MEDIA_SPEND, Role.MEDIA, Role.REACH, Role.FREQUENCY})
_PREFIXES: Final = {
    Role.ORGANIC: "org",
    Role.CONTROL: "ctl",
    Role.TREATMENT: "trt",
    Role.EVENT: "evt",
    Role.CALENDAR: "cal",
}
_FIXED: Final = {
    Role.KPI: "kpi",
    Role.REVENUE_PER_KPI: "revenue_per_kpi",
    Role.POPULATION: "population",
}
TIME: Final = "time"
GEO: Final = "geo"


@dataclass(frozen=True, slots=True)
class ColumnKey:
    """What tells a column from every other: `metric` in lower case, `series` its name."""

    role: Role
    channel: str | None = None
    metric: str = ""
    series: str | None = None
    origin: str = ""
    """Tells apart what is called alike: the connection of a series that is not added up."""

    @property
    def order(self) -> tuple[str | int, ...]:
        """Columns of a channel stand together."""
        media = Role.MEDIA_SPEND if self.role in _OF_CHANNEL else self.role
        return (
            _RANK[media],
            self.channel or "",
            _RANK[self.role],
            self.metric,
            self.series or "",
            self.origin,
        )


@dataclass(frozen=True, slots=True)
class WideColumn:
    """One column under its name; `unit` is a currency, `count`, `share` or `value`."""

    name: str
    key: ColumnKey
    unit: str


def snake_case(text: str) -> str:
    """`text` as a name in lower case, its words joined by underscores.

    Letters and digits of any script stay; a name that would be empty is `unnamed`.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(each if each.isalnum() else " " for each in folded)
    return "_".join(kept.split()) or "unnamed"


def named(keys: Iterable[ColumnKey]) -> dict[ColumnKey, str]:
    """A name for each key, unique and the same for the same keys, in the order of the table."""
    found: dict[ColumnKey, str] = {}
    taken = {TIME, GEO}
    for key in sorted(set(keys), key=lambda each: each.order):
        name = wanted = _wanted(key)
        number = 1
        while name in taken:
            number += 1
            name = f"{wanted}_{number}"
        taken.add(name)
        found[key] = name
    return found


def _wanted(key: ColumnKey) -> str:
    if key.role in _FIXED:
        return _FIXED[key.role]
    if key.role in _PREFIXES:
        parts = (_PREFIXES[key.role], key.channel, key.series or key.metric)
        return snake_case(" ".join(part for part in parts if part))
    channel = snake_case(key.channel or "")
    if channel[0].isdigit():
        channel = f"c_{channel}"
    return f"{channel}_{_exposure(key, channel)}"


def _exposure(key: ColumnKey, channel: str) -> str:
    """The metric, or what a series of exposure is called without its channel."""
    if key.series is None:
        return key.metric
    name = snake_case(key.series)
    return name.removeprefix(f"{channel}_") or name
