"""What is kept on the days of a calendar: public holidays and retail events, with sources."""

from __future__ import annotations

from transform.calendar.assemble import RULES, calendar_marks, edition

__all__ = ["RULES", "calendar_marks", "edition"]
