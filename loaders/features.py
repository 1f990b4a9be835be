"""Values of features: those that are asked for together are found, or worked out, together."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import orjson

from core.records.answers import Area, Footing
from core.records.features import FeaturePoint, FeatureVector, ViewKey
from core.scope import TenantScope
from loaders.ports import Stores

_FOOTING: Final = Footing(frozenset({Area.FACTS, Area.SOURCES, Area.READINGS, Area.LABELS}))


async def vectors(
    stores: Stores, scope: TenantScope, points: Sequence[FeaturePoint]
) -> dict[FeaturePoint, FeatureVector]:
    """Of each of `points`; those of one view that are asked for as of now are of one moment."""
    groups: defaultdict[tuple[ViewKey, datetime | None], list[str]] = defaultdict(list)
    for point in points:
        groups[point.key, point.at].append(point.entity)
    found: dict[FeaturePoint, FeatureVector] = {}
    for (key, at), entities in groups.items():
        told = await _current(stores, scope, key, entities) if at is None else {}
        told = told or await _made(stores, scope, key, entities, at)
        found |= {FeaturePoint(key, entity, at): vector for entity, vector in told.items()}
    return found


async def _current(
    stores: Stores, scope: TenantScope, key: ViewKey, entities: Sequence[str]
) -> Mapping[str, FeatureVector]:
    """As of now, from where all keep them; none where nothing can be kept."""
    versions = await stores.versions.current(scope)
    tokens = None if versions is None else versions.of(_FOOTING)
    if tokens is None:
        return {}
    digest = hashlib.sha256(orjson.dumps(tokens, option=orjson.OPT_SORT_KEYS)).hexdigest()
    place = f"{key.name}:{key.version}:{digest}"
    at, kept = await stores.feature_cache.find(scope, place, entities)
    lacking = [entity for entity in entities if entity not in kept]
    if not lacking:
        return kept
    made = await _made(stores, scope, key, lacking, at)
    if made:
        await stores.feature_cache.keep(scope, place, made)
    return {**kept, **made}


async def _made(
    stores: Stores,
    scope: TenantScope,
    key: ViewKey,
    entities: Sequence[str],
    at: datetime | None,
) -> Mapping[str, FeatureVector]:
    views = await stores.features.by_keys(scope, [key])
    if key not in views:
        return {}
    return await stores.feature_values.values(scope, views[key].view, entities, at)
