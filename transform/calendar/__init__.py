"""A tenant's calendar: Gregorian, ISO and fiscal days, public holidays and retail events."""

from __future__ import annotations

from transform.calendar.assemble import calendar_days
from transform.calendar.profile import CalendarProfile

__all__ = ["CalendarProfile", "calendar_days"]
