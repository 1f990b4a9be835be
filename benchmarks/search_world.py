"""Twenty tenants whose campaigns have names, months and fortunes, to be indexed and searched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from core.commands import CreateTenant
from core.records.connections import Level
from core.scope import SystemScope, TenantScope
from jobs.calendars import fill_calendar
from stores.wiring import Stores
from tests.search.labelled.loading import load
from tests.search.labelled.questions import questions
from tests.search.labelled.world import MONTHS, Campaign, campaigns
from tests.support import scope_of

SIZES: Final = (
    *(30_000, 20_000, 12_000, 8_000, 6_000, 5_000, 4_000, 3_000, 2_500, 2_000),
    *(1_800, 1_500, 1_200, 1_000, 800, 500, 400, 150, 100, 50),
)
"""Documents of each tenant, nearly."""

WAVES: Final = (
    "Spring", "Easter", "Launch", "Clearance", "Brand", "Evergreen", "Test", "Lookalike",
    "Bundle", "Giftcard", "Outlet", "Premium", "Starter", "Winback", "Referral", "Weekend",
    "Payday", "Local", "Video", "Carousel", "Catalogue", "Influencer", "Webinar", "App",
)  # fmt: skip


@dataclass(frozen=True)
class Filled:
    """A tenant that has entries, and no documents yet."""

    scope: TenantScope
    size: int


async def filled(stores: Stores, share: float) -> list[Filled]:
    """Tenants with their entries; those that are there already as they are."""
    made: list[Filled] = []
    system = SystemScope(reason="benchmark")
    for number, size in enumerate(max(50, round(each * share)) for each in SIZES):
        slug = f"bench-{number}"
        known = await stores.tenants.by_slug(system, slug)
        tenant = known or await stores.tenants.create(system, CreateTenant(slug=slug, name=slug))
        scope = scope_of(tenant)
        if known is None:
            await fill_calendar(stores, tenant, MONTHS[-1])
            await load(stores, scope, several(size, number))
        made.append(Filled(scope, size))
    return made


def several(documents: int, seed: int) -> Iterator[Campaign]:
    """Campaigns of the labelled world in one wave after the other, as many as the documents need.

    No campaign is called as another, for each wave has its own word and round.
    """
    chance = Random(seed)  # noqa: S311 - the same seed, the same campaigns
    left, wave = documents, 0
    while True:
        said = f"{WAVES[wave % len(WAVES)]}{wave // len(WAVES) or ''}"
        for each in sorted(campaigns(seed * 1000 + wave), key=lambda _: chance.random()):
            if left <= 0:
                return
            left -= len(MONTHS) * (4 if each.account.level is Level.AD_SET else 1)
            named = f"{each.audience}_{said}"
            yield replace(each, campaign_id=f"{wave:02}{each.campaign_id}", audience=named)
        wave += 1


def asked(count: int) -> list[str]:
    """Questions as people ask them: the labelled ones, of which half use words no document has."""
    texts = [each.text for each in questions(campaigns())]
    return Random(1).choices(texts, k=count)  # noqa: S311 - the same questions for every mode
