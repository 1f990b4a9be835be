"""How good the index is, by questions made of titles, asked as a searcher's are."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from core.records.documents import DocumentFilter, IndexMeasures
from core.scope import TenantScope
from stores.wiring import Stores

PROBES: Final = 20
NEAREST: Final = 10
ROUNDING: Final = 5e-4
"""Of cosines of vectors that are kept in 16 bits: what differs less is equally near."""


async def measure(stores: Stores, scope: TenantScope) -> IndexMeasures:
    """Count, ask, and keep what was found."""
    counted = await stores.search_status.counted(scope)
    found = await _probed(stores, scope, counted)
    await stores.search_status.measured(scope, found)
    return found


async def _probed(stores: Stores, scope: TenantScope, counted: IndexMeasures) -> IndexMeasures:
    model = stores.embedder.model
    probes = await stores.search_status.titles(scope, PROBES)
    if not probes:
        return counted
    vectors = await stores.embedder.embed(scope, [title for _, title in probes])
    exact = await stores.search_status.nearest(scope, model, vectors, NEAREST)
    recalled, own = 0, 0
    for (document_id, _), vector, scores in zip(probes, vectors, exact, strict=True):
        near = await stores.vectors.query(scope, model, vector, DocumentFilter(), NEAREST)
        recalled += sum(each.score >= min(scores, default=1) - ROUNDING for each in near)
        own += any(each.document_id == document_id for each in near)
    expected = sum(map(len, exact))
    return replace(
        counted,
        probes=len(probes),
        recall=recalled / expected if expected else None,
        found=own / len(probes),
    )
