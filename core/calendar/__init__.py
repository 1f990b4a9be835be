"""A tenant's calendar as a function of its dates, its profile and what is kept on its days."""

from __future__ import annotations

from core.calendar.assemble import calendar_days

__all__ = ["calendar_days"]
