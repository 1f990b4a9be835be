"""Answers to questions, kept for their later pages: so long a page never repeats or drops a hit."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.records.search import Degraded, Path, Ranked, Ranking, SearchMode, Signal, Step
from core.scope import TenantScope

KEPT_SECONDS: Final = 900
"""From the last page that was asked for."""

log = structlog.get_logger(__name__)


class RankingCache:
    """Rankings of all tenants. Redis may forget or be away: then later pages are not to be had."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def keep(self, scope: TenantScope, key: UUID, ranking: Ranking) -> None:
        """Keep it, if Redis lets us."""
        try:
            await self._redis.set(_name(scope, key), _written(ranking), ex=KEPT_SECONDS)
        except (RedisError, OSError) as error:
            log.warning("the cache does not answer", error=type(error).__name__)

    async def find(self, scope: TenantScope, key: UUID) -> Ranking | None:
        """The ranking that was kept under `key`, for as long again; None where it is no more."""
        try:
            found = await self._redis.getex(_name(scope, key), ex=KEPT_SECONDS)
        except (RedisError, OSError) as error:
            log.warning("the cache does not answer", error=type(error).__name__)
            return None
        return _read(found) if isinstance(found, bytes) else None


def _name(scope: TenantScope, key: UUID) -> str:
    return scope.key("ranking", key.hex)


def _written(ranking: Ranking) -> bytes:
    hits = [
        [
            each.document_id.hex,
            each.score,
            [[signal.mode, signal.rank, signal.score] for signal in each.signals],
            each.words,
            [
                [path.start, *((step.edge, step.label) for step in path.steps)]
                for path in each.paths
            ],
        ]
        for each in ranking.ranked
    ]
    return orjson.dumps([hits, [[each.mode, each.reason] for each in ranking.degraded]])


def _read(body: bytes) -> Ranking:
    hits, degraded = orjson.loads(body)
    return Ranking(
        tuple(map(_hit, hits)),
        tuple(Degraded(SearchMode(mode), reason) for mode, reason in degraded),
    )


def _hit(row: list[Any]) -> Ranked:
    document_id, score, signals, words, paths = row
    return Ranked(
        UUID(hex=document_id),
        score,
        tuple(Signal(SearchMode(mode), rank, value) for mode, rank, value in signals),
        tuple(words),
        tuple(Path(start, tuple(Step(*step) for step in steps)) for start, *steps in paths),
    )
