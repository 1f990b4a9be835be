from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.errors import BadInput
from core.records.connections import Source
from core.records.documents import DocumentFilter, DocumentKind
from core.records.search import SINGLE_MODES, Concept, SearchMode, WhyUnknown
from core.search.questions import understood
from core.units import DateRange
from resolvers import search
from resolvers.paging import PageArguments
from resolvers.search.answering import ranking
from resolvers.session import Session
from stores.wiring import Stores
from tests.jobs.indexing import indexed
from tests.search.labelled.loading import digest_of, load
from tests.search.labelled.world import ACCOUNTS, Campaign, campaigns, days
from tests.support import NewTenant, Tenant

WORLD = tuple(each for each in campaigns() if each.product in {"tents", "perfume"})


@pytest.fixture(scope="module")
async def tenant(stores: Stores, new_tenant: NewTenant) -> Tenant:
    made = await new_tenant(calendar=True)
    await load(stores, made.scope, WORLD)
    await indexed(stores, made.scope)
    return made


async def found(
    stores: Stores,
    tenant: Tenant,
    text: str,
    mode: SearchMode = SearchMode.HYBRID,
    where: DocumentFilter | None = None,
    **paging: Any,
) -> tuple[search.Hit, ...]:
    asked = search.Asked(text, mode, where or DocumentFilter())
    session = Session.open(tenant.scope, stores)
    page = await search.search(session, asked, PageArguments(**{"first": 100} | paging))
    assert page.degraded == ()
    return page.page.items


def sums(campaign: Campaign, month: date) -> Mapping[str, Decimal]:
    of = [day for day in days(campaign) if day.date.replace(day=1) == month]
    return {
        "spend": sum((day.spend or Decimal() for day in of), Decimal()),
        "conversions": sum((day.conversions for day in of), Decimal()),
    }


async def test_words_find_what_holds_them(stores: Stores, tenant: Tenant) -> None:
    hits = await found(stores, tenant, "tents in June", SearchMode.LEXICAL)
    best = hits[0]
    assert {"tent", "june"} == set(best.ranked.words)
    assert best.document.period == DateRange(date(2026, 6, 1), date(2026, 6, 30))
    assert "tents" in best.document.title.lower()


async def test_figures_of_a_hit_are_its_entries(stores: Stores, tenant: Tenant) -> None:
    campaign = next(each for each in WORLD if each.account is ACCOUNTS[2])
    where = DocumentFilter(kinds=(DocumentKind.CAMPAIGN,), campaigns=(digest_of(campaign),))
    hits = await found(stores, tenant, f"campaign {campaign.campaign_id}", where=where)
    assert len(hits) == 8
    session = Session.open(tenant.scope, stores)
    for hit in hits:
        assert hit.document.period is not None
        figures = await search.figures(session, hit)
        assert figures is not None
        expected = sums(campaign, hit.document.period.since)
        assert (figures.spend, figures.conversions) == (expected["spend"], expected["conversions"])
        assert (figures.currency, figures.is_stale) == ("EUR", False)
        behind = search.entries_of(hit)
        assert behind is not None
        assert await stores.entries.count(tenant.scope, behind, None) == 4


async def test_an_id_is_a_way_to_what_it_names(stores: Stores, tenant: Tenant) -> None:
    campaign = next(each for each in WORLD if each.account is ACCOUNTS[0])
    hits = await found(stores, tenant, campaign.campaign_id, SearchMode.KNOWLEDGE)
    first = hits[0]
    assert first.document.campaign_id == digest_of(campaign)
    assert first.document.kind is DocumentKind.CAMPAIGN
    assert [(path.start, path.steps) for path in first.ranked.paths] == [(campaign.name, ())]
    below = next(hit for hit in hits if hit.document.kind is DocumentKind.AD_SET)
    assert [step.edge for step in below.ranked.paths[0].steps] == ["HAS_AD_SET"]


async def test_a_channel_leads_to_its_campaigns_by_another_name(
    stores: Stores, tenant: Tenant
) -> None:
    hits = await found(stores, tenant, "newsletter", SearchMode.KNOWLEDGE)
    assert {hit.document.source for hit in hits} == {Source("KLAVIYO")}
    paths = {path.start for hit in hits for path in hit.ranked.paths}
    assert paths == {"Email"}


