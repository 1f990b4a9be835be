"""Walks through the graph of what a tenant has, from what a question names to documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

import asyncpg

from core.records.documents import DocumentFilter
from core.records.search import Candidate, Path, Step
from core.scope import TenantScope
from core.search.questions import compounds
from stores.postgres.conditions import Conditions
from stores.postgres.database import Connection, Database
from stores.postgres.document_conditions import restrict

STARTS: Final = 100
"""Nodes that walks begin at."""

BREADTH: Final = 400
"""Places that a step goes on from, and nodes that walks end at."""

STRENGTH: Final = 0.35
"""What the weights of a walk's edges come to at least, that it goes on."""

STEPS: Final = 2
PATHS: Final = 3
"""Told of one document, the heaviest first."""

# A word weighs by its rarity, among all words of the question that name anything; a node that has
# it, by how much of its name the question says.
_STARTS: Final = """
WITH asked AS MATERIALIZED (
    SELECT lexeme FROM unnest(to_tsvector('english', $2)) a
), held AS MATERIALIZED (
    SELECT w.lexeme, w.node FROM graph_word w
    WHERE w.tenant_id = $1 AND w.lexeme IN (SELECT lexeme FROM asked)
), rarity AS MATERIALIZED (
    SELECT lexeme, ln(1 + (SELECT count(*) FROM graph_node g WHERE g.tenant_id = $1)
                          / count(*)::float8) AS weight
    FROM held GROUP BY lexeme
), chosen AS MATERIALIZED (
    SELECT n.node, sqrt(count(*)::float8 / n.words) AS share
    FROM held h JOIN rarity r USING (lexeme)
    JOIN graph_node n ON n.tenant_id = $1 AND n.node = h.node
    GROUP BY n.node, n.words
    ORDER BY sum(r.weight) * sqrt(count(*)::float8 / n.words) DESC, n.node LIMIT $3
)
SELECT dense_rank() OVER (ORDER BY h.lexeme)::int AS word, h.node,
       c.share * r.weight / (SELECT sum(weight) FROM rarity) AS weight
FROM held h JOIN rarity r USING (lexeme) JOIN chosen c ON c.node = h.node
"""
# A walk turns back where it has become too weak: up to what much belongs to, and down to all of it,
# says nothing.
_FIRST: Final = """
s0 AS MATERIALIZED (
    SELECT word, node, weight, 1::float8 AS strength, ARRAY[node] AS path
    FROM unnest($2::int[], $3::text[], $4::float8[]) s (word, node, weight)
)"""
_NEXT: Final = """
s{step} AS MATERIALIZED (
    SELECT s.word, e.to_node AS node, s.weight * e.weight AS weight,
           s.strength * e.weight AS strength, s.path || ARRAY[e.kind, e.to_node] AS path
    FROM (SELECT * FROM s{last} WHERE strength >= $6 ORDER BY weight DESC, node, word LIMIT $5) s
    JOIN edge e ON e.tenant_id = $1 AND e.from_node = s.node
    WHERE e.to_node <> ALL (s.path)
)"""
# Of each word the best walk to a node counts: many weak ones to the same place are no more.
_WALK: Final = f"""
WITH {_FIRST}, {", ".join(_NEXT.format(step=n, last=n - 1) for n in range(1, STEPS + 1))},
arrived AS (
    SELECT DISTINCT ON (word, node) * FROM (
        {" UNION ALL ".join(f"SELECT * FROM s{n}" for n in range(STEPS + 1))}
    ) s ORDER BY word, node, weight DESC, path
), scored AS MATERIALIZED (
    SELECT node, sum(weight) AS score, jsonb_agg(path ORDER BY weight DESC, path) AS paths
    FROM arrived GROUP BY node ORDER BY score DESC, node LIMIT $5
)
SELECT d.id, a.score, a.paths
FROM scored a JOIN document d ON d.tenant_id = $1 AND d.superseded_at IS NULL
    AND d.subject_id = split_part(a.node, ':', 2) AND d.kind = split_part(a.node, ':', 1)
"""
_Way: TypeAlias = tuple[str, ...]


class WalkStore:
    """Finds documents of one tenant by walks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_walks(
        self, scope: TenantScope, words: Sequence[str], where: DocumentFilter, most: int
    ) -> tuple[Candidate, ...]:
        """Documents of what lies near to things that `words` name, and the ways to them."""
        async with self._database.read(scope) as connection:
            starts = await connection.fetch(
                _STARTS, scope.tenant_id, " ".join((*words, *compounds(words))), STARTS
            )
            if not starts:
                return ()
            rows = await self._walked(connection, scope, starts, where, most)
            ways = [_ways(row) for row in rows]
            labels = await _labels(connection, scope, ways)
        # Months of one thing are come by in the same ways.
        paths = {way: _path(way, labels) for found in ways for way in found}
        return tuple(
            Candidate(row["id"], row["score"], paths=tuple(paths[way] for way in found))
            for row, found in zip(rows, ways, strict=True)
        )

    async def _walked(
        self,
        connection: Connection,
        scope: TenantScope,
        starts: Sequence[asyncpg.Record],
        where: DocumentFilter,
        most: int,
    ) -> list[asyncpg.Record]:
        columns = [[each[name] for each in starts] for name in ("word", "node", "weight")]
        found = Conditions(scope.tenant_id, *columns, BREADTH, STRENGTH)
        restrict(found, where)
        sql = f"""
        {_WALK} WHERE {found}
        ORDER BY a.score DESC, d.since DESC NULLS LAST, d.id LIMIT {int(most)}
        """
        return await connection.fetch(sql, *found.values)


async def _labels(
    connection: Connection, scope: TenantScope, ways: Iterable[Sequence[_Way]]
) -> Mapping[str, str]:
    nodes = {node for found in ways for way in found for node in (way[0], *way[2::2])}
    found = await connection.fetch(
        "SELECT node, label FROM graph_node WHERE tenant_id = $1 AND node = ANY($2)",
        scope.tenant_id,
        sorted(nodes),
    )
    return {row["node"]: row["label"] for row in found}


def _ways(row: asyncpg.Record) -> list[_Way]:
    """The heaviest ways, each as its start, then edge and node in turn."""
    return list(dict.fromkeys(map(tuple, row["paths"])))[:PATHS]


def _path(way: _Way, labels: Mapping[str, str]) -> Path:
    pairs = zip(way[1::2], way[2::2], strict=True)
    return Path(labels[way[0]], tuple(Step(edge, labels[node]) for edge, node in pairs))
