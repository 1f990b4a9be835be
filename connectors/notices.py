"""What a source says beside its answers: it will stop serving this, the quota is nearly used.

A notice reaches whoever collects while requests are made, through however many layers, so that
no connector has to hand it on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from core.records.credentials import AlertKind, Notice

Notices = dict[AlertKind, Notice]

_COLLECTED: Final[ContextVar[Notices | None]] = ContextVar("notices", default=None)

SUNSET_MEND: Final = "set a newer pinned version of the source's API, and upgrade"


@contextmanager
def collecting() -> Iterator[Notices]:
    """The notices posted while the block lasts, the latest of each kind."""
    found: Notices = {}
    token = _COLLECTED.set(found)
    try:
        yield found
    finally:
        _COLLECTED.reset(token)


def post(notice: Notice) -> None:
    """Tell whoever collects; nobody may."""
    found = _COLLECTED.get()
    if found is not None:
        found[notice.kind] = notice


def retirement(headers: Mapping[str, str]) -> Notice | None:
    """What the headers Sunset (RFC 8594) and Deprecation (RFC 9745) announce, if anything."""
    sunset, deprecation = headers.get("sunset"), headers.get("deprecation")
    if sunset is None and deprecation is None:
        return None
    due = _moment(sunset)
    when = f"on {due:%Y-%m-%d}" if due else "at a time that it does not say"
    message = f"the source stops serving the pinned version of its API {when}"
    return Notice(AlertKind.API_VERSION_SUNSET, message, SUNSET_MEND, due)


def _moment(http_date: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(http_date or "").astimezone(UTC)
    except ValueError:
        return None
