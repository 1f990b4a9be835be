"""Campaigns beside which a campaign may be put: those of its channel."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.insights.panel import Panel
from core.records.findings import SubjectLevel

Places = NDArray[np.int64]


class Peers(NamedTuple):
    """A channel, and the rows of its campaigns."""

    channel: str
    rows: Places


def by_channel(panel: Panel) -> Iterator[Peers]:
    """Every channel that is known of any campaign, by name."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, subject in enumerate(panel.subjects):
        channel = panel.channels.get(subject)
        if subject.level is SubjectLevel.CAMPAIGN and channel is not None:
            rows[channel].append(row)
    for channel, its in sorted(rows.items()):
        yield Peers(channel, np.array(its))
