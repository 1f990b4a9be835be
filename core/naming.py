"""What the name of a campaign says, by the rules of its tenant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from core.name_patterns import matcher
from core.records.naming import (
    NamedCampaign,
    NamingCondition,
    NamingRule,
    NamingRuleRecord,
    ParsedName,
)


def read(tried: Sequence[NamingRuleRecord], campaign: NamedCampaign, on: date) -> ParsedName | None:
    """What the first rule that fits says; None when none does."""
    for record in tried:
        if _covers(record.rule, on) and concerns(record.rule, campaign):
            fields = matcher(record.rule.syntax, record.rule.pattern).read(campaign.name)
            if fields is not None:
                return ParsedName(record, fields)
    return None


def concerns(rule: NamingRule, campaign: NamedCampaign) -> bool:
    """Whether the rule is for campaigns of that source and account."""
    return rule.source in {None, campaign.source} and rule.account_id in {
        None,
        campaign.account_id,
    }


def meets(said: ParsedName | None, conditions: Sequence[NamingCondition]) -> bool:
    """Whether what a name says is, in any case, what every condition asks for."""
    if said is None:
        return False
    return all(
        said.fields.get(condition.field, "").casefold()
        in {value.casefold() for value in condition.values}
        for condition in conditions
    )


def _covers(rule: NamingRule, on: date) -> bool:
    return (rule.since is None or rule.since <= on) and (rule.until is None or on <= rule.until)
