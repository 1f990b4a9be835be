"""What senders and shops call the state of an order, lower case."""

from __future__ import annotations

from typing import Final

CANCELLED: Final = frozenset({"cancelled", "canceled", "voided", "deleted", "failed", "declined"})
REFUNDED: Final = "refunded"
ORDER_TYPE: Final = "order"
