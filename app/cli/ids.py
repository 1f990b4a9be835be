"""Ids on the command line are those of the API, so that one can be taken to the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

import typer

from graph.ids import (
    BUDGET,
    CALENDAR_EVENT,
    CAMPAIGN,
    CHANNEL_RULE,
    CONNECTION,
    EXPORT,
    INSIGHT,
    NAMING_RULE,
    OWN_RATE,
    REJECTED,
    RUN,
    SCHEDULE,
    SCHEMA_CHANGE,
    IdKind,
)


def _reader(kind: IdKind[UUID], name: str) -> Callable[[str], UUID]:
    """Reads an id of that kind as the API writes it, or the UUID inside it."""

    def read(text: str) -> UUID:
        try:
            return UUID(text)
        except ValueError:
            return kind.decode(text, name)

    return read


read_connection = _reader(CONNECTION, "--connection")
read_campaign = _reader(CAMPAIGN, "--campaign")
read_run = _reader(RUN, "the run")
_read_rejected = _reader(REJECTED, "the record")
_SEE_REJECTED = "See: liftos rejected list."

ConnectionId = Annotated[
    UUID,
    typer.Option(
        parser=read_connection,
        metavar="<id>",
        help="See: liftos connection list.",
    ),
]
RunId = Annotated[
    UUID,
    typer.Argument(parser=read_run, metavar="<run>", help="See: liftos run list."),
]
RejectedId = Annotated[
    UUID, typer.Argument(parser=_read_rejected, metavar="<record>", help=_SEE_REJECTED)
]
RejectedIds = Annotated[
    list[UUID] | None,
    typer.Argument(parser=_read_rejected, metavar="<record>…", help=_SEE_REJECTED),
]
ExportId = Annotated[
    UUID,
    typer.Argument(
        parser=_reader(EXPORT, "the export"), metavar="<export>", help="See: liftos export list."
    ),
]
InsightId = Annotated[
    UUID,
    typer.Argument(
        parser=_reader(INSIGHT, "the insight"),
        metavar="<insight>",
        help="See: liftos insights list.",
    ),
]
RuleId = Annotated[
    UUID,
    typer.Argument(
        parser=_reader(NAMING_RULE, "the rule"), metavar="<rule>", help="See: liftos naming list."
    ),
]
ChannelRuleId = Annotated[
    UUID,
    typer.Argument(
        parser=_reader(CHANNEL_RULE, "the rule"),
        metavar="<rule>",
        help="See: liftos channel-rule list.",
    ),
]
OwnRateId = Annotated[
    UUID,
    typer.Argument(
        parser=_reader(OWN_RATE, "the rate"), metavar="<rate>", help="See: liftos exchange list."
    ),
]
BudgetId = Annotated[
    UUID,
    typer.Argument(
        parser=_reader(BUDGET, "the budget"), metavar="<budget>", help="See: liftos budget list."
    ),
]
EventId = Annotated[
    UUID,
    typer.Argument(
        parser=_reader(CALENDAR_EVENT, "the event"),
        metavar="<event>",
        help="See: liftos calendar events.",
    ),
]
ScheduleId = Annotated[
    UUID,
    typer.Argument(
        parser=_reader(SCHEDULE, "the schedule"),
        metavar="<schedule>",
        help="See: liftos schedule list.",
    ),
]
ConnectionIds = Annotated[
    list[UUID] | None,
    typer.Option(parser=read_connection, metavar="<id>", help="Of it alone; may be repeated."),
]
RunIds = Annotated[
    list[UUID] | None,
    typer.Argument(parser=read_run, metavar="<run>…", help="See: liftos deadletter list."),
]
ChangeIds = Annotated[
    list[UUID] | None,
    typer.Argument(
        parser=_reader(SCHEMA_CHANGE, "the change"),
        metavar="<change>…",
        help="See: liftos drift list.",
    ),
]
