"""A page that is word for word an earlier one is merged by a look, and only while that is true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest

from connectors.registry import normalise_page, said_of
from core.commands import ConnectSource
from core.records.connections import Source
from core.records.ingestion import RawPage
from stores.postgres.page_work import LandedPage
from stores.postgres.run_work import Claimed
from stores.wiring import Stores
from tests.jobs.by_hand import ByHand, by_hand, page_of
from tests.support import (
    RunningWorker,
    SandboxAt,
    Tenant,
    google_account,
    ingest,
    meta_account,
)
from transform.normalise.context import PageContext

DAY = "2026-05-01"
PAGE = page_of({("1", DAY): "1", ("2", DAY): "2"})
RECIPE = "code and settings"


async def landed(
    at: ByHand, claimed: Claimed, page: RawPage = PAGE, recipe: str = RECIPE
) -> LandedPage:
    said = said_of(Source("META_ADS"))
    name = f"{recipe} {sha256(said(page.body)).hexdigest()}"
    (found,) = await at.work.pages.land(at.scope, claimed, 0, [page], [name])
    return found


async def read(at: ByHand, page: RawPage = PAGE) -> LandedPage:
    """A run whose one page is normalised and merged."""
    claimed = await at.begun(DAY, DAY)
    found = await landed(at, claimed, page)
    await at.merge(claimed, found, page)
    await at.complete(claimed)
    await at.finish(claimed)
    return found


async def confirmed(at: ByHand) -> bool:
    """Whether PAGE, landed in a run of its own, is merged by a look."""
    claimed = await at.begun(DAY, DAY)
    page = await landed(at, claimed)
    answer = page.same_as and await at.work.pages.confirm(at.scope, claimed, [page], 0.5)
    if not answer:
        await at.merge(claimed, page, PAGE)
    await at.complete(claimed)
    counters = (await at.finish(claimed)).counters
    assert counters.balances
    assert counters.fetched == 2
    return answer == {page.id}


async def test_the_same_page_again_is_unchanged_and_buries_nothing(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    first = await read(at)
    claimed = await at.begun(DAY, DAY)
    again = await landed(at, claimed)
    assert again.same_as == first.id
    assert await at.work.pages.confirm(at.scope, claimed, [again], 0.5) == {again.id}
    assert await at.work.pages.confirm(at.scope, claimed, [again], 0.5) == set()
    assert await at.complete(claimed) == 0
    receipt = await at.finish(claimed)
    assert receipt.changed_nothing
    assert (receipt.counters.pages, receipt.counters.unchanged) == (1, 2)
    assert await at.count("marketing_entry_vintage") == 2
    assert await confirmed(at)


async def test_a_page_is_read_anew_when_an_entry_of_it_has_moved(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    await read(at)
    await read(at, page_of({("1", DAY): "1", ("2", DAY): "2.5"}))
    assert not await confirmed(at)
    assert await confirmed(at)
    assert await at.count("marketing_entry_vintage") == 4


async def test_a_page_is_read_anew_when_an_entry_of_it_has_vanished(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    await read(at)
    await read(at, page_of({("1", DAY): "1"}))
    assert not await confirmed(at)
    assert await at.count("marketing_entry_vintage") == 4


async def test_a_page_is_read_anew_when_a_campaign_of_it_has_another_name(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    await read(at)
    await read(at, page_of({("1", DAY): "1", ("2", DAY): "2"}, campaign_name="another"))
    assert not await confirmed(at)


async def test_only_a_page_read_by_the_same_code_without_a_refusal_is_compared(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    refused = page_of({("1", DAY): "1", ("2", DAY): "not a number"})
    await read(at)
    await read(at, refused)
    claimed = await at.begun(DAY, DAY)
    assert (await landed(at, claimed, recipe="other code")).same_as is None
    assert (await landed(at, claimed, refused)).same_as is None
    (plain,) = await at.work.pages.land(at.scope, claimed, 0, [PAGE])
    assert plain.same_as is None
    await at.work.runs.cancel(at.scope, claimed)


async def test_a_page_with_other_cursors_says_the_same(stores: Stores, tenant: Tenant) -> None:
    at = await by_hand(stores, tenant.scope)
    cursors = [
        replace(PAGE, body=PAGE.body[:-1] + b',"paging":{"cursors":{"after":"%s"}}}' % each)
        for each in (b"a", b"b")
    ]
    first = await read(at, cursors[0])
    claimed = await at.begun(DAY, DAY)
    again = await landed(at, claimed, cursors[1])
    assert again.same_as == first.id
    assert await at.work.pages.confirm(at.scope, claimed, [again], 0.5) == {again.id}
    other = page_of({("1", DAY): "1", ("2", DAY): "2.5"})
    tail = cursors[0].body[len(PAGE.body) - 1 :]
    changed = replace(other, body=other.body[:-1] + tail)
    assert (await landed(at, claimed, changed)).same_as is None
    assert (await landed(at, claimed, cursors[1], recipe="other code")).same_as is None
    await at.work.runs.cancel(at.scope, claimed)


# Google gives each of its answers an id of its own.
@pytest.mark.parametrize("account", [meta_account, google_account])
async def test_a_second_reading_of_an_account_makes_nothing_of_its_pages(  # noqa: PLR0917 - fixtures
    stores: Stores,
    tenant: Tenant,
    sandbox: SandboxAt,
    running_worker: RunningWorker,
    monkeypatch: pytest.MonkeyPatch,
    account: Callable[[], ConnectSource],
) -> None:
    bodies: list[bytes] = []

    def counted(source: Source, stream: str, kind: str, body: bytes, at: PageContext) -> object:
        if b'"2026-09-' in body:  # others' runs may be in the queue as well
            bodies.append(body)
        return normalise_page(source, stream, kind, body, at)

    def one_by_one(*_: object) -> None:
        """Pages that cannot be made together are counted alone."""

    monkeypatch.setattr("jobs.page_flow.normalise_page", counted)
    monkeypatch.setattr("jobs.page_flow.normalise_together", one_by_one)
    connection = await stores.connections.create(tenant.scope, account())
    async with running_worker(sandbox.url):
        first = await ingest(stores, tenant.scope, connection, "2026-09-01", "2026-09-30")
        assert len(bodies) == first.counters.pages
        again = await ingest(stores, tenant.scope, connection, "2026-09-01", "2026-09-30")
    assert len(bodies) == first.counters.pages
    assert again.counters.unchanged == first.counters.created > 0
    assert again.receipt is not None
    assert again.receipt.changed_nothing
