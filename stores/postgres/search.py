"""Documents that answer a question: by their words, by their places in the marketing space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import asyncpg

from core.records.documents import DocumentFilter
from core.records.search import Candidate, Concept, Coordinate, WhyUnknown
from core.scope import TenantScope
from core.search.questions import compounds
from stores.postgres.conditions import Conditions
from stores.postgres.database import Database
from stores.postgres.document_conditions import restrict

CONCEPTS: Final = tuple(Concept)
"""Places in the arrays of concept_score."""

_BY_WORDS: Final = """
SELECT document_id, score, words
FROM documents_with_words($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_COORDINATES: Final = """
SELECT document_id, percentiles, unknown, peers FROM concept_score
WHERE tenant_id = $1 AND document_id = ANY($2)
"""


class SearchStore:
    """Finds documents of one tenant."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_words(
        self, scope: TenantScope, words: Sequence[str], where: DocumentFilter, most: int
    ) -> tuple[Candidate, ...]:
        """Documents that hold any of `words` or of their forms, in the order of their scores."""
        dates = where.dates
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(
                _BY_WORDS,
                " ".join((*words, *compounds(words))),
                most,
                list(where.kinds) or None,
                list(where.sources) or None,
                list(where.channels) or None,
                list(where.accounts) or None,
                list(where.campaigns) or None,
                dates.since if dates else None,
                dates.until if dates else None,
                where.min_quality,
            )
        return tuple(
            Candidate(row["document_id"], row["score"], words=tuple(row["words"] or ()))
            for row in rows
        )

    async def by_place(
        self,
        scope: TenantScope,
        direction: Mapping[Concept, float],
        where: DocumentFilter,
        most: int,
        among: Sequence[UUID] | None = None,
    ) -> tuple[Candidate, ...]:
        """Documents that lie furthest in `direction`, of `among` if that is given.

        A score is from 0 to 1: half where a document lies in the middle. A dimension that a
        document has no place in counts as its middle; documents without any are left out.
        """
        if not direction:
            return ()
        found = Conditions(scope.tenant_id)
        found.add("d.tenant_id = $1 AND d.superseded_at IS NULL")
        restrict(found, where)
        if among is not None:
            found.add("d.id = ANY({})", list(among))
        places = {CONCEPTS.index(concept) + 1: weight for concept, weight in direction.items()}
        known = " OR ".join(f"c.percentiles[{place}] IS NOT NULL" for place in places)
        terms = " + ".join(
            f"coalesce(c.percentiles[{place}] - 0.5, 0) * {found.parameter(float(weight))}::float8"
            for place, weight in places.items()
        )
        whole = sum(abs(weight) for weight in places.values())
        sql = f"""
        SELECT d.id, 0.5 + ({terms}) / {found.parameter(whole)}::float8 AS score
        FROM document d JOIN concept_score c ON c.tenant_id = $1 AND c.document_id = d.id
        WHERE {found} AND ({known}) ORDER BY score DESC, d.id LIMIT {int(most)}
        """
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, *found.values)
        return tuple(Candidate(row["id"], row["score"]) for row in rows)

    async def coordinates(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, tuple[Coordinate, ...]]:
        """Places of documents in all dimensions, in the order of Concept."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_COORDINATES, scope.tenant_id, list(ids))
        return {row["document_id"]: _coordinates(row) for row in rows}


def _coordinates(row: asyncpg.Record) -> tuple[Coordinate, ...]:
    columns = zip(CONCEPTS, row["percentiles"], row["unknown"], row["peers"], strict=True)
    return tuple(
        Coordinate(concept, percentile, WhyUnknown(unknown) if unknown else None, peers)
        for concept, percentile, unknown, peers in columns
    )