async def test_a_direction_orders_by_measured_places(stores: Stores, tenant: Tenant) -> None:
    where = DocumentFilter(kinds=(DocumentKind.AD_SET,))
    hits = await found(stores, tenant, "cheap", SearchMode.CONCEPTUAL, where)
    session = Session.open(tenant.scope, stores)
    places = [
        {each.concept: each for each in await search.coordinates(session, hit)} for hit in hits
    ]
    assert len(places) == 100
    efficiency = [each[Concept.COST_EFFICIENCY].percentile for each in places]
    assert None not in efficiency
    assert efficiency == sorted(efficiency, key=lambda place: -(place or 0))
    assert all(each.ranked.score == pytest.approx(place) for each, place in zip(
        hits, efficiency, strict=True
    ))  # fmt: skip
    brand = places[0][Concept.BRAND_ALIGNMENT]
    assert (brand.percentile, brand.unknown) == (None, WhyUnknown.NOT_MEASURED)


async def test_all_modes_together_find_what_wasted_money(stores: Stores, tenant: Tenant) -> None:
    hits = await found(stores, tenant, "perfume that wasted money")
    for hit in hits[:5]:
        assert "perfume" in hit.document.title.lower()
        assert hit.document.period is not None
        campaign = next(each for each in WORLD if digest_of(each) == hit.document.campaign_id)
        assert sums(campaign, hit.document.period.since)["conversions"] == 0


@pytest.mark.parametrize("mode", [*SINGLE_MODES, SearchMode.HYBRID])
async def test_filters_hold_in_every_mode(stores: Stores, tenant: Tenant, mode: SearchMode) -> None:
    where = DocumentFilter(
        kinds=(DocumentKind.CAMPAIGN,),
        sources=(Source("META_ADS"),),
        channels=("Paid Social",),
        accounts=("act_5001",),
        dates=DateRange(date(2026, 5, 31), date(2026, 6, 1)),
        min_quality=0.5,
    )
    hits = await found(stores, tenant, "cheap tents on facebook", mode, where)
    assert hits or mode is SearchMode.NEURAL
    for hit in hits:
        document = hit.document
        assert (document.kind, document.source) == (DocumentKind.CAMPAIGN, Source("META_ADS"))
        assert document.account_id == "act_5001"
        assert document.period is not None
        assert document.period.since.month in {5, 6}
    nothing = DocumentFilter(channels=("Skywriting",))
    assert await found(stores, tenant, "cheap tents on facebook", mode, nothing) == ()


@pytest.mark.parametrize(
    "text",
    [
        "'; DROP TABLE document; --",
        "tents & !(perfume) | <-> :*",
        "Zelte für Familien",
        "テント 夏",
        "🏕️🔥",
        "tents\x00\x1b\u202e",
        "tents " * 160,
    ],
)
async def test_anything_may_be_asked(stores: Stores, tenant: Tenant, text: str) -> None:
    asked = search.Asked(text)
    page = await search.search(Session.open(tenant.scope, stores), asked, PageArguments())
    assert all(hit.document.title for hit in page.page.items)


async def test_nothing_of_another_tenant_is_found(
    stores: Stores, tenant: Tenant, new_tenant: NewTenant
) -> None:
    other = await new_tenant(calendar=True)
    assert await found(stores, other, "cheap tents on facebook") == ()
    mine = Session.open(tenant.scope, stores)
    page = await search.search(mine, search.Asked("tents"), PageArguments(first=1))
    cursor = page.listing.cursor(page.page.items[0])
    with pytest.raises(BadInput) as refused:
        await found(stores, other, "tents", after=cursor)
    assert refused.value.field == "after"


async def test_pages_meet_every_hit_once(stores: Stores, tenant: Tenant) -> None:
    session, asked = Session.open(tenant.scope, stores), search.Asked("cheap tents")
    walked, after = [], None
    while True:
        page = await search.search(session, asked, PageArguments(first=60, after=after))
        walked += [hit.document.id for hit in page.page.items]
        if not page.page.has_next:
            break
        after = page.listing.cursor(page.page.items[-1])
    whole = await ranking(session, understood("cheap tents"), asked.mode, asked.where)
    assert walked == [each.document_id for each in whole.ranked]
    assert len(set(walked)) == len(walked) > 120, "more than two pages"
