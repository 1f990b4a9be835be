"""What is told of questions and of indexes, as Prometheus reads it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import NoReturn

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from app.http.search_metrics import Searches
from core.errors import Transient
from core.records.documents import IndexLag
from core.records.search import Degraded, SearchMode
from resolvers import search
from resolvers.paging import PageArguments
from resolvers.session import Session
from stores.wiring import Stores
from tests.jobs.indexing import indexed
from tests.search.labelled.loading import load
from tests.search.labelled.world import campaigns
from tests.support import NewTenant


def told(searches: Searches) -> Mapping[str, float]:
    registry = CollectorRegistry()
    registry.register(searches)
    lines = generate_latest(registry).decode().splitlines()
    pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name.removeprefix("liftos_core_data_search_"): float(value) for name, _, value in pairs}


async def test_questions_are_counted_by_mode_and_later_pages_are_none(
    stores: Stores, new_tenant: NewTenant
) -> None:
    tenant = await new_tenant(calendar=True)
    await load(stores, tenant.scope, campaigns()[:2])
    await indexed(stores, tenant.scope)
    searches = Searches()
    session = Session.open(tenant.scope, stores, searched=searches.tally)
    asked = search.Asked("running shoes", SearchMode.LEXICAL)
    page = await search.search(session, asked, PageArguments(first=1))
    after = page.listing.cursor(page.page.items[0])
    await search.search(session.renewed(), asked, PageArguments(first=1, after=after))
    await search.search(session, search.Asked("shoes"), PageArguments(first=1))
    await searches.look(stores.search_status.lag)
    found = told(searches)
    assert (found['seconds_count{mode="LEXICAL"}'], found['seconds_count{mode="HYBRID"}']) == (1, 1)
    assert found['seconds_bucket{le="+Inf",mode="LEXICAL"}'] == 1
    assert found["vectors"] >= 10
    assert 0 <= found["least_recall"] <= 1
    assert found["indexes_behind"] >= 0
    assert found["lag_seconds"] >= 0


async def test_a_question_that_fails_is_one_too(stores: Stores, new_tenant: NewTenant) -> None:
    tenant = await new_tenant()
    searches = Searches()

    async def away(*_: object) -> NoReturn:
        raise Transient("the database does not answer")

    async def broken(*_: object) -> NoReturn:
        raise ZeroDivisionError

    asked = search.Asked("running shoes", SearchMode.LEXICAL)
    for by_words, raised in ((away, Transient), (broken, ZeroDivisionError)):
        words = SimpleNamespace(by_words=by_words)
        session = Session.open(
            tenant.scope,
            replace(stores, search=words),  # type: ignore[arg-type]
            searched=searches.tally,
        )
        with pytest.raises(raised):
            await search.search(session, asked, PageArguments(first=1))
    found = told(searches)
    assert found['seconds_count{mode="LEXICAL"}'] == 2
    assert found['failed_total{code="TRANSIENT",mode="LEXICAL"}'] == 1
    assert found['failed_total{code="INTERNAL",mode="LEXICAL"}'] == 1


async def _away() -> IndexLag:
    raise Transient("the database does not answer")


async def _new() -> IndexLag:
    return IndexLag(3, 90.0, 0, None)


async def test_times_fall_into_buckets_and_what_is_not_known_is_no_number() -> None:
    searches = Searches()
    missing = (Degraded(SearchMode.NEURAL, "away"),)
    for seconds in (0.005, 0.03, 60.0):
        searches.tally.count(SearchMode.HYBRID, seconds, missing)
    await searches.look(_away)
    found = told(searches)
    buckets = [
        found[f'seconds_bucket{{le="{le}",mode="HYBRID"}}'] for le in ("0.005", "0.04", "+Inf")
    ]
    assert buckets == [1, 2, 3]
    assert found['seconds_sum{mode="HYBRID"}'] == pytest.approx(60.035)
    assert found['degraded_total{mode="NEURAL"}'] == 3
    assert math.isnan(found["indexes_behind"])
    await searches.look(_new)
    found = told(searches)
    assert (found["indexes_behind"], found["lag_seconds"], found["vectors"]) == (3, 90, 0)
    assert math.isnan(found["least_recall"])
