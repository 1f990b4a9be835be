"""Modes that cannot answer: named where others do, raised where none is left."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from core.errors import QuotaExceeded, TimedOut, Transient
from core.records.documents import DocumentFilter
from core.records.search import Candidate, Degraded, SearchMode
from core.scope import TenantScope
from resolvers import search
from resolvers.paging import PageArguments
from resolvers.session import Session
from stores.embedders import OpenAIPlace, WordsPlace
from stores.embedders.every import Embedders
from stores.neighbours import Neighbours
from stores.postgres.embedding_usage import EmbeddingUsageStore
from stores.wiring import Stores
from tests.jobs.indexing import indexed
from tests.search.labelled.loading import load
from tests.search.labelled.world import campaigns
from tests.support import NewTenant, Tenant

NOWHERE = OpenAIPlace("http://127.0.0.1:9/v1", "model", 8, "key")
USED_UP = "your quota of embedded tokens a month does not suffice: 0 of 0 used"


@pytest.fixture(scope="module")
async def tenant(stores: Stores, new_tenant: NewTenant) -> Tenant:
    made = await new_tenant(calendar=True)
    await load(stores, made.scope, campaigns()[:2])
    await indexed(stores, made.scope)
    return made


@pytest.fixture
async def without_tokens(stores: Stores, tenant: Tenant) -> AsyncIterator[Session]:
    """An embedder that counts, of which the tenant may have nothing; it is asked for its index."""
    async with stores.database.write(tenant.scope) as connection:
        sql = "UPDATE search_index SET model = 'model-8' WHERE tenant_id = $1"
        await connection.execute(sql, tenant.scope.tenant_id)
    meter = EmbeddingUsageStore(stores.database, {"FREE": 0})
    embedders = Embedders(NOWHERE, WordsPlace(), meter)
    neighbours = Neighbours(stores.database, embedders, stores.vectors)
    yield Session.open(tenant.scope, replace(stores, neighbours=neighbours))
    await embedders.aclose()


async def test_a_quota_that_is_used_up_is_no_empty_answer(without_tokens: Session) -> None:
    asked = search.Asked("yoga", SearchMode.NEURAL)
    with pytest.raises(QuotaExceeded) as refused:
        await search.search(without_tokens, asked, PageArguments())
    assert refused.value.message == USED_UP
    found = await search.search(without_tokens, search.Asked("running shoes"), PageArguments())
    assert found.degraded == (Degraded(SearchMode.NEURAL, USED_UP),)
    assert {signal.mode for hit in found.page.items for signal in hit.ranked.signals} == {
        SearchMode.LEXICAL,
        SearchMode.KNOWLEDGE,
    }


class Away:
    """A mode that cannot answer."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def by_words(
        self, scope: TenantScope, words: Sequence[str], where: DocumentFilter, most: int
    ) -> tuple[Candidate, ...]:
        del scope, words, where, most
        raise self._error

    by_walks = nearest = by_words


def away(error: Exception) -> Any:
    """In the place of any of them."""
    return Away(error)


async def test_where_no_mode_can_answer_it_is_said(stores: Stores, tenant: Tenant) -> None:
    slow, lost = away(TimedOut("it took too long")), away(Transient("it does not answer"))
    none = replace(stores, search=slow, search_walks=lost, neighbours=lost)
    with pytest.raises(TimedOut, match="it took too long"):
        await search.search(Session.open(tenant.scope, none), search.Asked("a b"), PageArguments())
    broken = replace(stores, search_walks=away(ZeroDivisionError()))
    session, asked = Session.open(tenant.scope, broken), search.Asked("yoga")
    with pytest.raises(ZeroDivisionError):
        await search.search(session, asked, PageArguments())
