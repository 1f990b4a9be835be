"""How Google counts conversions: in fractions, and only after clicks.

Data-driven attribution gives an ad whose click was followed by a purchase within a day all of
it, and a later one a share. Sums over ads and days stay exact: a count is a whole number of
ten-thousandths, a value of ten-thousandths of a minor unit.
"""

from decimal import Decimal
from typing import Final

from sandbox.money import decimal_text
from sandbox.world.metrics import Column, Family, Window, count_column, value_column
from sandbox.world.records import Account

WHOLE: Final = 10_000
LATER_SHARE: Final = 6_135

CATEGORIES: Final = {
    "PURCHASE": Family.PURCHASE,
    "ADD_TO_CART": Family.ADD_TO_CART,
    "SUBMIT_LEAD_FORM": Family.LEAD,
}
PRIMARY: Final = frozenset({"PURCHASE", "SUBMIT_LEAD_FORM"})
"""Categories that `metrics.conversions` counts; `metrics.all_conversions` counts all of them."""


def parts(values: list[int], category: str) -> int:
    """A category's conversions in ten-thousandths."""
    family = CATEGORIES[category]
    return _credited(
        values[count_column(family, Window.CLICK_1D)],
        values[count_column(family, Window.CLICK_28D)],
    )


def value_parts(values: list[int], category: str) -> int:
    """A category's value in ten-thousandths of a minor unit; only purchases have one."""
    if CATEGORIES[category] is not Family.PURCHASE:
        return 0
    return _credited(values[value_column(Window.CLICK_1D)], values[value_column(Window.CLICK_28D)])


def view_through(values: list[int]) -> int:
    """Conversions after an ad was merely seen."""
    return sum(values[count_column(family, Window.VIEW_1D)] for family in Family)


def figures(values: list[int], account: Account) -> dict[str, str | int]:
    """A row of the world as Google's figures, exactly."""
    value = Decimal(value_parts(values, "PURCHASE")).scaleb(-4 - account.minor_digits)
    return {
        "spend": decimal_text(values[Column.SPEND], account),
        "impressions": values[Column.IMPRESSIONS],
        "clicks": values[Column.CLICKS],
        "purchases": f"{Decimal(parts(values, 'PURCHASE')).scaleb(-4):f}",
        "purchase_value": f"{value:f}",
        "add_to_carts": f"{Decimal(parts(values, 'ADD_TO_CART')).scaleb(-4):f}",
        "leads": f"{Decimal(parts(values, 'SUBMIT_LEAD_FORM')).scaleb(-4):f}",
    }


def _credited(at_once: int, altogether: int) -> int:
    return at_once * WHOLE + (altogether - at_once) * LATER_SHARE
