"""Which channels rows count to by a tenant's own rules."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.records.channels import ChannelRuleRecord, ChannelSample
from core.records.connections import Source
from graph.bounds.sizes import listed
from graph.ids import CHANNEL_RULE
from resolvers.channel_rules import ChannelPreview as Preview


@strawberry.type(description="What a campaign's name must say, by your naming rules.")
class ChannelRuleCondition:
    """NamingCondition on the wire."""

    field: str = strawberry.field(description="A field of your naming rules.")
    values: list[str] = strawberry.field(description="What it may say, in any case.")


@strawberry.type(description="Rows that count to a channel of your choice; null is not asked for.")
class ChannelRule:
    """ChannelRuleRecord on the wire."""

    id: strawberry.ID = strawberry.field(description="Its id, the same for every version.")
    version: int = strawberry.field(description="Counts its versions, from 1.")
    name: str = strawberry.field(description="Its name.")
    channel: str = strawberry.field(description="The channel that rows count to.")
    source: Source | None = strawberry.field(description="The only source it is for.")
    account_id: str | None = strawberry.field(
        description="The only account it is for, by the source's own id."
    )
    labelled: str | None = strawberry.field(
        description="The only channel of the source's own mapping that it is for."
    )
    platform_channel: str | None = strawberry.field(
        description="The only channel in the source's own words that it is for."
    )
    medium: str | None = strawberry.field(description="The only utm_medium that it is for.")
    campaign: str | None = strawberry.field(
        description="An RE2 expression that is found in the campaign's name."
    )
    entity: str | None = strawberry.field(
        description="An RE2 expression that is found in the entity's name."
    )
    naming: list[ChannelRuleCondition] = listed(
        "What the campaign's name says, by your naming rules.", size=4
    )
    since: dt.date | None = strawberry.field(description="The first day that it is for.")
    until: dt.date | None = strawberry.field(description="The last day that it is for.")
    position: int = strawberry.field(
        description="Of rules that fit a row, the lowest is taken, and of equals the oldest."
    )
    created_at: dt.datetime = strawberry.field(description="When it was added.")

    @classmethod
    def from_record(cls, record: ChannelRuleRecord) -> ChannelRule:
        """The rule on the wire."""
        rule = record.rule
        return cls(
            id=CHANNEL_RULE.encode(record.id),
            version=record.version,
            name=rule.name,
            channel=rule.channel,
            source=rule.source,
            account_id=rule.account_id,
            labelled=rule.labelled,
            platform_channel=rule.platform_channel,
            medium=rule.medium,
            campaign=rule.campaign,
            entity=rule.entity,
            naming=[
                ChannelRuleCondition(field=each.field, values=list(each.values))
                for each in rule.naming
            ],
            since=rule.since,
            until=rule.until,
            position=rule.position,
            created_at=record.created_at,
        )


@strawberry.type(description="A channel and how many entries count to it.")
class ChannelCount:
    """A channel with a count."""

    channel: str = strawberry.field(description="The channel.")
    entries: int = strawberry.field(description="How many entries.")


@strawberry.type(description="Entries that say the same, and that a rule would move.")
class ChannelPreviewSample:
    """ChannelSample on the wire."""

    source: Source = strawberry.field(description="Their source.")
    account_id: str = strawberry.field(description="Their account.")
    channel: str = strawberry.field(description="The channel that they count to now.")
    platform_channel: str | None = strawberry.field(description="Their source's own channel.")
    campaign_name: str | None = strawberry.field(description="Their campaign's present name.")
    entity_name: str | None = strawberry.field(description="Their entity's name.")
    entries: int = strawberry.field(description="How many there are.")

    @classmethod
    def from_record(cls, record: ChannelSample) -> ChannelPreviewSample:
        """The sample on the wire."""
        facts = record.facts
        return cls(
            source=facts.source,
            account_id=facts.account_id,
            channel=facts.labelled,
            platform_channel=facts.platform_channel,
            campaign_name=facts.campaign_name,
            entity_name=facts.entity_name,
            entries=record.entries,
        )


@strawberry.type(description="What a rule would apply to, among the rules that you have.")
class ChannelPreview:
    """Preview on the wire."""

    entries: int = strawberry.field(description="How many entries would fall under it.")
    moved: int = strawberry.field(description="How many of them count to another channel now.")
    before: list[ChannelCount] = listed(
        "The channels that those count to now, the most frequent first.", size=10
    )
    samples: list[ChannelPreviewSample] = strawberry.field(
        description="What they say, the most frequent first."
    )
    is_complete: bool = strawberry.field(
        description="False where your entries say more than was looked through: counts are least."
    )

    @classmethod
    def from_record(cls, record: Preview, first: int) -> ChannelPreview:
        """The preview on the wire, with at most `first` samples."""
        return cls(
            entries=record.entries,
            moved=record.moved,
            before=[
                ChannelCount(channel=name, entries=count) for name, count in record.before.items()
            ],
            samples=[ChannelPreviewSample.from_record(each) for each in record.samples[:first]],
            is_complete=record.is_complete,
        )
