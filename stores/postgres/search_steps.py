"""What searches need beside documents, renewed when those have changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import asyncpg

from core.records.connections import Source
from core.records.graph import Edge, Node, NodeKind, Thing
from core.records.search import DocumentPlaces
from core.scope import TenantScope
from stores.postgres.database import Connection, Database
from stores.postgres.search_figures import WAY

LOOKED_AT: Final = 10_000
"""Documents that words are counted in: those of the lowest ids, which are digests."""

_COUNT_WORDS: Final = """
WITH counted AS MATERIALIZED (
    SELECT w AS lexeme, count(*)::int AS documents
    FROM (SELECT lexemes FROM document WHERE tenant_id = $1 AND superseded_at IS NULL
          ORDER BY id LIMIT $2) d, unnest(tsvector_to_array(d.lexemes)) w GROUP BY w
), gone AS (
    DELETE FROM search_word s WHERE s.tenant_id = $1
        AND NOT EXISTS (SELECT FROM counted c WHERE c.lexeme = s.lexeme)
)
INSERT INTO search_word (tenant_id, lexeme, documents)
SELECT $1, c.lexeme, c.documents FROM counted c
ON CONFLICT (tenant_id, lexeme) DO UPDATE SET documents = excluded.documents
    WHERE search_word.documents <> excluded.documents
"""
# Of rows that are worked out on the way, or come with the statement, nothing is known: what joins
# them would loop over all of them for each of all the others.
HASHED: Final = (
    "SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off; "
    "SET LOCAL work_mem = '64MB'; SET LOCAL jit = off"
)
_REACTIONS: Final = "(e.actions ->> 'post_reaction')::float8"
_SHARES: Final = "(e.actions ->> 'post')::float8"
# A row per way of counting, entity and month; of an entity's month the way with the most entries
# speaks, as where figures of a hit are read.
_PLACE_FACTS: Final = f"""
WITH month AS MATERIALIZED (
    SELECT e.source, e.account_id, e.campaign, e.entity_id, {WAY},
           date_trunc('month', e.date)::date AS month, count(*) AS entries,
           sum(e.spend)::float8 AS spend, sum(e.impressions)::float8 AS impressions,
           sum(e.clicks)::float8 AS clicks, sum(e.conversions)::float8 AS conversions,
           sum(e.conversion_value)::float8 AS conversion_value, sum(e.reach)::float8 AS reach,
           sum({_REACTIONS}) AS reactions, sum({_SHARES}) AS shares
    FROM marketing_entry e WHERE e.tenant_id = $1 AND e.is_present AND e.level <> 'SERIES'
    GROUP BY e.source, e.account_id, e.campaign, e.entity_id, {WAY}, month
), entity AS (
    SELECT 'ACCOUNT' AS kind, source || '/' || account_id AS subject_id, e.* FROM month e
    UNION ALL
    SELECT 'CAMPAIGN', replace(campaign::text, '-', ''), e.* FROM month e
    WHERE campaign IS NOT NULL
    UNION ALL
    SELECT level, source || '/' || account_id || '/' || entity_id, e.* FROM month e
    WHERE level IN ('AD_SET', 'AD')
), summed AS (
    SELECT e.kind, e.subject_id, e.month, {WAY}, sum(e.entries) AS entries,
           sum(e.spend) AS spend, sum(e.impressions) AS impressions, sum(e.clicks) AS clicks,
           sum(e.conversions) AS conversions, sum(e.conversion_value) AS conversion_value,
           sum(e.reach) AS reach, sum(e.reactions) AS reactions, sum(e.shares) AS shares
    FROM entity e GROUP BY e.kind, e.subject_id, e.month, {WAY}
), whole AS (
    SELECT e.*, sum(e.impressions) OVER same AS all_impressions,
           sum(e.conversions) OVER same AS all_conversions
    FROM summed e WINDOW same AS (PARTITION BY e.kind, e.subject_id, {WAY})
)
SELECT DISTINCT ON (d.id)
       d.id AS document_id, d.kind, d.channel, e.currency,
       to_char(d.since, 'YYYY"-Q"Q') AS season,
       e.spend, e.impressions, e.clicks, e.conversions, e.conversion_value, e.reach, e.reactions,
       e.shares, e.all_impressions, e.all_conversions
