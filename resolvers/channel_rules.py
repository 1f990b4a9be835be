"""A tenant's own mapping of rows to channels.

Rules label what is read from now on; what was read before is labelled anew by a transformation.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from core.channel_rules import found_in, rule_of, says_nothing
from core.errors import BadInput
from core.records.channels import (
    ChannelRule,
    ChannelRuleRecord,
    ChannelRules,
    ChannelSample,
)
from core.records.naming import NamingCondition
from core.records.rules import RuleRecord, RulesAt
from core.units import DateRange
from resolvers import naming
from resolvers.rules import checked_terms
from resolvers.session import Session
from resolvers.text import choices, clean, exact

MAX_SAMPLES = 20_000
"""Beyond so many combinations of labels a preview leaves out the rarest."""
MAX_CHANNEL = 100
_NEW = UUID(int=0)


@dataclass(frozen=True, slots=True)
class ChannelPreview:
    """What a rule would apply to, among the rules that there are.

    `entries` fall under it; `moved` of them count to another channel now, which `before` has by
    name. `samples` are the most frequent of those. `is_complete`: nothing was left out.
    """

    entries: int
    moved: int
    before: Mapping[str, int]
    samples: tuple[ChannelSample, ...]
    is_complete: bool


async def rules(session: Session, as_of: datetime | None = None) -> tuple[ChannelRuleRecord, ...]:
    """The tenant's rules at `as_of`, or now, in the order in which they are tried."""
    return await session.loaders.channel_rules.load(RulesAt(as_of)) or ()


async def add(session: Session, rule: ChannelRule) -> ChannelRuleRecord:
    """Keep a rule; BadInput or Conflict when it cannot be one."""
    return await session.stores.channel_rules.add(session.scope, checked(rule))


async def end(session: Session, rule_id: UUID, until: date) -> ChannelRuleRecord:
    """Let a rule hold up to `until`, that day included."""
    return await session.stores.channel_rules.end(session.scope, rule_id, until)


async def delete(session: Session, rule_id: UUID) -> ChannelRuleRecord:
    """Let a rule hold no more."""
    return await session.stores.channel_rules.delete(session.scope, rule_id)


async def preview(session: Session, rule: ChannelRule, dates: DateRange) -> ChannelPreview:
    """What `rule` would apply to among the entries of `dates` as they stand.

    Campaigns go by their present names, and naming rules are taken as of the last day.
    """
    rule = checked(rule)
    there = await rules(session)
    new = RuleRecord(_NEW, rule, session.clock())
    tried = sorted((*there, new), key=lambda each: each.rule.position)
    together = ChannelRules(tuple(tried), await naming.rules(session))
    held = _within(dates, rule)
    if held is None:
        return ChannelPreview(0, 0, {}, (), is_complete=True)
    found = await session.stores.channel_rules.samples(session.scope, held, MAX_SAMPLES)
    return await asyncio.to_thread(_previewed, together, tried.index(new), found)


def checked(rule: ChannelRule) -> ChannelRule:
    """`rule` with clean texts, or BadInput naming what is wrong."""
    checked_terms(rule.since, rule.until, rule.position)
    for field, pattern in (("campaign", rule.campaign), ("entity", rule.entity)):
        if pattern is not None:
            found_in(exact(pattern, field), field)
    if says_nothing(rule):
        raise BadInput(
            "the rule would take every row",
            field="rule",
            mend="say what a row must be: its source, labels, names or what its names say",
        )
    channel = clean(rule.channel, "channel")
    if len(channel) > MAX_CHANNEL:
        raise BadInput(
            f"a channel may have {MAX_CHANNEL} characters", field="channel", mend="shorten it"
        )
    return replace(
        rule,
        name=clean(rule.name, "name"),
        channel=channel,
        account_id=_cleaned(rule.account_id, "accountId"),
        labelled=_cleaned(rule.labelled, "labelled"),
        platform_channel=_cleaned(rule.platform_channel, "platformChannel"),
        medium=_cleaned(rule.medium, "medium"),
        naming=tuple(_condition(each) for each in rule.naming),
    )


def _cleaned(text: str | None, field: str) -> str | None:
    return None if text is None else clean(text, field)


def _condition(given: NamingCondition) -> NamingCondition:
    values = choices(given.values, "naming.values")
    if not values:
        raise BadInput(
            "a condition on names has no values", field="naming.values", mend="say one or more"
        )
    return NamingCondition(
        clean(given.field, "naming.field"), tuple(exact(each, "naming.values") for each in values)
    )


def _within(dates: DateRange, rule: ChannelRule) -> DateRange | None:
    since = max(dates.since, rule.since or dates.since)
    until = min(dates.until, rule.until or dates.until)
    return DateRange(since, until) if since <= until else None


def _previewed(tried: ChannelRules, place: int, found: Sequence[ChannelSample]) -> ChannelPreview:
    under = [sample for sample in found if rule_of(tried, sample.facts) == place]
    channel = tried.channels[place].rule.channel
    moved = [sample for sample in under if sample.facts.labelled != channel]
    before: Counter[str] = Counter()
    for sample in moved:
        before[sample.facts.labelled] += sample.entries
    return ChannelPreview(
        entries=sum(sample.entries for sample in under),
        moved=before.total(),
        before=dict(before.most_common()),
        samples=tuple(moved),
        is_complete=len(found) < MAX_SAMPLES,
    )
