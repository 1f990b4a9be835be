"""Vectors of texts that a model has seen, by what the texts say, and the indexes made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from core.scope import TenantScope
from core.vectors import Vector
from stores.postgres.database import Database

STEP: Final = "vectors:{model}"
"""The step that brings documents to the index of a model."""


class EmbeddingStore:
    """Embeddings under the hash of their text, never across tenants; every step may be repeated."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(
        self, scope: TenantScope, model: str, hashes: Sequence[bytes]
    ) -> Mapping[bytes, Vector]:
        """Vectors of the texts that the model has seen."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_KNOWN, scope.tenant_id, model, list(hashes))
        return {bytes(row["content_hash"]): row["numbers"] for row in rows}

    async def keep(self, scope: TenantScope, model: str, vectors: Mapping[bytes, Vector]) -> None:
        """Keep the vectors of texts."""
        rows = [(content_hash, list(vector)) for content_hash, vector in vectors.items()]
        async with self._database.write(scope) as connection:
            await connection.execute(_STAGE)
            await connection.copy_records_to_table("stage_embedding", records=rows)
            await connection.execute(_KEEP, scope.tenant_id, model)

    async def begin(self, scope: TenantScope, model: str, dimension: int) -> None:
        """Let there be an index of the model: it is built while another one answers."""
        async with self._database.write(scope) as connection:
            await connection.execute(_BEGIN, scope.tenant_id, model, dimension)

    async def count(self, scope: TenantScope, model: str, embedded: int, reused: int) -> None:
        """Count texts that were given to the model, and those that needed not to be."""
        async with self._database.write(scope) as connection:
            await connection.execute(_COUNT, scope.tenant_id, model, embedded, reused)

    async def serve(self, scope: TenantScope, model: str, documents: int) -> Sequence[str]:
        """Let the index of the model answer; which others have retired and may be forgotten."""
        async with self._database.write(scope) as connection:
            rows = await connection.fetch(_RETIRE, scope.tenant_id, model)
            await connection.execute(_SERVE, scope.tenant_id, model, documents)
            retired = [row["model"] for row in rows]
            steps = [STEP.format(model=each) for each in retired]
            await connection.execute(_FORGET_STEPS, scope.tenant_id, steps)
        return retired


_KNOWN = """
SELECT content_hash, vector::real[] AS numbers FROM embedding
WHERE tenant_id = $1 AND model = $2 AND content_hash = ANY($3)
"""
_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS stage_embedding (content_hash bytea, numbers real[])
ON COMMIT DELETE ROWS
"""
_KEEP = """
INSERT INTO embedding (tenant_id, model, content_hash, vector)
SELECT $1, $2, content_hash, numbers::halfvec FROM stage_embedding
ON CONFLICT (tenant_id, model, content_hash) DO NOTHING
"""
_BEGIN = """
INSERT INTO search_index (tenant_id, model, dimension) VALUES ($1, $2, $3)
ON CONFLICT (tenant_id, model) DO UPDATE
    SET state = 'BUILDING', retired_at = NULL WHERE search_index.state = 'RETIRED'
"""
_COUNT = """
UPDATE search_index SET embedded = embedded + $3, reused = reused + $4
WHERE tenant_id = $1 AND model = $2
"""
_RETIRE = """
UPDATE search_index SET state = 'RETIRED', retired_at = clock_timestamp(), documents = 0
WHERE tenant_id = $1 AND model <> $2 AND state <> 'RETIRED' RETURNING model
"""
_SERVE = """
UPDATE search_index SET state = 'SERVING', documents = $3,
    serving_since = CASE state WHEN 'SERVING' THEN serving_since ELSE clock_timestamp() END
WHERE tenant_id = $1 AND model = $2
"""
_FORGET_STEPS = "DELETE FROM index_step WHERE tenant_id = $1 AND step = ANY($2)"
