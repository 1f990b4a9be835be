"""Files of orders: all rows of an order's day made into one entry.

A row is an order, one of its lines, or a refund: an amount below zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from connectors.file.normalise.identity import identity
from connectors.file.normalise.metrics import amount
from connectors.file.normalise.records import FileRecords
from connectors.file.normalise.repeats import (
    Keys,
    first_known,
    natural_keys,
    refuse_apart,
    taken,
)
from core.order_status import CANCELLED, ORDER_TYPE, REFUNDED
from transform.frames import ARROW_TYPES, BREAKDOWNS, NormalisedPage
from transform.normalise.columns import ArrowColumn
from transform.normalise.context import PageContext
from transform.normalise.entries import normalised_page
from transform.normalise.reading import mask

_NONE: Final = Decimal(0)
_BELOW_ZERO: Final = pa.scalar(0)


@dataclass(slots=True)
class _Order:
    """What the rows of one order's day tell together; `total` is before refunds."""

    total: Decimal | None = None
    refunded: Decimal | None = None
    taken_back: Decimal = _NONE
    status: str = ""

    @property
    def is_refund(self) -> bool:
        """Whether the day tells of money that went back, and of no order."""
        return self.total is None and self.taken_back < 0

    @property
    def conversions(self) -> Decimal | None:
        """Orders: 1, or 0 for a cancelled one; None of a day that tells of no order."""
        if self.is_refund:
            return None
        return _NONE if self.status in CANCELLED else Decimal(1)

    @property
    def refunds(self) -> Decimal:
        """What was paid back, told as an amount, as rows below zero, or by the status alone."""
        told = (self.refunded or _NONE) - self.taken_back
        return self.total or _NONE if not told and self.status == REFUNDED else told

    @property
    def value(self) -> Decimal | None:
        """Revenue after refunds; None where no row told an amount."""
        if self.status in CANCELLED and not self.is_refund:
            return _NONE
        if self.total is None and not self.is_refund:
            return None
        return (self.total or _NONE) - self.refunds

    def kept(self) -> str:
        """What the columns have no place for, as for orders of webhooks."""
        told = {"gross_value": self.total, "refunded_value": self.refunds}
        kept = {name: format(each.normalize(), "f") for name, each in told.items() if each}
        return orjson.dumps(kept).decode()


def orders_page(page: FileRecords, context: PageContext) -> NormalisedPage:
    """Entries of level ORDER: what a row leaves blank, the first row that tells it says."""
    columns = identity(page, context)
    totals = amount(page, "conversion_value", context)
    refunded = amount(page, "refunded_value", context)
    # Lines of an order often leave out where it went, which is no other place.
    placeless = {name: each for name, each in columns.items() if name not in BREAKDOWNS}
    keys = natural_keys(placeless, page.reading.accepted)
    told = {name: first_known(each, keys) for name, each in columns.items() if name != "position"}
    negative = mask(pc.less(totals, _BELOW_ZERO))
    whole = _without(totals, negative)
    for name, each in (("conversion_value", whole), ("refunded_value", refunded)):
        refuse_apart(page, keys, mask(pc.not_equal(each, first_known(each, keys))), name)
    orders = _orders(keys, [whole, refunded, page.column("order_status")])
    for place in np.flatnonzero(negative & (keys >= 0)).tolist():
        orders[keys[place]].taken_back += totals[place].as_py()
    made = {name: taken(each, keys) for name, each in _columns(orders).items()}
    return normalised_page(
        {**told, **made, "position": columns["position"]}, page.reading, frozenset()
    )


def _without(column: ArrowColumn, marked: np.ndarray) -> ArrowColumn:
    left: ArrowColumn = pc.if_else(pa.array(marked), pa.scalar(None, column.type), column)
    return left


def _orders(keys: Keys, columns: Sequence[ArrowColumn]) -> list[_Order]:
    """One for each key, of the first total, refunded amount and status that a row tells."""
    orders = [_Order() for _ in range(int(keys.max(initial=-1)) + 1)]
    rows = zip(keys.tolist(), *(first_known(each, keys).to_pylist() for each in columns),
               strict=True)  # fmt: skip
    for key, total, refunded, status in rows:
        if key >= 0:
            order = orders[key]
            order.total, order.refunded = total, refunded
            order.status = (status or "").casefold()
    return orders


def _columns(orders: Sequence[_Order]) -> dict[str, ArrowColumn]:
    counts = [order.conversions for order in orders]
    return {
        "conversions": pa.array(counts, ARROW_TYPES["amount"]),
        "conversion_value": pa.array([o.value for o in orders], ARROW_TYPES["amount"]),
        "conversion_type": pa.array([ORDER_TYPE] * len(orders), pa.string()),
        "actions": pa.array([order.kept() for order in orders], pa.string()),
    }
