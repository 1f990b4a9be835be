"""A place within a window: how many of its questions are answered, and which page is next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from core.jsonvalue import JSONObject, JSONValue


@dataclass(frozen=True, slots=True)
class Place:
    """Where to read on.

    `until` is the last day that was closed when the reading began, None when none was: another
    day may have ended since, and its figures would not belong to the questions that are done.
    `flows` keeps which flow and channel each flow message is of, which only one answer tells.
    """

    until: date | None
    is_listed: bool = False
    done: int = 0
    cursor: str | None = None
    flows: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def onward(self, cursor: str | None) -> Place:
        """The next page of the same question, or the next question."""
        if cursor is not None:
            return replace(self, cursor=cursor)
        return replace(self, done=self.done + 1, cursor=None)

    def checkpoint(self) -> dict[str, JSONValue]:
        """As it is kept between runs."""
        return {
            "until": str(self.until) if self.until else None,
            "is_listed": self.is_listed,
            "done": self.done,
            "cursor": self.cursor,
            "flows": {message: list(flow) for message, flow in self.flows.items()},
        }


def place_of(checkpoint: JSONObject) -> Place:
    """The place that a checkpoint of `Place.checkpoint` names."""
    until, cursor, flows = (checkpoint.get(name) for name in ("until", "cursor", "flows"))
    kept = flows if isinstance(flows, dict) else {}
    return Place(
        until=date.fromisoformat(until) if isinstance(until, str) else None,
        is_listed=checkpoint.get("is_listed") is True,
        done=int(str(checkpoint.get("done", 0))),
        cursor=cursor if isinstance(cursor, str) else None,
        flows={str(message): (str(flow[0]), str(flow[1])) for message, flow in kept.items()},
    )
