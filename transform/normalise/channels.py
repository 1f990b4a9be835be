"""Which GA4 default channel group a platform's traffic belongs to.

Groups: https://support.google.com/analytics/answer/9756891 (read Nov 2026). Platforms say
themselves what they delivered, so UTM rules play no part: each source's manifest has the groups
of its channels.
"""

from __future__ import annotations

from typing import Final

from core.records.connections import Source

UNASSIGNED: Final = "Unassigned"
DEFAULT: Final = "default"
"""What a manifest calls all of a platform's other traffic."""


def channel_group(source: Source, platform_channel: str | None = None) -> str:
    """The group of a platform's own channel, or of the platform where it has just one."""
    groups = source.manifest.channels
    return groups.get(platform_channel or DEFAULT) or groups.get(DEFAULT, UNASSIGNED)
