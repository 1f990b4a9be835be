"""The columns an uploaded file of orders may hold, and the names that shops give them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from core.file_fields import FILE_FIELDS, MONEY_FIELDS, header_key, split_currency

OWN_ORDER_FIELDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "order_id": (
            *("order id", "order number", "order no", "order", "transaction id", "id"),
            *("bestellnummer", "auftragsnummer", "numero de commande", "commande"),
        ),
        "order_name": ("order name", "order reference"),
        "date": (
            *("order date", "created at", "ordered at", "placed at", "date created"),
            *("purchase date", "processed at", "paid at"),
            *("bestelldatum", "date de commande"),
        ),
        "conversion_value": (
            *("order total", "total", "total price", "grand total", "order value"),
            *("order amount", "amount", "total amount", "total paid", "sales"),
            *("gesamtbetrag", "bestellwert", "montant total"),
        ),
        "refunded_value": (
            *("refunded amount", "amount refunded", "refund amount", "total refunded"),
            *("refunded", "refunds", "refund", "erstattet", "montant rembourse"),
        ),
        "order_status": (
            *("order status", "financial status", "payment status", "status"),
            *("bestellstatus", "statut de la commande", "statut"),
        ),
        "country": ("shipping country", "shipping country code", "billing country"),
        "geo": ("shipping province", "shipping region", "shipping state", "billing province"),
    }
)
"""Headers that stand in a file of orders alone, best first; `refunded_value` is what was paid
back, not below zero."""

_SHARED: Final = (
    *("date", "account_id", "currency", "campaign_id", "campaign_name"),
    *("channel", "platform", "medium", "country", "geo", "device", "conversion_value"),
)

ORDER_FIELDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        field: (*OWN_ORDER_FIELDS.get(field, ()), *(FILE_FIELDS[field] if shared else ()))
        for field in dict.fromkeys((*OWN_ORDER_FIELDS, *_SHARED))
        for shared in (field in _SHARED,)
    }
)
"""Aliases of each field of a file of orders, best first."""

_FIELD_OF_KEY: Final = {
    header_key(alias): (field, rank)
    for field, aliases in ORDER_FIELDS.items()
    for rank, alias in enumerate(aliases)
}


def order_field_of(header: str) -> tuple[str, int] | None:
    """`file_fields.field_of` for the headers of a file of orders."""
    known = _FIELD_OF_KEY.get(header_key(header))
    if known is not None:
        return known
    name, currency = split_currency(header)
    known = _FIELD_OF_KEY.get(header_key(name)) if currency else None
    return known if known is not None and known[0] in MONEY_FIELDS else None
