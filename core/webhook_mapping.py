"""Where the parts of an event stand in what a sender sends, and what its types mean.

A path is a JMESPath expression (https://jmespath.org) on one event: `data.total`, `id || key`,
`note_attributes[?name=='utm_source'].value | [0]`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult

from core.errors import BadInput
from core.jsonvalue import JSONObject

LONGEST_PATH: Final = 500
MOST_GROWTH: Final = 64
"""How many times as large as an event what a path makes of it may be."""
MOST_TYPES: Final = 100
# Functions of JMESPath pass on what Python's own raise: `ceil` of infinity, say.
_FAILURES: Final = (JMESPathError, ArithmeticError, LookupError, TypeError, RecursionError)


class EventKind(StrEnum):
    """What an event says of its order or conversion."""

    ORDER = "ORDER"
    REFUND = "REFUND"
    CANCELLATION = "CANCELLATION"
    IGNORED = "IGNORED"


_UTM = "data.utm_{0} || utm_{0} || data.utm.{0} || utm.{0} || "
_NOTE = "(note_attributes[?name=='utm_{0}'].value | [0])"


def _utm(part: str) -> str:
    return (_UTM + _NOTE).format(part)


DEFAULT_PATHS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "type": "type || event || event_type || topic || (order_id && transactions && 'refund')",
        "order_id": (
            "data.order_id || data.conversion_id || data.id || order_id || conversion_id || id"
        ),
        "event_id": "data.refund_id || refund_id || (order_id && transactions && id)",
        "occurred_at": (
            "data.created_at || data.occurred_at || data.ordered_at || "
            "created_at || occurred_at || ordered_at"
        ),
        "updated_at": (
            "data.updated_at || updated_at || timestamp || data.timestamp || "
            "data.created_at || created_at"
        ),
        "value": (
            "data.total || data.value || data.total_price || data.amount || data.revenue || "
            "total || value || total_price || amount || revenue"
        ),
        "net_value": "data.current_total_price || current_total_price",
        "refund": (
            "data.refund_amount || data.amount || data.value || data.total || "
            "refund_amount || amount || value || total || "
            "(transactions && sum(transactions[?kind=='refund'].to_number(amount)))"
        ),
        "currency": "data.currency || data.currency_code || currency || currency_code",
        "quantity": (
            "data.quantity || quantity || "
            "(line_items && sum(line_items[].to_number(quantity))) || "
            "(data.line_items && sum(data.line_items[].to_number(quantity)))"
        ),
        "status": (
            "(data.cancelled_at || cancelled_at) && 'cancelled' || "
            "data.financial_status || financial_status || data.status || status"
        ),
        "conversion_type": "data.conversion_type || conversion_type",
        "campaign": (
            "data.campaign_id || campaign_id || data.utm_campaign || utm_campaign || "
            "data.utm.campaign || utm.campaign || "
            "(note_attributes[?name=='utm_campaign'].value | [0])"
        ),
        "country": (
            "data.shipping_address.country_code || shipping_address.country_code || "
            "data.billing_address.country_code || billing_address.country_code || "
            "data.country_code || data.country || country_code || country"
        ),
        "geo": (
            "data.shipping_address.province || shipping_address.province || "
            "data.billing_address.province || billing_address.province || "
            "data.geo || data.region || geo || region"
        ),
        "utm_source": _utm("source"),
        "utm_medium": _utm("medium"),
    }
)
"""By field: a body like Shopify's orders and refunds, and a plain `{"type", "data": {…}}`."""

DEFAULT_TYPES: Final[Mapping[str, EventKind]] = MappingProxyType(
    {
        "*refund*": EventKind.REFUND,
        "*cancel*": EventKind.CANCELLATION,
        "*delete*": EventKind.CANCELLATION,
        "order*": EventKind.ORDER,
        "*.order*": EventKind.ORDER,
        "*purchase*": EventKind.ORDER,
        "*conversion*": EventKind.ORDER,
        "*lead*": EventKind.ORDER,
        "*sale*": EventKind.ORDER,
    }
)
"""By pattern of a type in lower case, the first that fits. An event without a type is an ORDER."""


