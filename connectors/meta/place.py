"""A place within a window, and how Meta's pages lead from one to the next."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import Terminal
from core.jsonvalue import JSONObject, JSONValue


@dataclass(frozen=True, slots=True)
class Place:
    """Where to read on: after a cursor, in a report run's insights if there is one.

    Meta's ready-made `next` URLs are never followed or kept: they carry the access token.
    """

    after: str | None = None
    report_run_id: str | None = None

    @property
    def is_start(self) -> bool:
        """Whether the window is read from its beginning."""
        return self == START

    def checkpoint(self) -> dict[str, JSONValue]:
        """As it is kept between runs."""
        parts = {"after": self.after, "report_run_id": self.report_run_id}
        return {name: value for name, value in parts.items() if value is not None}

    def onward(self, content: JSONValue) -> Place | None:
        """The place after the page `content`; None when it is the last one."""
        after = _next_cursor(content)
        if after is None:
            return None
        return Place(after, self.report_run_id)


START = Place()


def place_of(checkpoint: JSONObject | None) -> Place:
    """The place that a checkpoint of `Place.checkpoint` names; the start when there is none."""
    kept = checkpoint or {}
    after, report_run_id = kept.get("after"), kept.get("report_run_id")
    return Place(
        after if isinstance(after, str) else None,
        report_run_id if isinstance(report_run_id, str) else None,
    )


def _next_cursor(content: JSONValue) -> str | None:
    """`paging.cursors.after`, when `paging.next` says that something follows.

    Without its cursor that is not to be had: as the last page, it would bury what comes after.
    """
    paging = content.get("paging") if isinstance(content, dict) else None
    if not isinstance(paging, dict) or not paging.get("next"):
        return None
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, dict) else None
    if not isinstance(after, str) or not after:
        raise Terminal("Meta says that pages follow, but gives no cursor to them")
    return after
