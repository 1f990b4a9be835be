"""What the names of campaigns say, by the tenant's own rules.

Names are read when they are asked for: a rule that is added, ended or deleted holds at once for
every day that it covers, and nothing has to be ingested again. An entry says what the name said
that its campaign had when the entry was learned; `asOf` reads by the rules of then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from core.name_patterns import matcher
from core.naming import concerns, meets, read
from core.records.entries import CampaignRecord, EntryFilter, EntryRecord
from core.records.naming import (
    CampaignSpan,
    NamedCampaign,
    NameMoment,
    NamingCondition,
    NamingRule,
    NamingRuleRecord,
    ParsedName,
)
from core.records.rules import RulesAt
from core.units import EVER
from resolvers.rules import checked_terms
from resolvers.session import Session
from resolvers.text import clean


@dataclass(frozen=True, slots=True)
class Reading:
    """A campaign and what its name says by one rule."""

    campaign: NamedCampaign
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule would read; campaigns it does not apply to are not among them."""

    campaigns: int
    parsed: tuple[Reading, ...]
    unmatched: tuple[NamedCampaign, ...]


async def rules(session: Session, as_of: datetime | None = None) -> tuple[NamingRuleRecord, ...]:
    """The tenant's rules at `as_of`, or now, in the order in which they are tried."""
    return await session.loaders.naming_rules.load(RulesAt(as_of)) or ()


async def name_of(session: Session, entry: EntryRecord) -> NamedCampaign | None:
    """An entry's campaign under the name that it had when the entry was learned."""
    if entry.campaign is None:
        return None
    return await session.loaders.names.load(NameMoment(entry.campaign, entry.named_at))


async def of_entry(
    session: Session, entry: EntryRecord, as_of: datetime | None
) -> ParsedName | None:
    """What that name says on the entry's day, by the rules of `as_of`; None when no rule fits."""
    named = await name_of(session, entry)
    if named is None:
        return None
    return read(await rules(session, as_of), named, entry.key.date)


async def parsed(session: Session, campaign: CampaignRecord | None, on: date) -> ParsedName | None:
    """What the current name of a campaign says on a day; None when no rule fits it."""
    if campaign is None or campaign.name is None:
        return None
    named = NamedCampaign(campaign.digest, campaign.source, campaign.account_id, campaign.name)
    return read(await rules(session), named, on)


async def add(session: Session, rule: NamingRule) -> NamingRuleRecord:
    """Keep a rule; BadInput or Conflict when it cannot be one."""
    return await session.stores.naming.add(session.scope, checked(rule))


async def end(session: Session, rule_id: UUID, until: date) -> NamingRuleRecord:
    """Let a rule hold up to `until`, that day included."""
    return await session.stores.naming.end(session.scope, rule_id, until)


async def delete(session: Session, rule_id: UUID) -> NamingRuleRecord:
    """Forget a rule, for all days."""
    return await session.stores.naming.delete(session.scope, rule_id)


async def preview(session: Session, rule: NamingRule) -> Preview:
    """What `rule` would read of the tenant's campaigns, in the order of their names."""
    rule = checked(rule)
    names = await session.stores.campaigns.names(session.scope)
    current = [campaign for campaign in names if campaign.until is None]
    return await asyncio.to_thread(_previewed, rule, current)


def _previewed(rule: NamingRule, campaigns: Sequence[NamedCampaign]) -> Preview:
    fit = matcher(rule.syntax, rule.pattern)
    concerned = [campaign for campaign in campaigns if concerns(rule, campaign)]
    readings = [(campaign, fit.read(campaign.name)) for campaign in concerned]
    return Preview(
        campaigns=len(concerned),
        parsed=tuple(Reading(one, said) for one, said in readings if said is not None),
        unmatched=tuple(one for one, said in readings if said is None),
    )


async def narrowed(
    session: Session, where: EntryFilter, as_of: datetime | None = None
) -> EntryFilter:
    """`where` with its conditions on names turned into campaigns, their days and their names.

    In a thread: many names and rules take seconds, in which the server has others to answer.
    """
    if not where.naming:
        return where
    tried = await rules(session, as_of)
    campaigns = await session.stores.campaigns.names(session.scope, as_of)
    spans = await asyncio.to_thread(_meeting, campaigns, tried, where.naming)
    return replace(where, naming=(), spans=spans)


def _meeting(
    campaigns: Sequence[NamedCampaign],
    tried: Sequence[NamingRuleRecord],
    conditions: Sequence[NamingCondition],
) -> tuple[CampaignSpan, ...]:
    return tuple(
        span
        for campaign in campaigns
        for span in _spans(campaign, tried)
        if meets(read(tried, campaign, span.since), conditions)
    )


def checked(rule: NamingRule) -> NamingRule:
    """`rule` with a clean name, or BadInput naming what is wrong."""
    matcher(rule.syntax, rule.pattern)
    checked_terms(rule.since, rule.until, rule.position)
    account = None if rule.account_id is None else clean(rule.account_id, "accountId")
    return replace(rule, name=clean(rule.name, "name"), account_id=account)


def _spans(campaign: NamedCampaign, tried: Sequence[NamingRuleRecord]) -> Iterator[CampaignSpan]:
    """The days of a campaign, cut wherever another rule may begin to hold."""
    cuts = {EVER.since, EVER.until + timedelta(days=1)}
    for rule in (record.rule for record in tried if concerns(record.rule, campaign)):
        cuts |= {rule.since} if rule.since is not None else set()
        cuts |= {rule.until + timedelta(days=1)} if rule.until is not None else set()
    for since, next_since in pairwise(sorted(cuts)):
        until = next_since - timedelta(days=1)
        yield CampaignSpan(campaign.digest, since, until, campaign.since, campaign.until)
