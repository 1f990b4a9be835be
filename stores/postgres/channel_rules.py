"""Rules by which a tenant's rows are counted to channels, and what they would apply to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

import asyncpg

from core.records.channels import ChannelFacts, ChannelRule, ChannelSample
from core.records.connections import Source
from core.records.naming import NamingCondition
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.database import Database
from stores.postgres.rules import RuleStore, RuleTable

RULE_COLUMNS = tuple(field.name for field in fields(ChannelRule))


class ChannelRuleStore(RuleStore[ChannelRule]):
    """Reads and writes channel rules."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, _TABLE)

    async def samples(
        self, scope: TenantScope, dates: DateRange, limit: int
    ) -> tuple[ChannelSample, ...]:
        """What the entries of `dates` say that rules may ask for, the most frequent first."""
        values = scope.tenant_id, dates.since, dates.until, limit
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_SAMPLES, *values)
        return tuple(map(_sample, rows))


def _values(rule: ChannelRule) -> Sequence[Any]:
    named = [asdict(condition) for condition in rule.naming]
    return [named if name == "naming" else getattr(rule, name) for name in RULE_COLUMNS]


def _rule(row: asyncpg.Record) -> ChannelRule:
    kept: dict[str, Any] = {name: row[name] for name in RULE_COLUMNS}
    kept["source"] = None if row["source"] is None else Source(row["source"])
    kept["naming"] = tuple(
        NamingCondition(each["field"], tuple(each["values"])) for each in row["naming"]
    )
    return ChannelRule(**kept)


def _sample(row: asyncpg.Record) -> ChannelSample:
    kept: dict[str, Any] = dict(row)
    facts = ChannelFacts(
        source=Source(kept.pop("source")),
        account_id=kept.pop("account_id"),
        labelled=kept.pop("channel"),
        platform_channel=kept.pop("platform_channel"),
        medium=None,
        campaign_name=kept.pop("campaign_name"),
        entity_name=kept.pop("entity_name"),
        date=kept.pop("until"),
    )
    return ChannelSample(facts, kept["entries"])


_TABLE = RuleTable("channel_rule", "channel rule", "channelRules", RULE_COLUMNS, _values, _rule)
_SAMPLES = """
SELECT e.source, e.account_id, e.channel, e.platform_channel, c.name AS campaign_name,
       e.entity_name, max(e.date) AS until, count(*) AS entries
FROM marketing_entry e
LEFT JOIN campaign c ON c.tenant_id = $1 AND c.digest = e.campaign
WHERE e.tenant_id = $1 AND e.is_present AND e.date BETWEEN $2 AND $3
GROUP BY e.source, e.account_id, e.channel, e.platform_channel, c.name, e.entity_name
ORDER BY entries DESC, e.source, e.account_id, e.channel, e.platform_channel, c.name,
         e.entity_name
LIMIT $4
"""
