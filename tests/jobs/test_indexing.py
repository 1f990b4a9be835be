"""Documents of a tenant: what is written, what is not written again, what is superseded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import asyncpg
import pytest

from core.commands import NewRun
from core.errors import ConfigError
from core.records.calendar import CalendarEvent, CalendarEventKind, EffectDirection
from core.records.documents import (
    DocumentFilter,
    DocumentKind,
    IndexMeasures,
    IndexState,
    SearchIndex,
)
from core.records.naming import NamingRule, NamingSyntax
from core.records.runs import Counters, RunKind, RunStatus
from core.scope import TenantScope
from core.units import DateRange
from core.vectors import Embedder, Vector
from jobs.assignments import Assignment, GaveWay
from jobs.indexing.due import request_due
from jobs.indexing.index import index
from stores.postgres.run_work import CancelRequested, ClaimLost
from stores.wiring import Stores
from stores.work import work_stores
from tests.jobs.by_hand import ByHand, by_hand
from tests.jobs.indexing import assignment, claimed_index, documents, indexed, versions
from tests.support import NewTenant, Services, Tenant

MARCH = DateRange(date(2026, 3, 1), date(2026, 3, 31))
C1 = "Campaign campaign c1, Paid Social, March 2026"
C2 = "Campaign campaign c2, Paid Social, March 2026"
ACCOUNT = "Account Northwind, Paid Social, March 2026"
WASTED = "Verdict: no sales: wasted spend, money without a conversion."


async def march(stores: Stores, tenant: Tenant, **spends: str) -> ByHand:
    at = await by_hand(stores, tenant.scope)
    pages = [{(campaign, "2026-03-02"): spend for campaign, spend in spends.items()}]
    await at.read("2026-03-01", "2026-03-31", pages)
    return at


async def indexes(stores: Stores, tenant: Tenant) -> tuple[SearchIndex, ...]:
    return (await stores.search_status.status(tenant.scope)).indexes


async def test_documents_say_what_entities_are_in_a_month(
    stores: Stores, new_tenant: NewTenant
) -> None:
    tenant = await new_tenant(calendar=True, countries=("DE",))
    at = await march(stores, tenant, c1="10", c2="20")
    receipt = await indexed(stores, tenant.scope)
    assert receipt.counters == Counters(pages=2, fetched=3, stored=3, created=3)
    found = await documents(stores, tenant.scope)
    assert list(found) == [ACCOUNT, C1, C2]
    document = found[C1]
    assert document.text.split("\n") == [
        (
            "Campaign in account Northwind on Meta, Facebook, Instagram. Channel: Paid Social, "
            "social ads, social media advertising, sponsored posts."
        ),
        "When: March 2026, first quarter, spring.",
        WASTED,
        "Numbers: acceptable data quality.",
    ]
    assert (document.kind, document.channel, document.period) == (
        DocumentKind.CAMPAIGN,
        "Paid Social",
        MARCH,
    )
    assert (document.source, document.account_id) == (at.connection.source, "1001")
    assert document.campaign_id is not None
    assert document.subject_id == document.campaign_id.hex
    assert document.quality == 0.83


async def test_what_has_not_changed_is_not_written_again(stores: Stores, tenant: Tenant) -> None:
    at = await march(stores, tenant, c1="10", c2="20")
    await indexed(stores, tenant.scope)
    before = await versions(stores, tenant.scope)
    receipt = await indexed(stores, tenant.scope)
    assert receipt.counters == Counters(pages=1)
    # Read once more and found as it was: no vintage, so nothing is looked at.
    await at.read(
        "2026-03-01", "2026-03-31", [{("c1", "2026-03-02"): "10"}, {("c2", "2026-03-02"): "20"}]
    )
    assert (await indexed(stores, tenant.scope)).counters.fetched == 0
    # Restated, but still the same verdict: looked at, and not written.
    await at.read(
        "2026-03-01", "2026-03-31", [{("c1", "2026-03-02"): "11"}, {("c2", "2026-03-02"): "20"}]
    )
    receipt = await indexed(stores, tenant.scope)
    assert receipt.counters == Counters(pages=2, fetched=4, stored=1, unchanged=3, created=1)
    after = await versions(stores, tenant.scope)
    assert [each for each in after if each.kind is not DocumentKind.INSIGHT] == before


async def test_a_restated_number_that_changes_a_verdict_makes_a_version(
    stores: Stores, tenant: Tenant
) -> None:
    at = await march(stores, tenant, c1="10", c2="20")
    await indexed(stores, tenant.scope)
    await at.read(
        "2026-03-01", "2026-03-31", [{("c1", "2026-03-02"): "0"}, {("c2", "2026-03-02"): "20"}]
    )
    receipt = await indexed(stores, tenant.scope)
    # The insight that tells of it has a document of its own.
    assert receipt.counters == Counters(
        pages=2, fetched=4, stored=2, unchanged=2, created=1, restated=1
    )
    first, second = [each for each in await versions(stores, tenant.scope) if each.title == C1]
    assert first.id == second.id
    assert first.superseded_at == second.learned_at > first.learned_at
    assert (WASTED in first.text, WASTED in second.text) == (True, False)
    assert second.superseded_at is None


async def test_what_vanished_has_no_document_any_more(stores: Stores, tenant: Tenant) -> None:
    at = await march(stores, tenant, c1="10", c2="20")
    await indexed(stores, tenant.scope)
    await at.read("2026-03-01", "2026-03-31", [{("c2", "2026-03-02"): "20"}])
    receipt = await indexed(stores, tenant.scope)
    assert receipt.counters == Counters(
        pages=2, fetched=4, stored=2, unchanged=2, created=2, vanished=1
    )
    found = await documents(stores, tenant.scope)
    assert [title for title in found if not title.startswith("Insight")] == [ACCOUNT, C2]
    ended = [each for each in await versions(stores, tenant.scope) if each.superseded_at]
    assert [each.title for each in ended] == [C1]


async def test_events_of_the_calendar_have_documents_and_stand_in_their_months(
    stores: Stores, tenant: Tenant
) -> None:
    await march(stores, tenant, c1="10")
    await indexed(stores, tenant.scope)
    event = CalendarEvent(
        "Spring sale", CalendarEventKind.PROMOTION, date(2026, 3, 5), date(2026, 3, 9), ("DE",),
        effect_direction=EffectDirection.UP, effect_size=Decimal("0.2"), note="20 % off.",
    )  # fmt: skip
    await stores.calendar_events.add(tenant.scope, event)
    receipt = await indexed(stores, tenant.scope)
    assert receipt.counters == Counters(pages=2, fetched=3, stored=3, created=1, restated=2)
    found = await documents(stores, tenant.scope)
    told = found["Event Spring sale, promotion, March 2026"]
    assert told.text.split("\n") == [
        "Event of our own calendar: promotion.",
        "Where: DE.",
        "When: March 2026.",
        "Effect: expected to lift sales.",
        "Note: 20 % off.",
    ]
    assert told.period == DateRange(date(2026, 3, 5), date(2026, 3, 9))
    assert "Events: Spring sale (promotion)." in found[C1].text


async def test_names_are_read_by_the_tenant_s_rules(stores: Stores, tenant: Tenant) -> None:
    await march(stores, tenant, c1="10")
    await indexed(stores, tenant.scope)
    rule = NamingRule("all", NamingSyntax.TEMPLATE, "{type} {number}")
    await stores.naming.add(tenant.scope, rule)
    assert (await indexed(stores, tenant.scope)).counters.restated == 1
    text = (await documents(stores, tenant.scope))[C1].text
    assert "Its name says: type campaign, number c1." in text


async def test_insights_have_documents_without_their_figures(
    stores: Stores, tenant: Tenant
) -> None:
    at = await march(stores, tenant, c1="10")
    async with stores.database.write(tenant.scope) as connection:
        await connection.execute(
            "INSERT INTO insight (tenant_id, kind, connection_id, run_id, metric, since, until,"
            " before, after, entries, evidence_dates, evidence_digests)"
            " SELECT $1, 'RESTATEMENT', $2, id, 'spend', '2026-03-02', '2026-03-02', 100, 60, 1,"
            " '{}', '{}' FROM run",
            tenant.scope.tenant_id,
            at.connection.id,
        )
    await indexed(stores, tenant.scope)
    found = await documents(stores, tenant.scope)
    told = found["Insight: spend restated down of Northwind, March 2026"]
    assert told.text.split("\n") == [
        (
            "Restatement: the source corrected days that had settled, revised after the fact. "
            "Spend moved strongly down."
        ),
        "Source: Meta, Facebook, Instagram.",
        "When: March 2026.",
    ]


async def test_a_run_goes_on_where_it_was_killed(stores: Stores, tenant: Tenant) -> None:
    at = await by_hand(stores, tenant.scope)
    days = {("c1", f"2026-0{month}-02"): "10" for month in (1, 2, 3)}
    await at.read("2026-01-01", "2026-03-31", [days])

    async def after_a_month() -> bool:
        return True

    claimed = await claimed_index(stores, tenant.scope)
    first = assignment(stores, tenant.scope, claimed)
    with pytest.raises(GaveWay):
        await index(
            Assignment(
                first.stores, first.work, first.settings, first.scope, first.claimed, after_a_month
            )
        )
    assert len(await versions(stores, tenant.scope)) == 2
    # Nobody says that it stopped: the next worker finds it RUNNING and takes it over.
    again = await work_stores(stores).runs.claim(tenant.scope, claimed.run.id)
    assert again is not None
    assert again.run.checkpoint is not None
    assert again.run.checkpoint["months"] == ["2026-02-01", "2026-03-01"]
    receipt = await index(assignment(stores, tenant.scope, again))
    assert receipt.counters == Counters(pages=4, fetched=6, stored=6, created=6)
    assert len(await versions(stores, tenant.scope)) == 6
    with pytest.raises(ClaimLost):
        await index(first)


async def test_a_run_ends_where_it_is_cancelled(stores: Stores, tenant: Tenant) -> None:
    await march(stores, tenant, c1="10")
    claimed = await claimed_index(stores, tenant.scope)
    await stores.runs.request_cancel(tenant.scope, claimed.run.id)
    with pytest.raises(CancelRequested):
        await index(assignment(stores, tenant.scope, claimed))
    assert await versions(stores, tenant.scope) == []


async def test_a_tenant_that_is_erased_in_the_middle_ends_its_run(
    services: Services, stores: Stores, tenant: Tenant
) -> None:
    await march(stores, tenant, c1="10")
    claimed = await claimed_index(stores, tenant.scope)
    owner = await asyncpg.connect(services.logins.owner)
    await owner.execute("DELETE FROM tenant WHERE tenant_id = $1", tenant.scope.tenant_id)
    await owner.close()
    with pytest.raises(ClaimLost):
        await index(assignment(stores, tenant.scope, claimed))
    assert await versions(stores, tenant.scope) == []


async def test_one_run_of_a_tenant_waits_and_one_works(stores: Stores, tenant: Tenant) -> None:
    first = await stores.documents.request(tenant.scope)
    assert (await stores.documents.request(tenant.scope)).id == first.id
    assert (first.kind, first.status, first.connection_id) == (
        RunKind.INDEX,
        RunStatus.QUEUED,
        None,
    )
    claimed = await work_stores(stores).runs.claim(tenant.scope, first.id)
    assert claimed is not None
    assert (await stores.documents.request(tenant.scope)).id != first.id


async def test_a_run_is_asked_for_where_something_was_learned(
    services: Services, stores: Stores, tenant: Tenant
) -> None:
    await march(stores, tenant, c1="10")

    async def asked() -> list[RunStatus]:
        await request_due(stores, 10**6)
        owner = await asyncpg.connect(services.logins.owner)
        # Tenants of other tests are due too: workers of later tests have nothing to do for them.
        await owner.execute(
            "UPDATE run SET status = 'CANCELLED', ended_at = now()"
            " WHERE tenant_id <> $1 AND kind = 'INDEX' AND status = 'QUEUED'",
            tenant.scope.tenant_id,
        )
        rows = await owner.fetch(
            "SELECT status FROM run WHERE tenant_id = $1 AND kind = 'INDEX' ORDER BY id",
            tenant.scope.tenant_id,
        )
        await owner.close()
        return [RunStatus(row["status"]) for row in rows]

    async def quiet() -> None:
        owner = await asyncpg.connect(services.logins.owner)
        await owner.execute(
            "UPDATE data_clock SET learned_at = now() - interval '1 hour' WHERE tenant_id = $1",
            tenant.scope.tenant_id,
        )
        await owner.close()

    assert await asked() == []
    await quiet()
    assert await asked() == [RunStatus.QUEUED]
    assert await asked() == [RunStatus.QUEUED]


async def test_a_run_of_another_kind_needs_its_connection(stores: Stores, tenant: Tenant) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await stores.runs.start_all(tenant.scope, [NewRun(RunKind.INGESTION)])


async def test_a_text_is_embedded_once_and_its_vector_follows_its_document(
    stores: Stores, tenant: Tenant
) -> None:
    at = await march(stores, tenant, c1="10", c2="20")
    await indexed(stores, tenant.scope)
    model = stores.embedder.model
    [index] = await indexes(stores, tenant)
    assert (index.model, index.dimension, index.state) == (model, 256, IndexState.SERVING)
    assert (index.documents, index.embedded, index.reused) == (3, 3, 0)
    # The verdict goes and comes again: by then its text is known.
    for spend in ("0", "10"):
        pages = [{("c1", "2026-03-02"): spend}, {("c2", "2026-03-02"): "20"}]
        await at.read("2026-03-01", "2026-03-31", pages)
        await indexed(stores, tenant.scope)
    [index] = await indexes(stores, tenant)
    found = await documents(stores, tenant.scope)
    assert index.documents == len(found)
    assert (index.embedded, index.reused) == (len(found) + 1, 1)
    (vector,) = await stores.embedder.embed(tenant.scope, [found[C1].embedded_text])
    (nearest,) = await stores.vectors.query(tenant.scope, model, vector, DocumentFilter(), 1)
    assert nearest.document_id == found[C1].id
    await at.read("2026-03-01", "2026-03-31", [{("c2", "2026-03-02"): "20"}])
    await indexed(stores, tenant.scope)
    gone = found[C1].id
    near = await stores.vectors.query(tenant.scope, model, vector, DocumentFilter(), 50)
    assert gone not in {each.document_id for each in near}
    current = [e for e in await versions(stores, tenant.scope) if e.superseded_at is None]
    assert {each.document_id for each in near} == {each.id for each in current}


class Another:
    """The same embedder under another name."""

    model = "another"

    def __init__(self, of: Embedder) -> None:
        self._of = of
        self.dimension = of.dimension

    async def embed(self, scope: TenantScope, texts: Sequence[str]) -> Sequence[Vector]:
        return await self._of.embed(scope, texts)


class Missing(Another):
    """An embedder that this machine does not have."""

    async def embed(self, scope: TenantScope, texts: Sequence[str]) -> Sequence[Vector]:
        raise ConfigError(f"no embedder of {len(texts)} texts", field=scope.actor, mend="set one")


async def test_another_embedder_is_indexed_anew_while_the_old_index_answers(
    stores: Stores, tenant: Tenant
) -> None:
    await march(stores, tenant, c1="10", c2="20")
    await indexed(stores, tenant.scope)
    first = stores.embedder.model
    changed = replace(stores, embedder=Missing(stores.embedder))
    receipt = await indexed(changed, tenant.scope)
    assert receipt.changed_nothing
    states = {each.model: each.state for each in await indexes(stores, tenant)}
    assert states == {first: IndexState.SERVING, "another": IndexState.BUILDING}
    await indexed(replace(stores, embedder=Another(stores.embedder)), tenant.scope)
    states = {each.model: each.state for each in await indexes(stores, tenant)}
    assert states == {first: IndexState.RETIRED, "another": IndexState.SERVING}
    counts = [await stores.vectors.count(tenant.scope, each) for each in (first, "another")]
    assert counts == [0, 3]
    # And back: what the first has embedded is known.
    await indexed(stores, tenant.scope)
    [index] = [e for e in await indexes(stores, tenant) if e.model == first]
    assert (index.state, index.documents, index.embedded) == (IndexState.SERVING, 3, 3)


async def test_how_the_index_stands_is_measured(stores: Stores, tenant: Tenant) -> None:
    at = await march(stores, tenant, c1="10", c2="20")
    before = await stores.search_status.status(tenant.scope)
    assert (before.looked_at, before.is_current, before.documents) == (None, False, 0)
    receipt = await indexed(stores, tenant.scope)
    found = await stores.search_status.status(tenant.scope)
    assert (found.looked_at, found.is_current, found.run_id) == (receipt.as_of, True, None)
    assert (found.documents, found.superseded) == (3, 0)
    # The campaigns say the same but for their names.
    assert found.measures == IndexMeasures(2, 3, 3, 2 / 3, 0.0, 3, 1.0, 1.0)
    await at.read("2026-03-01", "2026-03-31", [{("c1", "2026-03-02"): "0"}])
    assert not (await stores.search_status.status(tenant.scope)).is_current
    run = await stores.documents.rebuild(tenant.scope, everything=True)
    found = await stores.search_status.status(tenant.scope)
    assert (found.looked_at, found.run_id) == (receipt.as_of, run.id)
    await indexed(stores, tenant.scope)
    found = await stores.search_status.status(tenant.scope)
    assert found.superseded > 0
    assert found.measures is not None
    assert found.measures.restated > 0
