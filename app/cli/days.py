"""Days and ranges of days as options give them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer

from core.errors import BadInput
from core.units import DateRange

Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], metavar="<day>")]
"""An option that is needed, or has a default."""

MaybeDay = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="<day>")]
"""An option that may be left out."""


def day_of(given: datetime | None) -> date | None:
    """The day that was given, if one was."""
    return None if given is None else given.date()


def range_of(since: datetime | None, until: datetime | None) -> DateRange | None:
    """The days from `--since` to `--until`, None for neither; BadInput for one alone."""
    if since is None and until is None:
        return None
    return DateRange(_needed(since, "--since"), _needed(until, "--until"))


def _needed(moment: datetime | None, option: str) -> date:
    if moment is None:
        raise BadInput(f"{option} is missing", mend="give both --since and --until, or neither")
    return moment.date()
