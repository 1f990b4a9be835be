"""Which column of a wide export plays which part for a model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WideRoles:
    """Which part each column of a wide frame plays.

    `media`, `media_spend` and `media_channels` go together place by place; `media` repeats the
    spend column of a channel without exposure. So do `reach` and `frequency`, and
    `organic_media` and `organic_channels`.
    """

    time: str
    kpi: str
    geo: str | None = None
    revenue_per_kpi: str | None = None
    population: str | None = None
    media: tuple[str, ...] = ()
    media_spend: tuple[str, ...] = ()
    media_channels: tuple[str, ...] = ()
    reach: tuple[str, ...] = ()
    frequency: tuple[str, ...] = ()
    organic_media: tuple[str, ...] = ()
    organic_channels: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    treatments: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
