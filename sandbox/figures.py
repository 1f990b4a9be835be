"""A row of the world as figures under the default attribution."""

from sandbox.money import decimal_text
from sandbox.world.metrics import Column, Family, Window, count_column, value_column
from sandbox.world.records import Account


def default_figures(values: list[int], account: Account) -> dict[str, str | int]:
    """Conversions within 7 days after a click or 1 day after a view."""
    value = values[value_column(Window.VIEW_1D)] + values[value_column(Window.CLICK_7D)]
    return {
        "spend": decimal_text(values[Column.SPEND], account),
        "impressions": values[Column.IMPRESSIONS],
        "clicks": values[Column.CLICKS],
        "link_clicks": values[Column.LINK_CLICKS],
        "reach": values[Column.REACH],
        "purchases": _attributed(values, Family.PURCHASE),
        "purchase_value": decimal_text(value, account),
        "add_to_carts": _attributed(values, Family.ADD_TO_CART),
        "leads": _attributed(values, Family.LEAD),
    }


def _attributed(values: list[int], family: Family) -> int:
    return (
        values[count_column(family, Window.VIEW_1D)] + values[count_column(family, Window.CLICK_7D)]
    )
