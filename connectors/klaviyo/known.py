"""What a reading has learned from lists and answers: whose figures, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from connectors.base import AccountFacts
from connectors.klaviyo.answers import (
    account_facts,
    campaign_messages,
    member,
    objects,
    order_metric,
)
from connectors.klaviyo.streams import (
    ACCOUNTS,
    ALL_ORDERS,
    CAMPAIGN_VALUES,
    CAMPAIGNS,
    METRICS,
    ORDERS_BY_MESSAGE,
    Step,
)
from connectors.registry import ConnectorAccount
from core.errors import ConfigError
from core.jsonvalue import JSONObject, JSONValue

_LISTED_CHANNELS: Final = {
    "equals(messages.channel,'email')": "email",
    "equals(messages.channel,'sms')": "sms",
    "equals(messages.channel,'mobile_push')": "push-notification",
}
"""By the list's filter, the channel as reports call it."""


class Known:
    """Grows with every listing; says what normalisation has to be told beside an answer."""

    def __init__(self, account: ConnectorAccount) -> None:
        self._account = account
        self._metrics: list[JSONObject] = []
        self._names: dict[str, str] = {}
        self._messages: dict[str, tuple[str, str]] = {}

    @property
    def metric(self) -> str:
        """The id of the metric that counts orders."""
        return order_metric(self._metrics)

    def learn(self, step: Step, content: JSONValue) -> None:
        """Take in one page of a list; ConfigError when it is another account's."""
        if step.stream == ACCOUNTS:
            check_account(account_facts(content), self._account)
        elif step.stream == METRICS:
            self._metrics.extend(objects(content))
        elif step.stream == CAMPAIGNS:
            channel = _LISTED_CHANNELS[step.request.params["filter"]]
            for campaign in objects(content):
                self._learn_campaign(campaign, channel)

    def layout(
        self, step: Step, content: JSONValue, flows: Mapping[str, tuple[str, str]]
    ) -> dict[str, JSONValue]:
        """What an answer of figures does not say itself: its day, names, the owners of messages."""
        if step.stream == CAMPAIGN_VALUES:
            return {"date": _day_asked(step), "names": self._names_in(content)}
        if step.stream == ORDERS_BY_MESSAGE:
            return {"messages": self._owners_in(content, flows)}
        return {"entity_id": self._account.account_id} if step.stream == ALL_ORDERS else {}

    def _learn_campaign(self, campaign: JSONObject, channel: str) -> None:
        campaign_id = str(campaign.get("id"))
        name = member(campaign, "attributes", "name")
        if isinstance(name, str) and name:
            self._names[campaign_id] = name
        for message in campaign_messages(campaign):
            self._messages[message] = campaign_id, channel

    def _names_in(self, content: JSONValue) -> dict[str, JSONValue]:
        ids = {str(member(row, "groupings", "campaign_id")) for row in results(content)}
        return {each: self._names[each] for each in sorted(ids & self._names.keys())}

    def _owners_in(
        self, content: JSONValue, flows: Mapping[str, tuple[str, str]]
    ) -> dict[str, JSONValue]:
        known = {**flows, **self._messages}
        rows = member(content, "data", "attributes", "data")
        asked = [member(row, "dimensions") for row in rows] if isinstance(rows, list) else []
        ids = {str(each[0]) for each in asked if isinstance(each, list) and each}
        return {
            message: [*known[message], self._names.get(known[message][0])]
            for message in sorted(ids & known.keys())
        }


def results(content: JSONValue) -> list[JSONValue]:
    """The results of a report."""
    found = member(content, "data", "attributes", "results")
    return list(found) if isinstance(found, list) else []


def flows_in(content: JSONValue) -> dict[str, tuple[str, str]]:
    """Flow and channel by flow message, as a flow report groups them."""
    return {
        str(member(row, "groupings", "flow_message_id")): (
            str(member(row, "groupings", "flow_id")),
            str(member(row, "groupings", "send_channel")),
        )
        for row in results(content)
    }


def check_account(found: AccountFacts, expected: ConnectorAccount) -> None:
    """Refuse a key of another account, and an account with another currency or other days."""
    for field, of_key, of_connection in (
        ("accountId", found.account_id, expected.account_id),
        ("currency", found.currency, expected.currency),
        ("timeZone", found.time_zone, expected.time_zone),
    ):
        if of_key != of_connection:
            raise ConfigError(
                f"the key's account has {field} {of_key}, the connection {of_connection}",
                field=field,
                mend=f"set up a connection for account {found.account_id} with currency "
                f"{found.currency} and time zone {found.time_zone}",
            )


def _day_asked(step: Step) -> str:
    start = member(step.request.content, "data", "attributes", "timeframe", "start")
    return str(start).partition("T")[0]
