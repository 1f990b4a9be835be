"""Spend that a file and another connection may both tell: added up, and not silently."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import date

from core.causal import CausalDefinition
from core.periods import period_of
from core.records.causal import SeriesEntry
from core.records.connections import Source
from core.records.entries import SeriesRole
from transform.export.facts import Row, channel_of


def overlaps(
    definition: CausalDefinition,
    media: Sequence[Row],
    series: Sequence[SeriesEntry],
    times: Collection[date],
) -> Counter[str]:
    """In how many of the periods that begin at `times` a channel's spend is of a file and more."""
    tellers: defaultdict[tuple[date, str], set[str]] = defaultdict(set)
    files: set[str] = set()
    for row in media:
        if row["spend"] is not None:
            tellers[row["time"], channel_of(row, definition.media_by)].add(row["connection"])
            if row["source"] == Source.FILE:
                files.add(row["connection"])
    for entry in series:
        if entry.role is SeriesRole.SPEND:
            time = period_of(entry.date, definition.grain, definition.week_start).since
            tellers[time, entry.channel].add(str(entry.connection_id))
            files.add(str(entry.connection_id))
    return Counter(
        channel
        for (time, channel), found in tellers.items()
        if time in times and len(found) > 1 and not files.isdisjoint(found)
    )
