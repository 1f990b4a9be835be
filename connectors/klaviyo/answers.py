"""Reading what matters to the connector itself out of Klaviyo's answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qs, urlsplit

import structlog

from connectors.base import AccountFacts
from core.errors import ConfigError, Terminal
from core.jsonvalue import JSONObject, JSONValue
from core.units import currency_code, time_zone

LOG = structlog.get_logger(__name__)

ORDER_METRIC: Final = "Placed Order"
CURSORS: Final = ("page[cursor]", "page_cursor")


def member(value: JSONValue, *names: str) -> JSONValue:
    """A value inside nested objects, None where one of them is not there."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def objects(content: JSONValue) -> list[JSONObject]:
    """The objects under `data`; Terminal when there is no such list."""
    rows = member(content, "data")
    if not isinstance(rows, list):
        raise Terminal("Klaviyo answered without a list of objects")
    return [row for row in rows if isinstance(row, dict)]


def next_cursor(content: JSONValue) -> str | None:
    """The cursor in `links.next`, None after the last page. The link itself is never followed.

    Without its cursor that is not to be had: as the last page, it would bury what comes after.
    """
    link = member(content, "links", "next")
    if not link:
        return None
    asked = parse_qs(urlsplit(str(link)).query)
    found = next((asked[name][0] for name in CURSORS if name in asked), None)
    if found is None:
        raise Terminal("Klaviyo says that pages follow, but gives no cursor to them")
    return found


def account_facts(content: JSONValue) -> AccountFacts:
    """The account that the key belongs to."""
    found = objects(content)
    if not found:
        raise Terminal("Klaviyo names no account for this key")
    account_id = str(found[0].get("id"))
    name = member(found[0], "attributes", "contact_information", "organization_name")
    return AccountFacts(
        account_id=account_id,
        name=str(name or account_id),
        currency=currency_code(str(member(found[0], "attributes", "preferred_currency"))),
        time_zone=time_zone(str(member(found[0], "attributes", "timezone"))).key,
    )


def order_metric(metrics: list[JSONObject]) -> str:
    """The id of the metric of orders; the shop system's own where several go by the name."""
    found = [each for each in metrics if member(each, "attributes", "name") == ORDER_METRIC]
    if not found:
        raise ConfigError(
            f"the Klaviyo account has no metric {ORDER_METRIC}",
            field="accountId",
            mend="connect the shop system to the Klaviyo account, so that it sends its orders",
        )
    best = sorted(found, key=lambda each: (not _is_shop(each), str(each.get("id"))))
    if len(found) > 1:
        LOG.warning("klaviyo_several_order_metrics", taken=str(best[0].get("id")), of=len(found))
    return str(best[0].get("id"))


def campaign_messages(campaign: JSONObject) -> Iterator[str]:
    """The ids of a campaign's messages."""
    messages = member(campaign, "relationships", "campaign-messages", "data")
    for message in messages if isinstance(messages, list) else ():
        yield str(member(message, "id"))


def _is_shop(metric: JSONObject) -> bool:
    return member(metric, "attributes", "integration", "category") == "eCommerce"