FROM document d
JOIN whole e ON e.kind = d.kind AND e.subject_id = d.subject_id AND e.month = d.since
WHERE d.tenant_id = $1 AND d.superseded_at IS NULL
ORDER BY d.id, e.entries DESC, {WAY}
"""
_WRITE_PLACES: Final = """
WITH given AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($2)
        AS g (document_id uuid, percentiles real[], unknown text[], peers int[])
), gone AS (
    DELETE FROM concept_score c WHERE c.tenant_id = $1
        AND NOT EXISTS (SELECT FROM given g WHERE g.document_id = c.document_id)
)
INSERT INTO concept_score (tenant_id, document_id, percentiles, unknown, peers)
SELECT $1, g.* FROM given g
ON CONFLICT (tenant_id, document_id) DO UPDATE
    SET (percentiles, unknown, peers) = (excluded.percentiles, excluded.unknown, excluded.peers)
    WHERE (concept_score.percentiles, concept_score.unknown, concept_score.peers)
        IS DISTINCT FROM (excluded.percentiles, excluded.unknown, excluded.peers)
"""
_THINGS: Final = """
SELECT d.kind, d.subject_id, d.source, d.account_id, d.entity_id, d.campaign_id,
       array_agg(DISTINCT d.channel) FILTER (WHERE d.channel IS NOT NULL) AS channels,
       min(d.since) AS since, max(d.until) AS until, min(d.title) AS title, c.name AS campaign_name,
       c.campaign_id AS campaign_source_id, k.name AS account_name, n.entity_name
FROM document d
LEFT JOIN campaign c ON c.tenant_id = $1 AND c.digest = d.campaign_id
LEFT JOIN LATERAL (
    SELECT max(k.name) AS name FROM connection k
    WHERE k.tenant_id = $1 AND k.source = d.source AND k.account_id = d.account_id
) k ON d.kind = 'ACCOUNT'
LEFT JOIN LATERAL (
    SELECT e.entity_name FROM marketing_entry e
    WHERE e.tenant_id = $1 AND e.campaign = d.campaign_id AND e.level = d.kind
      AND e.entity_id = d.entity_id AND e.date BETWEEN d.since AND d.until
    ORDER BY e.date DESC LIMIT 1
) n ON d.kind IN ('AD_SET', 'AD')
WHERE d.tenant_id = $1 AND d.superseded_at IS NULL
GROUP BY d.kind, d.subject_id, d.source, d.account_id, d.entity_id, d.campaign_id, c.name,
         c.campaign_id, k.name, n.entity_name
"""
_TOLD: Final = """
SELECT i.id, c.source, c.account_id, ARRAY(
    SELECT DISTINCT e.campaign FROM marketing_entry e
    WHERE e.tenant_id = $1 AND e.campaign IS NOT NULL AND e.date = ANY(i.evidence_dates)
      AND e.digest = ANY(i.evidence_digests) ORDER BY e.campaign LIMIT 20) AS campaigns
FROM insight i JOIN connection c ON c.tenant_id = $1 AND c.id = i.connection_id
WHERE i.tenant_id = $1
"""
_WRITE_NODES: Final = """
WITH given AS MATERIALIZED (
    SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])
        g (node, kind, label, names)
), gone AS (
    DELETE FROM graph_node n WHERE n.tenant_id = $1
        AND NOT EXISTS (SELECT FROM given g WHERE g.node = n.node)
)
INSERT INTO graph_node (tenant_id, node, kind, label, names) SELECT $1, g.* FROM given g
ON CONFLICT (tenant_id, node) DO UPDATE SET (label, names) = (excluded.label, excluded.names)
    WHERE (graph_node.label, graph_node.names) <> (excluded.label, excluded.names)
"""
_WRITE_WORDS: Final = """
WITH given AS MATERIALIZED (
    SELECT w AS lexeme, n.node
    FROM graph_node n, unnest(tsvector_to_array(to_tsvector('english', n.names))) w
    WHERE n.tenant_id = $1
), gone AS (
    DELETE FROM graph_word w WHERE w.tenant_id = $1
        AND NOT EXISTS (SELECT FROM given g WHERE g.lexeme = w.lexeme AND g.node = w.node)
)
INSERT INTO graph_word (tenant_id, lexeme, node) SELECT $1, g.* FROM given g ON CONFLICT DO NOTHING
"""
_WRITE_EDGES: Final = """
WITH given AS MATERIALIZED (
    SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::real[])
        g (from_node, kind, to_node, weight)
), gone AS (
    DELETE FROM edge e WHERE e.tenant_id = $1 AND NOT EXISTS (
        SELECT FROM given g
        WHERE g.from_node = e.from_node AND g.kind = e.kind AND g.to_node = e.to_node)
)
INSERT INTO edge (tenant_id, from_node, kind, to_node, weight) SELECT $1, g.* FROM given g
ON CONFLICT (tenant_id, from_node, kind, to_node) DO UPDATE SET weight = excluded.weight
    WHERE edge.weight <> excluded.weight