@dataclass(frozen=True, slots=True)
class WebhookMapping:
    """How one connection's events are read: what is not said here goes by the defaults.

    `paths` by field of `DEFAULT_PATHS`; an empty path reads nothing. `types` by pattern (`*`
    stands for anything), before the default ones.
    """

    paths: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, EventKind] = field(default_factory=dict)

    def to_json(self) -> JSONObject:
        """As it is kept."""
        return {"paths": dict(self.paths), "types": {p: k.value for p, k in self.types.items()}}

    @classmethod
    def from_json(cls, kept: JSONObject) -> WebhookMapping:
        """The mapping that `to_json` kept; the defaults where nothing was."""
        fields: dict[str, Any] = dict(kept)
        types = {each: EventKind(kind) for each, kind in fields.get("types", {}).items()}
        return cls(dict(fields.get("paths", {})), types)

    def path(self, name: str) -> str:
        """The path of a field."""
        return self.paths.get(name, DEFAULT_PATHS[name])

    def kind(self, event_type: str | None) -> EventKind | None:
        """What a type means; None for one that no pattern fits."""
        if event_type is None:
            return EventKind.ORDER
        lower = event_type.lower()
        for pattern, kind in (*self.types.items(), *DEFAULT_TYPES.items()):
            if fnmatchcase(lower, pattern.lower()):
                return kind
        return None

    def find(self, name: str, event: JSONObject) -> Any:
        """What stands at a field's path, None where nothing does; ValueError on a wrong type."""
        path = self.path(name)
        try:
            return compiled(path).search(event) if path else None
        except _FAILURES as error:
            raise ValueError(str(error)) from error


@lru_cache(maxsize=4_096)
def compiled(path: str) -> ParsedResult:
    """A path ready for use; JMESPathError when it is none."""
    return jmespath.compile(path)


def check_mapping(mapping: WebhookMapping) -> WebhookMapping:
    """The mapping, or BadInput naming the path or the pattern at fault."""
    for name, path in mapping.paths.items():
        _check_path(name, path)
    if len(mapping.types) > MOST_TYPES:
        raise BadInput(
            f"{len(mapping.types)} types are mapped",
            field="types",
            mend=f"map at most {MOST_TYPES}; a `*` in a type stands for anything",
        )
    for pattern in mapping.types:
        if not pattern.strip() or len(pattern) > LONGEST_PATH:
            raise BadInput(
                f"{pattern!r} is no type of an event", field="types", mend="such as order.created"
            )
    return mapping


def _check_path(name: str, path: str) -> None:
    if name not in DEFAULT_PATHS:
        raise BadInput(
            f"an event has no field {name!r}",
            field=f"paths.{name}",
            mend=f"use one of {', '.join(DEFAULT_PATHS)}",
        )
    if len(path) > LONGEST_PATH:
        raise BadInput(
            f"the path of {name} is longer than {LONGEST_PATH} characters",
            field=f"paths.{name}",
            mend="write a shorter one",
        )
    try:
        growth = _growth(compiled(path).parsed) if path else 1
    except (JMESPathError, RecursionError) as error:
        raise BadInput(
            f"the path of {name} is no JMESPath expression: {error}",
            field=f"paths.{name}",
            mend="see https://jmespath.org; a plain path is names apart by dots: data.total",
        ) from None
    if growth > MOST_GROWTH:
        raise BadInput(
            f"what the path of {name} makes of an event may be too large",
            field=f"paths.{name}",
            mend="use fewer `[…, …]`, `{…}` and to_string, and give join a text between quotes",
        )


def _growth(node: Mapping[str, Any]) -> int:
    """How many times as large as an event what an expression makes of it may be, at most.

    `[@, @][] | [@, @][]` doubles it twice: such paths would fill any memory.
    """
    found = _own_growth(node)
    for child in node["children"]:
        found *= _growth(child) if isinstance(child, Mapping) else 1
    return found


def _own_growth(node: Mapping[str, Any]) -> int:
    kind, children = node["type"], node["children"]
    if kind in {"multi_select_list", "multi_select_dict"}:
        return len(children)
    if kind == "function_expression" and node["value"] == "to_string":
        return 2  # quotes inside of texts are escaped once more
    if kind == "function_expression" and node["value"] == "join":
        return 1 if children and children[0]["type"] == "literal" else MOST_GROWTH + 1
    return 1
