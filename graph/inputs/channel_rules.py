"""Channel rules, as callers give them."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.records.channels import ChannelRule
from core.records.connections import Source
from graph.inputs.naming import NamingConditionInput


@strawberry.input(
    description=(
        "Rows that count to a channel of your choice. A row must be all that is said here; what "
        "is left out is not asked for."
    )
)
class ChannelRuleInput:
    """ChannelRule as the caller gives it."""

    name: str = strawberry.field(description="A name of yours for the rule, used once.")
    channel: str = strawberry.field(
        description="The channel, such as `Retail Media`. Up to 100 characters."
    )
    source: Source | None = strawberry.field(default=None, description="Only rows of this source.")
    account_id: str | None = strawberry.field(
        default=None, description="Only rows of this account, by the source's own id."
    )
    labelled: str | None = strawberry.field(
        default=None,
        description="Only rows that the source's own mapping counts to this channel, in any case.",
    )
    platform_channel: str | None = strawberry.field(
        default=None,
        description=(
            "Only rows of this channel in the source's own words, in any case; of webhooks it is "
            "the utm_source."
        ),
    )
    medium: str | None = strawberry.field(
        default=None, description="Only rows of webhooks and files with this utm_medium."
    )
    campaign: str | None = strawberry.field(
        default=None,
        description="Only rows in whose campaign's name this RE2 expression is found, in any case.",
    )
    entity: str | None = strawberry.field(
        default=None,
        description="Only rows in whose entity's name this RE2 expression is found, in any case.",
    )
    naming: list[NamingConditionInput] | None = strawberry.field(
        default=None,
        description="Only rows whose campaign's name says all this, by your naming rules.",
    )
    since: dt.date | None = strawberry.field(
        default=None, description="Only rows of this day and later."
    )
    until: dt.date | None = strawberry.field(
        default=None, description="Only rows of this day and earlier."
    )
    position: int = strawberry.field(
        default=100,
        description="Of rules that fit a row, the lowest is taken, and of equals the oldest.",
    )

    def to_rule(self) -> ChannelRule:
        """The rule, as it was given."""
        return ChannelRule(
            name=self.name,
            channel=self.channel,
            source=self.source,
            account_id=self.account_id,
            labelled=self.labelled,
            platform_channel=self.platform_channel,
            medium=self.medium,
            campaign=self.campaign,
            entity=self.entity,
            naming=tuple(
                given.to_condition(f"naming[{place}]")
                for place, given in enumerate(self.naming or ())
            ),
            since=self.since,
            until=self.until,
            position=self.position,
        )
