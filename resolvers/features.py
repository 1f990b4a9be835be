"""Feature views: what they are made of, and their values as known at a moment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from core.errors import BadInput, NotFound
from core.feature_exports import KEYS
from core.missing import no_feature_view
from core.records.features import (
    RATES,
    EntityKind,
    Feature,
    FeatureAggregate,
    FeaturePoint,
    FeatureSource,
    FeatureUse,
    FeatureVector,
    FeatureView,
    FeatureViewRecord,
    UsageSpan,
    ViewKey,
)
from core.records.pages import Page
from core.units import DateRange, currency_code
from resolvers.paging import Listing, PageArguments
from resolvers.session import Session
from resolvers.text import clean, exact, text_part

MAX_VIEWS: Final = 100
MAX_ENTITIES: Final = 1_000
MAX_EXPORTED: Final = 10_000
MAX_FEATURES: Final = 50
MAX_DAYS: Final = 400
MAX_USAGE_DAYS: Final = 400
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")


def _version_part(text: str) -> str:
    return str(int(text))


def _sort_key(record: FeatureViewRecord) -> tuple[str, str]:
    return (record.view.name, str(record.version))


VIEWS: Listing[FeatureViewRecord] = Listing(
    "feature-views", MAX_VIEWS, (text_part, _version_part), _sort_key
)


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """Features of `entities`, in their order, all as known at `at`."""

    of: FeatureViewRecord
    at: datetime
    entities: tuple[str, ...]
    vectors: tuple[FeatureVector, ...]


async def create(session: Session, given: FeatureView) -> FeatureViewRecord:
    """Check a view, fill in its currency, and keep it as the next version of its name."""
    _check(given)
    currency = given.currency and currency_code(given.currency)
    if not currency:
        tenant = await session.loaders.tenants.load(session.scope.tenant_id)
        if tenant is None:
            raise LookupError("a session without its tenant")
        currency = tenant.reporting_currency
    view = replace(
        given,
        owner=clean(given.owner, "owner"),
        description=exact(given.description, "description").strip(),
        currency=currency,
    )
    return await session.stores.features.create(session.scope, view)


async def retire(session: Session, key: ViewKey) -> FeatureViewRecord:
    """Offer a version to nobody anew; who names it is still answered."""
    known = ViewKey(exact(key.name, "name"), _checked(key.version))
    return await session.stores.features.retire(session.scope, known)


async def page(
    session: Session,
    arguments: PageArguments,
    entities: Sequence[EntityKind],
    *,
    include_retired: bool,
) -> Page[FeatureViewRecord]:
    """One page of the tenant's views, by name and version."""
    request = session.request(VIEWS, arguments)
    return await session.stores.features.page(
        session.scope, request, entities, include_retired=include_retired
    )


async def view(session: Session, name: str, version: int | None) -> FeatureViewRecord | None:
    """That version, retired or not; the newest one in force when None."""
    known = exact(name, "name")
    if version is None:
        return await session.loaders.newest_feature_views.load(known)
    return await session.loaders.feature_views.load(ViewKey(known, _checked(version)))


async def one(session: Session, name: str, version: int | None, field: str) -> FeatureViewRecord:
    """The same, or NotFound naming `field`."""
    found = await view(session, name, version)
    if found is None:
        missing = no_feature_view(name)
        raise NotFound(missing.message, field=field, mend=missing.mend)
    return found


async def table(
    session: Session, of: FeatureViewRecord, entities: Sequence[str], at: datetime | None
) -> FeatureTable:
    """The view's features of each of `entities` at `at`; BadInput for a moment to come."""
    if not 1 <= len(entities) <= MAX_ENTITIES:
        raise BadInput(
            f"entities holds {len(entities):,}, but must hold 1 to {MAX_ENTITIES:,}",
            field="entities",
            mend="ask several times, or have them exported",
        )
    points = [FeaturePoint(of.key, entity, at) for entity in entities]
    try:
        found = await session.loaders.features.load_many(points)
    except BadInput as error:
        if error.field == "asOf":
            message = error.message.replace("asOf", "at", 1)
            raise BadInput(message, field="at", mend=error.mend) from error
        raise
    vectors = tuple(vector for vector in found if vector is not None)
    if session.uses is not None:
        session.uses.count(session.scope, of.key, len(entities))
    return FeatureTable(of, min(each.at for each in vectors), tuple(entities), vectors)


async def sources(session: Session) -> tuple[FeatureSource, ...]:
    """How new the data of each connection is that was ever read."""
    return await session.loaders.feature_sources.load(session.scope.tenant_id) or ()


async def usage(session: Session, key: ViewKey, days: int) -> tuple[FeatureUse, ...]:
    """Who read that version in the last `days` days, today included."""
    if not 1 <= days <= MAX_USAGE_DAYS:
        raise BadInput(
            f"days is {days}, but must be between 1 and {MAX_USAGE_DAYS}",
            field="days",
            mend="ask for fewer days",
        )
    today = session.clock().astimezone(UTC).date()
    span = UsageSpan(key, DateRange(today - timedelta(days=days - 1), today))
    return await session.loaders.feature_usage.load(span) or ()


def _check(given: FeatureView) -> None:
    _check_name(given.name, "name")
    if not 1 <= len(given.features) <= MAX_FEATURES:
        raise BadInput(
            f"a view has 1 to {MAX_FEATURES} features, not {len(given.features)}",
            field="features",
            mend="split it into several views",
        )
    names = [each.name for each in given.features]
    for place, each in enumerate(given.features):
        _check_feature(each, f"features.{place}")
        if each.name in names[:place]:
            raise BadInput(
                f"two features are called {each.name!r}",
                field=f"features.{place}.name",
                mend="give each a name of its own",
            )
    if given.ttl_days is not None:
        _check_days(given.ttl_days, 1, "ttlDays")


def _check_feature(feature: Feature, place: str) -> None:
    _check_column(feature.name, f"{place}.name")
    _check_days(feature.window_days, 1, f"{place}.windowDays")
    _check_days(feature.lag_days, 0, f"{place}.lagDays")
    is_rate, is_ratio = feature.metric in RATES, feature.aggregate is FeatureAggregate.RATIO
    if is_rate != is_ratio:
        mend = "give RATIO" if is_rate else "give SUM, MEAN or LAST"
        reason = "is a rate, which is Σ/Σ over its window" if is_rate else "is no rate"
        raise BadInput(
            f"{feature.metric} {reason}, so {feature.aggregate} does not fit",
            field=f"{place}.aggregate",
            mend=mend,
        )


def _check_column(name: str, field: str) -> None:
    _check_name(name, field)
    if name in KEYS:
        raise BadInput(
            f"{name!r} is a column of keys in exports", field=field, mend="call it otherwise"
        )


def _check_name(name: str, field: str) -> None:
    if not _NAME.fullmatch(name):
        raise BadInput(
            f"{field} is no name for a column",
            field=field,
            mend="give 1 to 63 of a-z, 0-9 and _, the first of them a letter",
        )


def _check_days(days: int, least: int, field: str) -> None:
    if not least <= days <= MAX_DAYS:
        raise BadInput(
            f"{field} is {days}, but must be between {least} and {MAX_DAYS}",
            field=field,
            mend="give fewer days" if days > MAX_DAYS else f"give at least {least}",
        )


def _checked(version: int) -> int:
    if not 1 <= version < 1 << 31:
        raise BadInput(
            f"version is {version}, but versions count from 1", field="version", mend="leave it out"
        )
    return version
