"""Columns of a model's file: what each is to the model, as said or as its header tells.

Suffixes are those of Robyn's and Meridian's own example files (`tv_S`, `Channel0_impression`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from core.errors import BadInput
from core.file_fields import header_key
from core.records.entries import SeriesRole


class ColumnRole(StrEnum):
    """What a column of a wide file is: a series of a SeriesRole, or one of two things more.

    FACTOR: texts, each of which becomes a control of ones and zeros. IGNORE: nothing.
    """

    SPEND = "SPEND"
    IMPRESSIONS = "IMPRESSIONS"
    CLICKS = "CLICKS"
    EXPOSURE = "EXPOSURE"
    REACH = "REACH"
    FREQUENCY = "FREQUENCY"
    KPI = "KPI"
    REVENUE_PER_KPI = "REVENUE_PER_KPI"
    POPULATION = "POPULATION"
    CONTROL = "CONTROL"
    ORGANIC = "ORGANIC"
    TREATMENT = "TREATMENT"
    FACTOR = "FACTOR"
    IGNORE = "IGNORE"

    @property
    def series(self) -> SeriesRole:
        """The role of the series that the column makes."""
        return SeriesRole.CONTROL if self is ColumnRole.FACTOR else SeriesRole(self.value)

    @property
    def is_media(self) -> bool:
        """Whether it measures a channel that is paid for."""
        return self in _MEDIA

    @property
    def is_money(self) -> bool:
        """Whether its numbers may stand beside a currency."""
        return self in {ColumnRole.SPEND, ColumnRole.KPI, ColumnRole.REVENUE_PER_KPI}

    @property
    def is_never_negative(self) -> bool:
        """Whether a number below zero is a fault."""
        return self.is_media or self is ColumnRole.POPULATION


_MEDIA = frozenset(
    {
        *(ColumnRole.SPEND, ColumnRole.IMPRESSIONS, ColumnRole.CLICKS),
        *(ColumnRole.EXPOSURE, ColumnRole.REACH, ColumnRole.FREQUENCY),
    }
)


class Period(StrEnum):
    """How long each row of a wide file covers, from its date on."""

    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"


@dataclass(frozen=True, slots=True)
class SeriesColumn:
    """What a column is. `channel`: which channel it measures, for what measures one."""

    role: ColumnRole
    channel: str | None = None

    @classmethod
    def of_text(cls, text: str, field: str) -> SeriesColumn:
        """`SPEND:tv` or `CONTROL`; BadInput naming `field`."""
        role, _, channel = text.partition(":")
        try:
            return cls(ColumnRole(role.strip().upper()), channel.strip() or None)
        except ValueError as error:
            raise BadInput(
                f"{role!r} is no role of a column",
                field=field,
                mend=f"use one of {', '.join(ColumnRole)}, and name its channel as in SPEND:tv",
            ) from error


_SUFFIXES: Mapping[ColumnRole, str] = MappingProxyType(
    {
        ColumnRole.SPEND: r"_S|[ _-](?i:spend|cost)",
        ColumnRole.IMPRESSIONS: r"_I|[ _-](?i:impressions?|imps?)",
        ColumnRole.CLICKS: r"_P|[ _-](?i:clicks?)",
        ColumnRole.REACH: r"[ _-](?i:reach)",
        ColumnRole.FREQUENCY: r"[ _-](?i:frequency|freq)",
        ColumnRole.CONTROL: r"_B|[ _-](?i:control)",
        ColumnRole.TREATMENT: r"[ _-](?i:treatment)",
    }
)
_NAMES: Mapping[str, ColumnRole] = MappingProxyType(
    {
        **dict.fromkeys(("y", "kpi", "revenue", "conversions", "sales", "orders"), ColumnRole.KPI),
        **dict.fromkeys(
            ("revenueperkpi", "revenueperconversion", "revenueperorder"),
            ColumnRole.REVENUE_PER_KPI,
        ),
        "population": ColumnRole.POPULATION,
    }
)
_ORGANIC = re.compile(r"(?i:organic)[ _-].+")


def detected(header: str) -> SeriesColumn | None:
    """What the header of a column tells of it; None where it follows no convention."""
    named = _NAMES.get(header_key(header))
    if named is not None:
        return SeriesColumn(named)
    if _ORGANIC.fullmatch(header):
        return SeriesColumn(ColumnRole.ORGANIC)
    for role, suffix in _SUFFIXES.items():
        stem = _stem(header, suffix)
        if stem != header:
            return SeriesColumn(role, stem if role.is_media else None)
    return None


def with_channel(header: str, column: SeriesColumn) -> SeriesColumn:
    """`column` with the channel that its header names, where it measures one and none is said."""
    if column.channel is not None or not column.role.is_media:
        return column
    suffix = _SUFFIXES.get(column.role)
    return SeriesColumn(column.role, _stem(header, suffix) if suffix else header)


def _stem(header: str, suffix: str) -> str:
    """The header without its suffixes: `search` of `search_clicks_P`."""
    found = re.fullmatch(rf"(.+?)(?:{suffix})+", header)
    return found[1] if found else header
