"""What the names of campaigns say, by the tenant's own rules.

Names are read when they are asked for: a rule that is added, ended or deleted holds at once for
every day that it covers, and nothing has to be ingested again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

from core.errors import BadInput
from core.records.entries import CampaignRecord, EntryFilter
from core.records.naming import (
    CampaignSpan,
    NamedCampaign,
    NamingCondition,
    NamingRule,
    NamingRuleRecord,
    ParsedName,
)
from resolvers.naming_patterns import matcher
from resolvers.session import Session
from resolvers.text import clean

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)
MAX_POSITION = 1_000_000


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


async def rules(session: Session) -> tuple[NamingRuleRecord, ...]:
    """The tenant's rules, in the order in which they are tried."""
    return await session.loaders.naming_rules.load(session.scope.tenant_id) or ()


async def parsed(session: Session, campaign: CampaignRecord | None, on: date) -> ParsedName | None:
    """What the current name of a campaign says on a day; None when no rule fits it."""
    if campaign is None or campaign.name is None:
        return None
    named = NamedCampaign(campaign.digest, campaign.source, campaign.account_id, campaign.name)
    return read(await rules(session), named, on)


def read(tried: Sequence[NamingRuleRecord], campaign: NamedCampaign, on: date) -> ParsedName | None:
    """What the first rule that fits says."""
    for record in tried:
        if _covers(record.rule, on) and _concerns(record.rule, campaign):
            fields = matcher(record.rule.syntax, record.rule.pattern).read(campaign.name)
            if fields is not None:
                return ParsedName(record, fields)
    return None


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
    campaigns = await session.stores.campaigns.named(session.scope)
    return await asyncio.to_thread(_previewed, rule, campaigns)


def _previewed(rule: NamingRule, campaigns: Sequence[NamedCampaign]) -> Preview:
    fit = matcher(rule.syntax, rule.pattern)
    concerned = [campaign for campaign in campaigns if _concerns(rule, campaign)]
    readings = [(campaign, fit.read(campaign.name)) for campaign in concerned]
    return Preview(
        campaigns=len(concerned),
        parsed=tuple(Reading(one, said) for one, said in readings if said is not None),
        unmatched=tuple(one for one, said in readings if said is None),
    )


async def narrowed(session: Session, where: EntryFilter) -> EntryFilter:
    """`where` with its conditions on names turned into campaigns and their days.

    In a thread: many names and rules take seconds, in which the server has others to answer.
    """
    if not where.naming:
        return where
    tried = await rules(session)
    campaigns = await session.stores.campaigns.named(session.scope)
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
        if _meets(read(tried, campaign, span.since), conditions)
    )


def checked(rule: NamingRule) -> NamingRule:
    """`rule` with a clean name, or BadInput naming what is wrong."""
    matcher(rule.syntax, rule.pattern)
    if rule.since is not None and rule.until is not None and rule.since > rule.until:
        raise BadInput(
            f"the rule ends on {rule.until}, before it begins on {rule.since}",
            field="until",
            mend="give since on or before until",
        )
    if not 0 <= rule.position <= MAX_POSITION:
        raise BadInput(
            f"position must be from 0 to {MAX_POSITION}",
            field="position",
            mend="leave it out for 100",
        )
    account = None if rule.account_id is None else clean(rule.account_id, "accountId")
    return replace(rule, name=clean(rule.name, "name"), account_id=account)


def _covers(rule: NamingRule, on: date) -> bool:
    return (rule.since is None or rule.since <= on) and (rule.until is None or on <= rule.until)


def _concerns(rule: NamingRule, campaign: NamedCampaign) -> bool:
    return rule.source in {None, campaign.source} and rule.account_id in {
        None,
        campaign.account_id,
    }


def _spans(campaign: NamedCampaign, tried: Sequence[NamingRuleRecord]) -> Iterator[CampaignSpan]:
    """The days of a campaign, cut wherever another rule may begin to hold."""
    cuts = {FIRST_DAY, LAST_DAY + timedelta(days=1)}
    for rule in (record.rule for record in tried if _concerns(record.rule, campaign)):
        cuts |= {rule.since} if rule.since is not None else set()
        cuts |= {rule.until + timedelta(days=1)} if rule.until is not None else set()
    for since, next_since in pairwise(sorted(cuts)):
        yield CampaignSpan(campaign.digest, since, next_since - timedelta(days=1))


def _meets(said: ParsedName | None, conditions: Sequence[NamingCondition]) -> bool:
    if said is None:
        return False
    return all(
        said.fields.get(condition.field, "").casefold()
        in {value.casefold() for value in condition.values}
        for condition in conditions
    )
