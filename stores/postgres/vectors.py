"""Vectors in Postgres: pgvector's 16-bit floats, compared by their inner product.

A tenant of few documents is searched through one by one, which finds the nearest for certain, and
stays out of the index, whose upkeep takes most of the time of writing. Larger ones are searched by
HNSW, scanned on until enough rows of the tenant have come
(docs/adr/0040-vectors-where-the-rows-are.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic
from uuid import UUID

import asyncpg

from core.errors import ConfigError
from core.records.documents import DocumentFilter
from core.scope import TenantId, TenantScope
from core.vectors import Neighbour, Vector, VectorItem
from stores.postgres.conditions import Conditions
from stores.postgres.database import Connection, Database
from stores.postgres.vector_copy import stage_vectors

EXACT_UP_TO = 6_000
"""Documents of a tenant that are compared one by one: where both ways take the same time."""
_INDEXED = frozenset({256, 1536})
_COUNT_HOLDS_SECONDS = 30.0
_APPROXIMATELY = (
    "SET LOCAL hnsw.iterative_scan = relaxed_order; SET LOCAL hnsw.ef_search = {}; "
    "SET LOCAL hnsw.max_scan_tuples = 40000; SET LOCAL enable_sort = off"
)
_CANDIDATES = 200


class PostgresVectors:
    """A `core.vectors.VectorStore`; its changes are seen as soon as they are committed."""

    def __init__(self, database: Database, *, exact_up_to: int = EXACT_UP_TO) -> None:
        self._database = database
        self._exact_up_to = exact_up_to
        self._counts: dict[tuple[TenantId, str], tuple[float, int]] = {}

    async def upsert(self, scope: TenantScope, model: str, items: Sequence[VectorItem]) -> None:
        """Keep the vectors of these documents. ConfigError for other lengths than are there."""
        last = {item.document.id: item for item in items}
        if not last:
            return
        async with self._database.write(scope) as connection:
            # Whether a tenant is walked is the same for all of its rows: its writers take turns.
            await connection.execute(_TURN, scope.key("vectors", model))
            kept = await connection.fetchrow(_KEPT, scope.tenant_id, model)
            _check(model, kept, {len(each.vector) for each in items})
            is_walked = kept is not None and kept["is_walked"]
            documents = await stage_vectors(connection, list(last.values()))
            await connection.execute(_MERGE, scope.tenant_id, model, is_walked, *documents)
            if not is_walked and await self._count(connection, scope, model) > self._exact_up_to:
                await connection.execute(_WALK, scope.tenant_id, model)
        self._counts.pop((scope.tenant_id, model), None)

    async def query(
        self, scope: TenantScope, model: str, vector: Vector, where: DocumentFilter, k: int
    ) -> Sequence[Neighbour]:
        """The `k` nearest; ConfigError for a vector of another length than those of the model."""
        async with self._database.read(scope) as connection:
            try:
                return await self._nearest(connection, scope, model, _Question(vector, where, k))
            except asyncpg.DataError as error:
                raise _mismatch(model, len(vector)) from error

    async def delete(self, scope: TenantScope, document_ids: Sequence[UUID]) -> None:
        """Forget the vectors of these documents."""
        async with self._database.write(scope) as connection:
            await connection.execute(_DELETE, scope.tenant_id, list(document_ids))

    async def drop(self, scope: TenantScope, model: str | None = None) -> int:
        """Forget the tenant's vectors, or those of one model."""
        async with self._database.write(scope) as connection:
            done = await connection.execute(_DROP, scope.tenant_id, model)
        return int(done.rpartition(" ")[2])

    async def fence(self, scope: TenantScope) -> None:
        """Nothing to wait for: what is committed is seen."""

    async def count(self, scope: TenantScope, model: str) -> int:
        """How many documents have a vector of this model."""
        async with self._database.read(scope) as connection:
            return await self._count(connection, scope, model)

    async def _nearest(
        self, connection: Connection, scope: TenantScope, model: str, question: _Question
    ) -> list[Neighbour]:
        conditions = partial(_conditions, scope, model, question.where)
        if question.dimension in _INDEXED and await self._is_large(connection, scope, model):
            candidates = max(_CANDIDATES, 2 * question.k)
            await connection.execute(_APPROXIMATELY.format(candidates))
            found = await _approximate(connection, conditions(), question)
            if len(found) == question.k:
                return found
            # It stopped before enough rows passed the filter: few do, so they are few to compare.
            await connection.execute("SET LOCAL enable_sort = on")
        return await _exact(connection, conditions(), question)

    async def _is_large(self, connection: Connection, scope: TenantScope, model: str) -> bool:
        key, now = (scope.tenant_id, model), monotonic()
        until, count = self._counts.get(key, (0.0, 0))
        if until < now:
            count = await self._count(connection, scope, model)
            self._counts = {
                known: held for known, held in self._counts.items() if held[0] >= now
            } | {key: (now + _COUNT_HOLDS_SECONDS, count)}
        return count > self._exact_up_to

    async def _count(self, connection: Connection, scope: TenantScope, model: str) -> int:
        found: int = await connection.fetchval(_COUNT, scope.tenant_id, model)
        return found


