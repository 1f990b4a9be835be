"""Features of entities that all processes keep together, under what they were made of.

As of answers (docs/adr/0032): the place of a view's features holds the tokens of its data, so that
what is found is as new as what would be made. All features of one place are as of one moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, cast

import orjson
from redis.asyncio import Redis

from core.records.features import FeatureMissing, FeatureVector
from core.scope import TenantScope
from stores.cache.patience import Patience
from stores.cache.sealed import opened, sealed

KEPT_SECONDS: Final = 900
"""From when features of a place were last added to."""
_MOMENT: Final = "at"
_ENTITY: Final = "of:"


class FeatureCache:
    """Features of all tenants. Redis may forget or be away: then they are worked out anew."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._patience = Patience()

    async def find(
        self, scope: TenantScope, place: str, entities: Sequence[str]
    ) -> tuple[datetime | None, Mapping[str, FeatureVector]]:
        """The moment of this place, None while it has none, and those of `entities` it holds."""
        name = _name(scope, place)
        fields = [_MOMENT, *(_ENTITY + entity for entity in entities)]
        # redis-py tells of both its clients at once.
        told = await self._patience.ask(lambda: cast("Any", self._redis.hmget(name, fields)))
        values = {
            field: body
            for field, value in zip(fields, told or (), strict=False)
            if isinstance(value, bytes) and (body := opened(f"{name}:{field}", value)) is not None
        }
        moment = values.pop(_MOMENT, None)
        if moment is None:
            return None, {}
        at = datetime.fromisoformat(moment.decode())
        read = {field.removeprefix(_ENTITY): _read(body) for field, body in values.items()}
        return at, {entity: vector for entity, vector in read.items() if vector.at == at}

    async def keep(
        self, scope: TenantScope, place: str, vectors: Mapping[str, FeatureVector]
    ) -> None:
        """Keep them; the first ones decide over the moment of the place."""
        name = _name(scope, place)
        bodies = {_ENTITY + entity: _written(vector) for entity, vector in vectors.items()}
        moment = next(iter(vectors.values())).at.isoformat().encode()
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.hsetnx(name, _MOMENT, sealed(f"{name}:{_MOMENT}", moment))
        pipeline.hset(
            name,
            mapping={field: sealed(f"{name}:{field}", body) for field, body in bodies.items()},
        )
        pipeline.expire(name, KEPT_SECONDS)
        await self._patience.ask(pipeline.execute)


def _name(scope: TenantScope, place: str) -> str:
    return scope.key("features", place)


def _written(vector: FeatureVector) -> bytes:
    values = [None if each is None else str(each) for each in vector.values]
    return orjson.dumps([vector.at.isoformat(), values, vector.missing])


def _read(body: bytes) -> FeatureVector:
    at, values, missing = orjson.loads(body)
    return FeatureVector(
        datetime.fromisoformat(at),
        tuple(None if each is None else Decimal(each) for each in values),
        tuple(None if each is None else FeatureMissing(each) for each in missing),
    )
