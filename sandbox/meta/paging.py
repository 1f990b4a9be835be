"""Pages of a list, with opaque cursors in both directions."""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sandbox.meta.call import Call
from sandbox.meta.errors import invalid_parameter

DEFAULT_LIMIT: Final = 25


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position in a list, and the moment at which the list was read first.

    The moment travels along so that a walk over the pages sees one state of the world.
    """

    position: int
    moment: datetime

    def encoded(self) -> str:
        """As a client sees it."""
        plain = f"{self.position}:{int(self.moment.timestamp())}".encode()
        return base64.urlsafe_b64encode(plain).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of a list is wanted: `start` counts from the front, or `end` limits it."""

    limit: int
    start: int
    end: int | None
    moment: datetime

    def bounds(self, total: int) -> tuple[int, int]:
        """The first row and the one after the last."""
        if self.end is not None:
            return max(self.end - self.limit, 0), min(self.end, total)
        return min(self.start, total), min(self.start + self.limit, total)


def page_request(call: Call, moment: datetime, max_page: int) -> PageRequest:
    """Read `limit`, `after` and `before`; without a cursor the list is read at `moment`."""
    limit = min(call.whole("limit", DEFAULT_LIMIT), max_page)
    if after := call.params.get("after"):
        cursor = _decoded(after)
        return PageRequest(limit, cursor.position + 1, None, cursor.moment)
    if before := call.params.get("before"):
        cursor = _decoded(before)
        return PageRequest(limit, 0, cursor.position, cursor.moment)
    return PageRequest(limit, 0, None, moment)


def paging(call: Call, wanted: PageRequest, total: int) -> dict[str, object]:
    """The `paging` object of a page that has rows."""
    first, end = wanted.bounds(total)
    before = Cursor(first, wanted.moment).encoded()
    after = Cursor(end - 1, wanted.moment).encoded()
    found: dict[str, object] = {"cursors": {"before": before, "after": after}}
    limit = str(wanted.limit)
    if end < total:
        found["next"] = call.url_with(limit=limit, before="", after=after)
    if first > 0:
        found["previous"] = call.url_with(limit=limit, after="", before=before)
    return found


def enveloped(
    call: Call,
    wanted: PageRequest,
    total: int,
    rows: list[dict[str, object]],
) -> dict[str, object]:
    """A page of rows; without rows there is no `paging`."""
    return {"data": rows, "paging": paging(call, wanted, total)} if rows else {"data": []}


def _decoded(text: str) -> Cursor:
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        position, seconds = plain.split(":")
        return Cursor(int(position), datetime.fromtimestamp(int(seconds), UTC))
    except (ValueError, binascii.Error, OverflowError) as error:
        raise invalid_parameter("Invalid cursor values in the request.") from error
