"""Ports of feature views: their versions, their values, and where values are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from core.records.features import (
    EntityKind,
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


class FeatureViewStore(Protocol):
    """Versions of views, and who reads them."""

    async def create(self, scope: TenantScope, view: FeatureView) -> FeatureViewRecord:
        """The next version of the view of that name; the newest where that says the same."""
        ...

    async def retire(self, scope: TenantScope, key: ViewKey) -> FeatureViewRecord:
        """Offer that version to nobody anew; NotFound without it."""
        ...

    async def by_keys(
        self, scope: TenantScope, keys: Sequence[ViewKey]
    ) -> dict[ViewKey, FeatureViewRecord]:
        """The versions of `keys` that there are, retired or not."""
        ...

    async def newest(
        self, scope: TenantScope, names: Sequence[str]
    ) -> dict[str, FeatureViewRecord]:
        """The newest version in force of each view of `names` that has one."""
        ...

    async def page(
        self,
        scope: TenantScope,
        request: PageRequest,
        entities: Sequence[EntityKind] = (),
        *,
        include_retired: bool = False,
    ) -> Page[FeatureViewRecord]:
        """One page; the cursor is (name, version)."""
        ...

    async def usage(
        self, scope: TenantScope, spans: Sequence[UsageSpan]
    ) -> dict[UsageSpan, tuple[FeatureUse, ...]]:
        """What was counted in each of `spans`, newest day first."""
        ...


class FeatureValueStore(Protocol):
    """Values of features, point in time."""

    async def values(
        self, scope: TenantScope, view: FeatureView, entities: Sequence[str], at: datetime | None
    ) -> dict[str, FeatureVector]:
        """Of each of `entities` as known at `at`, now when None; BadInput for the future."""
        ...

    async def sources(self, scope: TenantScope) -> tuple[FeatureSource, ...]:
        """How new the data of each connection is that was ever read."""
        ...


class FeatureCache(Protocol):
    """Values that all processes keep together. It may forget, and never fails."""

    async def find(
        self, scope: TenantScope, place: str, entities: Sequence[str]
    ) -> tuple[datetime | None, Mapping[str, FeatureVector]]:
        """The moment of the place, None while it has none, and what it holds of `entities`."""
        ...

    async def keep(
        self, scope: TenantScope, place: str, vectors: Mapping[str, FeatureVector]
    ) -> None:
        """Keep them; the first ones decide over the moment of the place."""
        ...


class FeatureUses(Protocol):
    """Counts who reads which view."""

    def count(self, scope: TenantScope, key: ViewKey, entities: int) -> None:
        """Count one request for so many entities."""
        ...