"""


class SearchStepStore:
    """Renews words, places and the graph of a tenant, each in one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count_words(self, scope: TenantScope) -> None:
        """Count in how many documents each word is."""
        async with self._database.write(scope) as connection:
            await connection.execute(HASHED)
            await connection.execute(_COUNT_WORDS, scope.tenant_id, LOOKED_AT)

    async def place_facts(self, scope: TenantScope) -> list[dict[str, Any]]:
        """What was counted of each document's entity: rows as transform.concepts has them."""
        async with self._database.read(scope) as connection:
            await connection.execute(HASHED)
            rows = await connection.fetch(_PLACE_FACTS, scope.tenant_id)
        return [dict(row) for row in rows]

    async def write_places(self, scope: TenantScope, places: Sequence[DocumentPlaces]) -> None:
        """Let the documents lie at `places`, and no other one anywhere."""
        rows = [
            {
                "document_id": str(each.document_id),
                "percentiles": [place.percentile for place in each.places],
                "unknown": [place.unknown for place in each.places],
                "peers": [place.peers for place in each.places],
            }
            for each in places
        ]
        async with self._database.write(scope) as connection:
            await connection.execute(HASHED)
            await connection.execute(_WRITE_PLACES, scope.tenant_id, rows)

    async def things(self, scope: TenantScope) -> tuple[Thing, ...]:
        """All that has documents, without what names say by rules."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_THINGS, scope.tenant_id)
            told = await connection.fetch(_TOLD, scope.tenant_id)
        about = {str(row["id"]): _told_of(row) for row in told}
        active = [row for row in rows if row["kind"] == NodeKind.CAMPAIGN]
        return _merged(_thing(row, about, active) for row in rows)

    async def write_graph(
        self, scope: TenantScope, nodes: Sequence[Node], edges: Sequence[Edge]
    ) -> None:
        """Let this be the tenant's graph."""
        async with self._database.write(scope) as connection:
            await connection.execute(HASHED)
            await _write_nodes(connection, scope, nodes)
            await connection.execute(_WRITE_WORDS, scope.tenant_id)
            await connection.execute(
                _WRITE_EDGES,
                scope.tenant_id,
                [each.from_node for each in edges],
                [each.kind for each in edges],
                [each.to_node for each in edges],
                [each.weight for each in edges],
            )


async def _write_nodes(connection: Connection, scope: TenantScope, nodes: Sequence[Node]) -> None:
    await connection.execute(
        _WRITE_NODES,
        scope.tenant_id,
        [each.id for each in nodes],
        [each.kind for each in nodes],
        [each.label for each in nodes],
        ["\n".join(each.names) for each in nodes],
    )


def _told_of(row: asyncpg.Record) -> tuple[str, ...]:
    account = f"{NodeKind.ACCOUNT}:{row['source']}/{row['account_id']}"
    return (account, *(f"{NodeKind.CAMPAIGN}:{each.hex}" for each in row["campaigns"]))


def _thing(
    row: asyncpg.Record, about: Mapping[str, tuple[str, ...]], campaigns: Sequence[asyncpg.Record]
) -> Thing:
    kind = NodeKind(row["kind"])
    source = Source(row["source"]) if row["source"] else None
    parent = {
        NodeKind.ACCOUNT: f"{NodeKind.SOURCE}:{row['source']}",
        NodeKind.CAMPAIGN: f"{NodeKind.ACCOUNT}:{row['source']}/{row['account_id']}",
    }.get(kind)
    if kind in (NodeKind.AD_SET, NodeKind.AD) and row["campaign_id"]:
        parent = f"{NodeKind.CAMPAIGN}:{row['campaign_id'].hex}"
    return Thing(
        kind,
        row["subject_id"],
        row["campaign_name" if kind is NodeKind.CAMPAIGN else "entity_name"]
        or row["account_name"]
        or row["title"],
        source,
        row["campaign_source_id" if kind is NodeKind.CAMPAIGN else "entity_id"]
        or row["account_id"],
        parent,
        _met(row, campaigns)
        if kind is NodeKind.CALENDAR_EVENT
        else about.get(row["subject_id"], ()),
        frozenset(row["channels"] or ()),
    )


def _met(event: asyncpg.Record, campaigns: Sequence[asyncpg.Record]) -> tuple[str, ...]:
    """Campaigns with entries in a month that the event touches, or between such months."""
    return tuple(
        f"{NodeKind.CAMPAIGN}:{each['subject_id']}"
        for each in campaigns
        if each["since"] <= event["until"] and each["until"] >= event["since"]
    )


def _merged(things: Iterable[Thing]) -> tuple[Thing, ...]:
    """One of each: an entity whose name changed from document to document has its last."""
    found: dict[str, Thing] = {}
    for each in things:
        known = found.get(each.node)
        channels = each.channels | (known.channels if known else frozenset())
        found[each.node] = replace(each, channels=channels)
    return tuple(found[node] for node in sorted(found))
