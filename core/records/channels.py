"""Which channel a tenant counts its rows to, where that is not what the source makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from core.records.connections import Source
from core.records.naming import NamingCondition, NamingRuleRecord
from core.records.rules import RuleRecord


@dataclass(frozen=True, slots=True)
class ChannelRule:
    """Rows that are all that is said here count to `channel`; None and empty say nothing.

    `labelled` is the channel that the source's own mapping gives the row, `platform_channel` what
    the source calls it (of webhooks and files, where they say so, utm_source), `medium` their
    utm_medium. `campaign` and `entity` are RE2 expressions found anywhere in the name, in any
    case. `naming`: what the campaign's name must say by the tenant's naming rules. `since` and
    `until` are days of the row, both included. Of several rules that fit, the one of the lowest
    `position` is taken, and of those the oldest.
    """

    name: str
    channel: str
    source: Source | None = None
    account_id: str | None = None
    labelled: str | None = None
    platform_channel: str | None = None
    medium: str | None = None
    campaign: str | None = None
    entity: str | None = None
    naming: tuple[NamingCondition, ...] = ()
    since: date | None = None
    until: date | None = None
    position: int = 100


ChannelRuleRecord: TypeAlias = RuleRecord[ChannelRule]


@dataclass(frozen=True, slots=True)
class ChannelRules:
    """What rows are labelled by: channel rules, and the naming rules that they refer to.

    Both in the order in which they are tried.
    """

    channels: tuple[ChannelRuleRecord, ...] = ()
    names: tuple[NamingRuleRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """What a row says that rules may ask for."""

    source: Source
    account_id: str
    labelled: str
    platform_channel: str | None
    medium: str | None
    campaign_name: str | None
    entity_name: str | None
    date: date


@dataclass(frozen=True, slots=True)
class ChannelSample:
    """What `entries` of a tenant's entries say alike; the date is that of the last of them.

    They count to the channel `facts.labelled` as they stand.
    """

    facts: ChannelFacts
    entries: int
