"""What the names of campaigns say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import strawberry

from core.name_patterns import matcher
from core.records.connections import Source
from core.records.naming import NamingRuleRecord, NamingSyntax, ParsedName
from graph.bounds.sizes import listed
from graph.ids import NAMING_RULE
from resolvers.naming import Preview


@strawberry.type(description="How the names of campaigns are read.")
class NamingRule:
    """NamingRuleRecord on the wire."""

    id: strawberry.ID = strawberry.field(description="Its id.")
    name: str = strawberry.field(description="Its name.")
    syntax: NamingSyntax = strawberry.field(description="How `pattern` is written.")
    pattern: str = strawberry.field(description="What a name looks like.")
    fields: list[str] = strawberry.field(description="What it reads, in the pattern's order.")
    source: Source | None = strawberry.field(description="The only source it is for; null: all.")
    account_id: str | None = strawberry.field(
        description="The only account it is for, by the source's own id; null: all."
    )
    since: dt.date | None = strawberry.field(
        description="The first day whose entries it is for; null: from ever."
    )
    until: dt.date | None = strawberry.field(
        description="The last day whose entries it is for; null: for ever."
    )
    position: int = strawberry.field(
        description="Of rules that fit a name, the lowest is taken, and of equals the oldest."
    )
    created_at: dt.datetime = strawberry.field(description="When it was added.")

    @classmethod
    def from_record(cls, record: NamingRuleRecord) -> NamingRule:
        """The rule on the wire."""
        rule = record.rule
        return cls(
            id=NAMING_RULE.encode(record.id),
            name=rule.name,
            syntax=rule.syntax,
            pattern=rule.pattern,
            fields=list(matcher(rule.syntax, rule.pattern).fields),
            source=rule.source,
            account_id=rule.account_id,
            since=rule.since,
            until=rule.until,
            position=rule.position,
            created_at=record.created_at,
        )


@strawberry.type(description="One part of a name.")
class NamingField:
    """A field and what the name says for it."""

    name: str = strawberry.field(description="The field, as the rule calls it.")
    value: str = strawberry.field(description="What the name says, without blanks around it.")


def naming_fields(said: Mapping[str, str]) -> list[NamingField]:
    """The fields on the wire, in the pattern's order."""
    return [NamingField(name=name, value=value) for name, value in said.items()]


@strawberry.type(description="What a campaign's name says by one of your naming rules.")
class CampaignNaming:
    """ParsedName on the wire."""

    rule: NamingRule = strawberry.field(description="The rule that read it.")
    fields: list[NamingField] = listed("Its parts, in the rule's order.", size=6)

    @classmethod
    def from_record(cls, record: ParsedName) -> CampaignNaming:
        """The name on the wire."""
        return cls(rule=NamingRule.from_record(record.by), fields=naming_fields(record.fields))


@strawberry.type(description="A name that a rule would read.")
class NamingReading:
    """Reading on the wire."""

    name: str = strawberry.field(description="The campaign's name.")
    fields: list[NamingField] = listed("Its parts, in the rule's order.", size=6)


@strawberry.type(description="What a rule would read of the campaigns it is for.")
class NamingPreview:
    """Preview on the wire."""

    campaigns: int = strawberry.field(description="How many campaigns it is for.")
    matched: int = strawberry.field(description="How many of their names it would read.")
    readings: list[NamingReading] = strawberry.field(description="Names that it would read.")
    unmatched: list[str] = strawberry.field(description="Names that it would not read.")

    @classmethod
    def from_record(cls, record: Preview, first: int) -> NamingPreview:
        """The preview on the wire, with at most `first` names of each kind."""
        return cls(
            campaigns=record.campaigns,
            matched=len(record.parsed),
            readings=[
                NamingReading(name=one.campaign.name, fields=naming_fields(one.fields))
                for one in record.parsed[:first]
            ],
            unmatched=[campaign.name for campaign in record.unmatched[:first]],
        )
