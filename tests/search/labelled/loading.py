"""The world's facts, put where ingestion puts them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from uuid import UUID

from core.records.connections import Level
from core.scope import TenantScope
from stores.postgres.months import ensure_months
from stores.wiring import Stores
from tests.search.labelled.world import ACCOUNTS, MONTHS, AdSet, Campaign, Day, days

_CONNECTIONS = """
INSERT INTO connection (tenant_id, id, source, account_id, name, currency, time_zone, level,
    look_back_days, file_mapping)
SELECT $1, md5(a.account_id)::uuid, a.source, a.account_id, a.name, a.currency, 'Europe/Berlin',
    a.level, 7, '{}'
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
    a (source, account_id, name, currency, level)
"""
_CAMPAIGNS = """
INSERT INTO campaign (tenant_id, digest, source, account_id, campaign_id, name, status, objective,
    changed_at)
SELECT $1, md5('campaign ' || c.campaign_id)::uuid, c.source, c.account_id, c.campaign_id, c.name,
    'ACTIVE', NULL, now()
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])
    c (source, account_id, campaign_id, name)
"""
_ENTRIES = """
INSERT INTO marketing_entry (tenant_id, date, digest, source, connection_id, account_id, level,
    entity_id, entity_name, campaign, date_basis, attribution_setting, channel, currency, spend,
    impressions, clicks, conversions, conversion_value, conversion_type, is_present, learned_at,
    first_learned_at, vintage_count, run_id, raw_page_id, raw_position, checks_applied,
    checks_failed)
SELECT $1, e.date, md5(e.entity_id || e.date)::uuid, e.source, md5(e.account_id)::uuid,
    e.account_id, e.level, e.entity_id, e.entity_name, md5('campaign ' || e.campaign_id)::uuid,
    'DELIVERY', '7d_click', e.channel, e.currency, e.spend, e.impressions, e.clicks, e.conversions,
    e.value, 'purchase', true, k.learned_at, k.learned_at, 1, uuidv7(), uuidv7(), 0, 255, 0
FROM data_clock k, unnest($2::date[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::text[], $10::text[], $11::numeric[], $12::bigint[], $13::bigint[],
    $14::numeric[], $15::numeric[])
    e (date, source, account_id, level, entity_id, entity_name, campaign_id, channel, currency,
       spend, impressions, clicks, conversions, value)
WHERE k.tenant_id = $1
"""


async def load(stores: Stores, scope: TenantScope, campaigns: Iterable[Campaign]) -> None:
    """Let the tenant have the accounts, the campaigns and what they did."""
    every = tuple(campaigns)
    async with stores.database.write(scope) as connection:
        await connection.execute(_CONNECTIONS, scope.tenant_id, *_turned(
            (a.source, a.account_id, a.name, a.currency, a.level) for a in ACCOUNTS
        ))  # fmt: skip
        await connection.execute(_CAMPAIGNS, scope.tenant_id, *_turned(
            (c.account.source, c.account.account_id, c.campaign_id, c.name) for c in every
        ))  # fmt: skip
        rows = [_row(campaign, day) for campaign in every for day in days(campaign)]
        await ensure_months(connection, MONTHS)
        await connection.execute(_ENTRIES, scope.tenant_id, *_turned(rows))


def _row(campaign: Campaign, day: Day) -> tuple[object, ...]:
    entity, account = day.entity, campaign.account
    entity_id = entity.ad_set_id if isinstance(entity, AdSet) else entity.campaign_id
    level = Level.AD_SET if isinstance(entity, AdSet) else Level.CAMPAIGN
    return (
        day.date,
        account.source,
        account.account_id,
        level,
        entity_id,
        entity.name,
        campaign.campaign_id,
        account.channel,
        account.currency,
        day.spend,
        day.impressions,
        day.clicks,
        day.conversions,
        day.value,
    )


def _turned(rows: Iterable[tuple[object, ...]]) -> list[list[object]]:
    """Columns of rows."""
    return [list(column) for column in zip(*rows, strict=True)]


def digest_of(campaign: Campaign) -> UUID:
    """The digest under which a campaign is loaded."""
    return UUID(bytes=hashlib.md5(f"campaign {campaign.campaign_id}".encode()).digest())  # noqa: S324 - names a row
