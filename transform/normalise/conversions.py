"""One event stands under several of Meta's action types: exactly one of them is counted.

On a real account one lead stands under four names and one cart under five, all equal; adding
them up counts it as often. A family lists the names of one kind of event, best first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

import orjson

from core.jsonvalue import JSONValue

PURCHASE: Final = (
    "omni_purchase",
    "purchase",
    "offsite_conversion.fb_pixel_purchase",
    "onsite_web_app_purchase",
    "onsite_web_purchase",
    "app_custom_event.fb_mobile_purchase",
)
VIDEO_VIEW: Final = "video_view"
ABSENT: Final = "0"
"""Meta leaves out action types that did not happen: absent from what was asked for is zero."""

ActionValues = Mapping[str, JSONValue]
"""By action type, the value under the default attribution; None where Meta gives only windows."""

NO_ACTIONS: Final[ActionValues] = {}


@dataclass(frozen=True, slots=True)
class Conversions:
    """The one action type chosen for a row, with its count and value as the source wrote them."""

    type: str | None
    count: JSONValue
    value: JSONValue


def action_values(actions: JSONValue) -> ActionValues | None:
    """An `actions` or `action_values` array by action type; None when it is not one.

    A type that stands there more than once (breakdowns) has its total last.
    """
    if actions is None:
        return NO_ACTIONS
    if not isinstance(actions, list):
        return None
    try:
        return {action["action_type"]: action["value"] for action in actions}
    except KeyError:
        return _partial_values(actions)
    except TypeError:
        return None


def _partial_values(actions: Sequence[Any]) -> ActionValues | None:
    """Actions of which some have no `value`: nothing is known under the default attribution."""
    if all(isinstance(action, dict) and "action_type" in action for action in actions):
        return {action["action_type"]: action.get("value") for action in actions}
    return None


def chosen(
    counts: ActionValues, values: ActionValues, family: Sequence[str] = PURCHASE
) -> Conversions:
    """The first type of `family` that the row has; no type and zero when it has none of them."""
    for name in family:
        if name in counts or name in values:
            return Conversions(name, counts.get(name, ABSENT), values.get(name, ABSENT))
    return Conversions(None, ABSENT, ABSENT)


def actions_json(actions: JSONValue, values: JSONValue) -> bytes | None:
    """Both arrays as compact JSON, None when the row has neither.

    Sorted by action type: Meta's order changes between readings and means nothing.
    """
    if actions is None and values is None:
        return None
    return orjson.dumps({"actions": _sorted(actions), "action_values": _sorted(values)})


def _sorted(actions: Any) -> list[Any]:
    try:
        return sorted(actions or (), key=itemgetter("action_type"))
    except TypeError:
        return sorted(actions, key=lambda action: str(action["action_type"]))
