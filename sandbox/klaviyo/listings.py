"""The account, its metrics and its campaigns as JSON:API objects."""

import re
from datetime import UTC
from typing import Final

from sandbox.klaviyo.call import Call
from sandbox.klaviyo.errors import invalid_parameter
from sandbox.klaviyo.mail import EMAIL, FIRST_DAY, PUSH, SMS, Sending, klaviyo_id
from sandbox.klaviyo.reports import metric_id
from sandbox.klaviyo.view import View

_CHANNELS: Final = {"email": EMAIL, "sms": SMS, "mobile_push": PUSH}
_FILTER: Final = re.compile(r"equals\(messages\.channel,[\"']([a-z_]+)[\"']\)")
_METRICS: Final = (("Opened Email", "Klaviyo"), ("Placed Order", "Shopify"))


def site_id(number: int) -> str:
    """The public key of an account: six characters."""
    return f"SB{number}"


def account_object(view: View) -> dict[str, object]:
    """The account that the key belongs to."""
    site = site_id(view.account.number)
    return {
        "type": "account",
        "id": site,
        "attributes": {
            "test_account": False,
            "contact_information": {"organization_name": view.account.name},
            "timezone": view.account.zone,
            "preferred_currency": view.account.currency,
            "public_api_key": site,
        },
    }


def metric_objects(view: View) -> list[dict[str, object]]:
    """The account's metrics."""
    return [
        {
            "type": "metric",
            "id": metric_id(view)
            if name == "Placed Order"
            else klaviyo_id(6, view.account.number, name),
            "attributes": {"name": name, "integration": {"name": maker, "category": kind}},
        }
        for (name, maker), kind in zip(_METRICS, ("Internal", "eCommerce"), strict=True)
    ]


def campaign_objects(view: View, call: Call) -> list[dict[str, object]]:
    """The campaigns of one channel that have been sent; the filter is required."""
    found = _FILTER.fullmatch(call.params.get("filter", ""))
    if found is None or found[1] not in _CHANNELS:
        raise invalid_parameter("A filter on messages.channel is required.", "filter")
    by_owner: dict[str, list[Sending]] = {}
    for each in view.sent(FIRST_DAY, view.today):
        if not each.message.is_flow and each.message.channel == _CHANNELS[found[1]]:
            by_owner.setdefault(each.message.owner, []).append(each)
    return [_campaign(owner, sent) for owner, sent in reversed(by_owner.items())]


def _campaign(owner: str, sent: list[Sending]) -> dict[str, object]:
    messages = [{"type": "campaign-message", "id": each.message.id} for each in sent]
    return {
        "type": "campaign",
        "id": owner,
        "attributes": {
            "name": sent[0].message.owner_name,
            "status": "Sent",
            "archived": False,
            "send_time": sent[0].sent_at.astimezone(UTC).isoformat(),
        },
        "relationships": {"campaign-messages": {"data": messages}},
    }
