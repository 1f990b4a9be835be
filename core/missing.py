"""What is not there, told the same way on every floor."""

from __future__ import annotations

from core.errors import NotFound


def no_connection() -> NotFound:
    """There is no connection of that id, or none that this tenant may see."""
    mend = "list your connections with the field connections"
    return NotFound("no such connection", field="connectionId", mend=mend)


def no_run() -> NotFound:
    """There is no run of that id, or none that this tenant may see."""
    return NotFound("no such run", field="runId", mend="list your runs with the field runs")


def no_export() -> NotFound:
    """There is no export of that id, or none that this tenant may see."""
    mend = "list your exports with the field exports"
    return NotFound("no such export", field="exportId", mend=mend)


def no_insight() -> NotFound:
    """There is no insight of that id, or none that this tenant may see."""
    mend = "list your insights with the field insights"
    return NotFound("no such insight", field="insightId", mend=mend)


def no_incident() -> NotFound:
    """There is no incident of that id, or none that this tenant may see."""
    mend = "list your incidents with the field incidents"
    return NotFound("no such incident", field="incidentId", mend=mend)


def no_calendar_event(field: str) -> NotFound:
    """There is no event of the id that `field` gives, or none that this tenant may see."""
    return NotFound("no such event", field=field, mend="see calendarEvents")


def no_feature_view(name: str) -> NotFound:
    """There is no such view or version, or none that this tenant may see."""
    mend = "list your views with the field featureViews"
    return NotFound(f"no such feature view: {name!r}", field="name", mend=mend)
