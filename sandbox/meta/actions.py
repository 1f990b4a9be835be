"""The `actions` and `action_values` arrays: one event under each of its names.

On a real account one purchase, lead or cart stands under four to five action types whose values
are equal; adding them up counts it as often.
"""

from collections.abc import Iterable
from typing import Final

from sandbox.meta.numbers import money_text
from sandbox.world.metrics import Column, Family, Window, count_column, value_column
from sandbox.world.records import Account

Windows = tuple[tuple[str, Window], ...]
Action = dict[str, str]

_PURCHASE: Final = (
    "onsite_web_app_purchase",
    "omni_purchase",
    "offsite_conversion.fb_pixel_purchase",
    "purchase",
    "onsite_web_purchase",
)
_FAMILIES: Final = {
    Family.PURCHASE: _PURCHASE,
    Family.ADD_TO_CART: (
        "omni_add_to_cart",
        "add_to_cart",
        "onsite_web_app_add_to_cart",
        "onsite_web_add_to_cart",
        "offsite_conversion.fb_pixel_add_to_cart",
    ),
    Family.LEAD: (
        "onsite_web_lead",
        "lead",
        "offsite_conversion.fb_pixel_lead",
        "offsite_lead_add_20_s_calls",
    ),
}
_ENGAGEMENTS: Final = (
    ("link_click", Column.LINK_CLICKS),
    ("page_engagement", Column.ENGAGEMENTS),
    ("landing_page_view", Column.LANDING_PAGE_VIEWS),
    ("omni_landing_page_view", Column.LANDING_PAGE_VIEWS),
    ("post_engagement", Column.ENGAGEMENTS),
    ("video_view", Column.VIDEO_VIEWS),
)


def actions(values: list[int], windows: Windows) -> list[Action]:
    """Every action of a row; what did not happen is left out."""
    engagements = (_engagement(name, values[column], windows) for name, column in _ENGAGEMENTS)
    conversions = (
        _conversion(name, _counts(values, family), windows)
        for family, names in _FAMILIES.items()
        for name in names
    )
    return _kept((*engagements, *conversions))


def action_values(values: list[int], windows: Windows, account: Account) -> list[Action]:
    """The value of purchases in the account's currency."""
    minor = {window: values[value_column(window)] for window in Window}
    amounts = _attributed(minor, windows)
    texts = {name: money_text(amount, account) for name, amount in amounts.items()}
    return _kept([{"action_type": name, **texts} for name in _PURCHASE]) if texts else []


def _counts(values: list[int], family: Family) -> dict[Window, int]:
    return {window: values[count_column(family, window)] for window in Window}


def _attributed(figures: dict[Window, int], windows: Windows) -> dict[str, int]:
    """`value` for the default attribution, then each window that has something."""
    default = figures[Window.VIEW_1D] + figures[Window.CLICK_7D]
    if default == 0:
        return {}
    return {"value": default} | {name: figures[at] for name, at in windows if figures[at]}


def _conversion(name: str, counts: dict[Window, int], windows: Windows) -> Action:
    texts = {key: str(count) for key, count in _attributed(counts, windows).items()}
    return {"action_type": name, **texts}


def _engagement(name: str, count: int, windows: Windows) -> Action:
    """Engagement happens at the click itself, so every click window has all of it."""
    if count == 0:
        return {"action_type": name}
    clicked = {key: str(count) for key, window in windows if window is not Window.VIEW_1D}
    return {"action_type": name, "value": str(count), **clicked}


def _kept(found: Iterable[Action]) -> list[Action]:
    return [action for action in found if "value" in action]
