"""Which day of the account a moment in Klaviyo's answers names."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from core.jsonvalue import JSONValue


def local_day(moment: JSONValue, zone: str) -> JSONValue:
    """The day as text: what is written at midnight is meant, other moments are put into `zone`.

    Reports write the account's midnights with a meaningless offset of zero, aggregates write
    them as the moments they are. A value that is no moment stays as it is, to be refused.
    """
    try:
        found = datetime.fromisoformat(str(moment))
    except ValueError:
        return moment
    if found.time() == time(0) or found.tzinfo is None:
        return str(found.date())
    return str(found.astimezone(ZoneInfo(zone)).date())
