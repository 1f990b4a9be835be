"""When a connection is to be read by itself."""

from __future__ import annotations

import strawberry

from core.records.schedules import Timing


@strawberry.input(
    description="When a connection is read, and how far back. Give cron or intervalMinutes."
)
class ScheduleInput:
    """Timing as the caller gives it."""

    cron: str | None = strawberry.field(
        default=None,
        description=(
            "Minute, hour, day of month, month and day of week on the clocks of the account, such "
            "as `30 6 * * *` for half past six every day."
        ),
    )
    interval_minutes: int | None = strawberry.field(
        default=None, description="Minutes from one time to the next, 5 to 44,640 (31 days)."
    )
    jitter_seconds: int = strawberry.field(
        default=60,
        description="The most seconds by which it may be put off, 0 to 3,600; the same every time.",
    )
    look_back_days: int | None = strawberry.field(
        default=None,
        description="How many days back to read, 0 to 90. Left out: the connection's own.",
    )

    def to_timing(self) -> Timing:
        """The timing, not yet checked."""
        return Timing(self.cron, self.interval_minutes, self.jitter_seconds, self.look_back_days)
