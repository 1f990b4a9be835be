"""Stand-in stores of feature views: one for every tenant, whose features are all 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from core.errors import NotFound
from core.records.answers import DataVersions
from core.records.features import (
    EntityKind,
    Feature,
    FeatureAggregate,
    FeatureMetric,
    FeatureSource,
    FeatureUse,
    FeatureVector,
    FeatureView,
    FeatureViewRecord,
    UsageSpan,
    ViewKey,
)
from core.records.pages import Page, PageRequest
from core.scope import TenantScope
from tests.graph import samples

MADE = datetime(2026, 11, 1, tzinfo=UTC)
VIEW = FeatureView(
    name="pulse",
    entity=EntityKind.CHANNEL,
    features=(Feature("spend_7d", FeatureMetric.SPEND, FeatureAggregate.SUM, 7),),
    owner="ada",
    description="",
    currency="EUR",
)
RECORD = FeatureViewRecord(VIEW, 1, MADE, "user:ada")


class Views:
    async def create(self, scope: TenantScope, view: FeatureView) -> FeatureViewRecord:
        return FeatureViewRecord(view, 1, MADE, scope.actor)

    async def retire(self, scope: TenantScope, key: ViewKey) -> FeatureViewRecord:
        del scope
        if key != RECORD.key:
            raise NotFound("no such feature view")
        return RECORD

    async def by_keys(
        self, scope: TenantScope, keys: Sequence[ViewKey]
    ) -> dict[ViewKey, FeatureViewRecord]:
        del scope
        return {key: RECORD for key in keys if key == RECORD.key}

    async def newest(
        self, scope: TenantScope, names: Sequence[str]
    ) -> dict[str, FeatureViewRecord]:
        del scope
        return {name: RECORD for name in names if name == VIEW.name}

    async def page(
        self,
        scope: TenantScope,
        request: PageRequest,
        entities: Sequence[EntityKind] = (),
        *,
        include_retired: bool = False,
    ) -> Page[FeatureViewRecord]:
        del scope, request, entities, include_retired
        return Page((RECORD,), has_next=False, has_previous=False)

    async def usage(
        self, scope: TenantScope, spans: Sequence[UsageSpan]
    ) -> dict[UsageSpan, tuple[FeatureUse, ...]]:
        del scope
        return {span: (FeatureUse(span.key, "causal", MADE.date(), 1, 2),) for span in spans}


class Values:
    async def values(
        self, scope: TenantScope, view: FeatureView, entities: Sequence[str], at: datetime | None
    ) -> dict[str, FeatureVector]:
        del scope
        told = FeatureVector(
            at or MADE, (Decimal(1),) * len(view.features), (None,) * len(view.features)
        )
        return dict.fromkeys(entities, told)

    async def sources(self, scope: TenantScope) -> tuple[FeatureSource, ...]:
        del scope
        return (FeatureSource(samples.CONNECTION, date(2026, 10, 31), 1),)


class NoCache:
    async def find(
        self, scope: TenantScope, place: str, entities: Sequence[str]
    ) -> tuple[datetime | None, Mapping[str, FeatureVector]]:
        del scope, place, entities
        return None, {}

    async def keep(
        self, scope: TenantScope, place: str, vectors: Mapping[str, FeatureVector]
    ) -> None:
        del scope, place, vectors


class NoVersions:
    async def current(self, scope: TenantScope) -> DataVersions | None:
        del scope
        return None
