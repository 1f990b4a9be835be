"""What Meta announces beside its answers, in headers of its own.

https://developers.facebook.com/docs/marketing-api/versions (v26.0).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from connectors.http import HttpResponse
from connectors.meta.limits import SLOW_FROM_PERCENT, usage
from core.records.credentials import AlertKind, Notice

VERSION_WARNING: Final = "x-ad-api-version-warning"


def notices(response: HttpResponse) -> Iterator[Notice]:
    """The pinned version will go; the quota is nearly used."""
    warning = response.headers.get(VERSION_WARNING)
    if warning:
        yield Notice(
            AlertKind.API_VERSION_SUNSET,
            f"Meta stops serving the pinned API version: {warning}",
            "set LIFTOS_META_API_VERSION to a version that stays, and upgrade",
        )
    percent = usage(response.headers).percent
    if percent >= SLOW_FROM_PERCENT:
        yield Notice(
            AlertKind.QUOTA_NEARLY_USED,
            f"{percent:g} % of Meta's quota is used; reading slows down",
            "read fewer days at once, or ask Meta for a higher access tier",
        )
