"""Which GA4 default channel group a platform's traffic belongs to.

Groups: https://support.google.com/analytics/answer/9756891 (read Nov 2026). Platforms say
themselves what they delivered, so UTM rules play no part.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from core.records.connections import Source

UNASSIGNED: Final = "Unassigned"

CHANNEL_GROUPS: Final[Mapping[tuple[Source, str | None], str]] = MappingProxyType(
    {
        (Source.META_ADS, None): "Paid Social",
        (Source.GOOGLE_ADS, "SEARCH"): "Paid Search",
        (Source.GOOGLE_ADS, "SHOPPING"): "Paid Shopping",
        (Source.GOOGLE_ADS, "VIDEO"): "Paid Video",
        (Source.GOOGLE_ADS, "DISPLAY"): "Display",
        **{
            (Source.GOOGLE_ADS, kind): "Paid Other"
            for kind in ("HOTEL", "TRAVEL", "LOCAL", "LOCAL_SERVICES", "SMART", "UNKNOWN")
        },
        (Source.GOOGLE_ADS, None): "Cross-network",
        (Source.KLAVIYO, "email"): "Email",
        (Source.KLAVIYO, "sms"): "SMS",
        (Source.KLAVIYO, "push-notification"): "Mobile Push Notifications",
        (Source.KLAVIYO, "mobile-push"): "Mobile Push Notifications",
        (Source.KLAVIYO, "mobile_push"): "Mobile Push Notifications",
    }
)
"""By platform and the platform's own channel; None stands for all of a platform's other traffic.

Of Google's own: PERFORMANCE_MAX, DEMAND_GEN and MULTI_CHANNEL run on many networks, as does an
account as a whole; GA4 calls that Cross-network.
"""


def channel_group(source: Source, platform_channel: str | None = None) -> str:
    """The group of a platform's own channel, or of the platform where it has just one."""
    own = CHANNEL_GROUPS.get((source, platform_channel))
    return own or CHANNEL_GROUPS.get((source, None), UNASSIGNED)