@dataclass(frozen=True, slots=True)
class _Question:
    vector: Vector
    where: DocumentFilter
    k: int

    @property
    def dimension(self) -> int:
        return len(self.vector)

    @property
    def written(self) -> str:
        return f"[{','.join(map(str, self.vector))}]"


async def _exact(
    connection: Connection, conditions: Conditions, question: _Question
) -> list[Neighbour]:
    # A subselect is worked out once, a cast of a parameter for every row.
    asked = f"(SELECT {conditions.parameter(question.written)}::text::halfvec)"
    return await _ranked(
        connection, conditions, f"vector <#> {asked}", f"(vector <#> {asked}) + 0", question.k
    )


async def _approximate(
    connection: Connection, conditions: Conditions, question: _Question
) -> list[Neighbour]:
    kind = f"halfvec({question.dimension})"
    asked = f"(SELECT {conditions.parameter(question.written)}::text::{kind})"
    conditions.add(f"is_walked AND vector_dims(vector) = {question.dimension}")
    distance = f"vector::{kind} <#> {asked}"
    return await _ranked(connection, conditions, distance, distance, question.k)


async def _ranked(
    connection: Connection, conditions: Conditions, distance: str, order: str, k: int
) -> list[Neighbour]:
    limit = conditions.parameter(k)
    rows = await connection.fetch(
        f"SELECT document_id, -({distance}) AS score FROM document_vector WHERE {conditions} "
        f"ORDER BY {order} LIMIT {limit}",
        *conditions.values,
    )
    # An index that is scanned on gives nearly the order of distance.
    nearest = (Neighbour(row["document_id"], row["score"]) for row in rows)
    return sorted(nearest, key=lambda each: (-each.score, each.document_id))


def _conditions(scope: TenantScope, model: str, where: DocumentFilter) -> Conditions:
    conditions = Conditions(scope.tenant_id, model)
    conditions.add("tenant_id = $1")
    conditions.add("model = $2")
    conditions.among("kind", where.kinds)
    conditions.among("source", where.sources)
    conditions.among("account_id", where.accounts)
    conditions.among("campaign_id", where.campaigns)
    conditions.among("channel", where.channels)
    if where.dates is not None:
        conditions.add("since <= {}", where.dates.until)
        conditions.add("until >= {}", where.dates.since)
    if where.min_quality is not None:
        conditions.add("quality >= {}", where.min_quality)
    return conditions


def _check(model: str, kept: asyncpg.Record | None, lengths: set[int]) -> None:
    known = set() if kept is None else {kept["length"]}
    if len(lengths | known) > 1:
        raise _mismatch(model, *lengths - known)


def _mismatch(model: str, *lengths: int) -> ConfigError:
    given = " and ".join(map(str, sorted(lengths)))
    return ConfigError(
        f"vectors of {model} with {given} numbers are no match for those that are kept",
        field="LIFTOS_EMBEDDER",
        mend="name another model where its vectors change, so that the documents are embedded anew",
    )


_MERGE = """
INSERT INTO document_vector
SELECT $1, $2, d.*, $3, n.vector
FROM unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::uuid[], $9::text[], $10::date[],
    $11::date[], $12::float8[]) AS d (document_id, kind, source, account_id, campaign_id, channel,
    since, until, quality)
JOIN staged_vector n USING (document_id)
ON CONFLICT (tenant_id, model, document_id) DO UPDATE SET
    (kind, source, account_id, campaign_id, channel, since, until, quality, vector) =
    (excluded.kind, excluded.source, excluded.account_id, excluded.campaign_id, excluded.channel,
     excluded.since, excluded.until, excluded.quality, excluded.vector)
"""
_DELETE = "DELETE FROM document_vector WHERE tenant_id = $1 AND document_id = ANY($2)"
_DROP = "DELETE FROM document_vector WHERE tenant_id = $1 AND ($2::text IS NULL OR model = $2)"
_COUNT = "SELECT count(*) FROM document_vector WHERE tenant_id = $1 AND model = $2"
_TURN = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
_KEPT = """
SELECT vector_dims(vector) AS length, is_walked FROM document_vector
WHERE tenant_id = $1 AND model = $2 LIMIT 1
"""
_WALK = """
UPDATE document_vector SET is_walked = true WHERE tenant_id = $1 AND model = $2 AND NOT is_walked
"""
