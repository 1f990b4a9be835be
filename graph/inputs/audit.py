"""Which lines of the audit log."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.records.audit import Act
from core.records.audit import AuditFilter as Wanted
from resolvers.text import choices, exact


@strawberry.input(description="Which lines. What is left out restricts nothing.")
class AuditFilter:
    """AuditFilter of the records on the wire."""

    acts: list[Act] | None = strawberry.field(default=None, description="What was done.")
    actor: str | None = strawberry.field(
        default=None, description="Who did it, written as in `actor`."
    )
    subject: str | None = strawberry.field(
        default=None, description="To what, written as in `subject`."
    )
    since: dt.datetime | None = strawberry.field(default=None, description="Not before.")
    until: dt.datetime | None = strawberry.field(default=None, description="Before.")

    def to_filter(self) -> Wanted:
        """The filter, or BadInput."""
        return Wanted(
            acts=choices(self.acts, "filter.acts"),
            actor=None if self.actor is None else exact(self.actor, "filter.actor"),
            subject=None if self.subject is None else exact(self.subject, "filter.subject"),
            since=self.since,
            until=self.until,
        )
