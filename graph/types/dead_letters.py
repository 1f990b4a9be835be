"""Runs that ended badly and wait for somebody."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.records.dead_letters import DeadLetter as Letter
from graph.types.runs import Run


@strawberry.type(description="A run that ended badly, held until it runs again or is laid aside.")
class DeadLetter:
    """DeadLetter on the wire."""

    run: Run = strawberry.field(description="The run; its `error` says who can do what about it.")
    attempts: int = strawberry.field(description="How often a worker took it up.")
    last_message: str = strawberry.field(description="What its log ends with.")
    dismissed_at: dt.datetime | None = strawberry.field(description="When it was laid aside.")
    dismissed_by: str | None = strawberry.field(description="Who laid it aside.")
    why: str | None = strawberry.field(description="Why it was laid aside.")

    @classmethod
    def from_record(cls, record: Letter) -> DeadLetter:
        """The letter on the wire."""
        return cls(
            run=Run.from_record(record.run),
            attempts=record.run.claim,
            last_message=record.last_message,
            dismissed_at=record.dismissed_at,
            dismissed_by=record.dismissed_by,
            why=record.why,
        )
