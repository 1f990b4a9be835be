"""Which channel rule a row falls under."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from uuid import UUID

from core.errors import BadInput
from core.name_patterns import MAX_PATTERN, expression
from core.naming import meets, read
from core.records.channels import ChannelFacts, ChannelRule, ChannelRules
from core.records.naming import NamedCampaign

_NOBODY = UUID(int=0)


def rule_of(rules: ChannelRules, facts: ChannelFacts) -> int | None:
    """The place of the first rule that fits; None when none does."""
    found = (place for place, each in enumerate(rules.channels) if _fits(each.rule, rules, facts))
    return next(found, None)


def are_dated(rules: ChannelRules) -> bool:
    """Whether a row's day may decide which rule it falls under."""
    asks_names = any(each.rule.naming for each in rules.channels)
    days = [(each.rule.since, each.rule.until) for each in rules.channels]
    if asks_names:
        days += [(each.rule.since, each.rule.until) for each in rules.names]
    return any(since or until for since, until in days)


def says_nothing(rule: ChannelRule) -> bool:
    """Whether every row of its days falls under the rule."""
    return rule == ChannelRule(
        rule.name, rule.channel, since=rule.since, until=rule.until, position=rule.position
    )


@lru_cache(maxsize=1024)
def found_in(pattern: str, field: str) -> Any:
    """The compiled expression, which is looked for in any case; BadInput naming `field`."""
    if not 0 < len(pattern) <= MAX_PATTERN:
        raise BadInput(
            f"the expression must have 1 to {MAX_PATTERN} characters",
            field=field,
            mend="shorten or fill it in",
        )
    return expression(f"(?i:{pattern})", field)


def _fits(rule: ChannelRule, rules: ChannelRules, facts: ChannelFacts) -> bool:
    return (
        rule.source in {None, facts.source}
        and rule.account_id in {None, facts.account_id}
        and (rule.since is None or rule.since <= facts.date)
        and (rule.until is None or facts.date <= rule.until)
        and _same(rule.labelled, facts.labelled)
        and _same(rule.platform_channel, facts.platform_channel)
        and _same(rule.medium, facts.medium)
        and _holds(rule.entity, "entity", facts.entity_name)
        and _holds(rule.campaign, "campaign", facts.campaign_name)
        and (not rule.naming or _named(rule, rules, facts))
    )


def _same(wanted: str | None, said: str | None) -> bool:
    return wanted is None or (said is not None and wanted.casefold() == said.casefold())


def _holds(pattern: str | None, field: str, name: str | None) -> bool:
    if pattern is None:
        return True
    return name is not None and found_in(pattern, field).search(name) is not None


def _named(rule: ChannelRule, rules: ChannelRules, facts: ChannelFacts) -> bool:
    if facts.campaign_name is None:
        return False
    campaign = NamedCampaign(_NOBODY, facts.source, facts.account_id, facts.campaign_name)
    return meets(read(rules.names, campaign, facts.date), rule.naming)
