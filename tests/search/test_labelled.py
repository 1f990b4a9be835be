from __future__ import annotations

import pytest

from core.records.search import SINGLE_MODES, SearchMode
from core.vectors import VectorItem
from resolvers.session import Session
from stores.wiring import Stores
from tests.jobs.indexing import indexed, versions
from tests.search.labelled.evaluating import Table, abouts, evaluated
from tests.search.labelled.loading import load
from tests.search.labelled.questions import questions
from tests.search.labelled.world import campaigns
from tests.support import NewTenant

FLOORS = {
    SearchMode.NEURAL: (0.40, 0.50, 0.42),
    SearchMode.LEXICAL: (0.35, 0.36, 0.37),
    SearchMode.KNOWLEDGE: (0.28, 0.34, 0.32),
    SearchMode.HYBRID: (0.63, 0.71, 0.62),
}
"""Recall among five, mean reciprocal rank, nDCG among ten."""


@pytest.fixture(scope="module")
async def table(stores: Stores, new_tenant: NewTenant) -> Table:
    """Figures of the half of the questions that weights were not chosen by."""
    tenant = await new_tenant(calendar=True)
    world = campaigns()
    await load(stores, tenant.scope, world)
    await indexed(stores, tenant.scope)
    found = await versions(stores, tenant.scope)
    assert len(found) >= 2_000
    vectors = await stores.embedder.embed(tenant.scope, [each.embedded_text for each in found])
    items = [VectorItem(each, vector) for each, vector in zip(found, vectors, strict=True)]
    await stores.vectors.upsert(tenant.scope, stores.embedder.model, items)
    asked = questions(world)
    assert len(asked) >= 300
    session = Session.open(tenant.scope, stores)
    return await evaluated(session, asked[1::2], abouts(found, world))


@pytest.mark.long
@pytest.mark.parametrize("mode", FLOORS)
def test_answers_are_as_good_as_they_were(table: Table, mode: SearchMode) -> None:
    figures, floors = table[mode, None], FLOORS[mode]
    got = (figures.recall_at_5, figures.mrr, figures.ndcg_at_10)
    assert all(figure >= floor for figure, floor in zip(got, floors, strict=True)), figures


@pytest.mark.long
@pytest.mark.parametrize("mode", SINGLE_MODES)
def test_all_modes_together_are_better_than_any_alone(table: Table, mode: SearchMode) -> None:
    together, alone = table[SearchMode.HYBRID, None], table[mode, None]
    assert together.recall_at_5 > alone.recall_at_5 + 0.1
    assert together.mrr > alone.mrr + 0.1
    assert together.ndcg_at_10 > alone.ndcg_at_10 + 0.1
