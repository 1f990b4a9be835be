"""The dates that a report is about, in the account's own calendar."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from sandbox.meta.call import Call
from sandbox.meta.errors import invalid_parameter, too_old

_MONTHS_BACK: Final = 37
_DEFAULT_PRESET: Final = "last_30d"
_PRESETS: Final[dict[str, Callable[[date], tuple[date, date]]]] = {
    "today": lambda today: (today, today),
    "yesterday": lambda today: (_before(today, 1), _before(today, 1)),
    "last_3d": lambda today: (_before(today, 3), _before(today, 1)),
    "last_7d": lambda today: (_before(today, 7), _before(today, 1)),
    "last_14d": lambda today: (_before(today, 14), _before(today, 1)),
    "last_28d": lambda today: (_before(today, 28), _before(today, 1)),
    "last_30d": lambda today: (_before(today, 30), _before(today, 1)),
    "last_90d": lambda today: (_before(today, 90), _before(today, 1)),
    "this_month": lambda today: (today.replace(day=1), today),
    "this_year": lambda today: (today.replace(month=1, day=1), today),
    "last_year": lambda today: (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    "maximum": lambda today: (earliest(today), today),
}


def earliest(today: date) -> date:
    """The first date that can be asked for: 37 months ago."""
    months = today.year * 12 + today.month - 1 - _MONTHS_BACK
    return date(months // 12, months % 12 + 1, min(today.day, 28))


def period(call: Call, today: date) -> tuple[date, date]:
    """First and last date, from `time_range`, else `date_preset`, else the last 30 days."""
    since, until = _asked_for(call, today)
    if since > until:
        raise invalid_parameter("time_range: since must not be after until.")
    if since < earliest(today):
        raise too_old()
    return since, until


def _asked_for(call: Call, today: date) -> tuple[date, date]:
    if "time_range" in call.params:
        asked = call.json("time_range")
        try:
            return date.fromisoformat(asked["since"]), date.fromisoformat(asked["until"])
        except (KeyError, TypeError, ValueError) as error:
            raise invalid_parameter(
                "param time_range must be an object with since and until as YYYY-MM-DD.",
            ) from error
    preset = call.params.get("date_preset", _DEFAULT_PRESET)
    if preset not in _PRESETS:
        raise invalid_parameter(
            f"date_preset must be one of the following values: {', '.join(_PRESETS)}",
        )
    return _PRESETS[preset](today)


def _before(today: date, days: int) -> date:
    return today - timedelta(days=days)
