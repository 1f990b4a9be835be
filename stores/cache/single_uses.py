"""Proofs that were used to write, remembered for as long as they could be used again."""

from __future__ import annotations

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.errors import Conflict, Transient
from core.scope import TenantScope

_SECONDS = 180
"""Longer than a gateway's signature holds, which may be dated a minute ahead."""


class SingleUses:
    """Lets the first who brings a proof write by it, and nobody else."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def take(self, scope: TenantScope) -> None:
        """Use the scope's proof, if it is one for a single use; as often as its bringer likes.

        Conflict for whoever brings it later, Transient when Redis is away: what may have been
        done is not done again.
        """
        if scope.once is None:
            return
        key, admission = scope.key("once", scope.once.proof), scope.once.admission
        try:
            first = await self._redis.set(key, admission, ex=_SECONDS, nx=True, get=True)
        except (RedisError, OSError) as error:
            raise Transient("the cache does not answer") from error
        if first not in {None, admission.encode()}:
            raise Conflict(
                "this signed request was carried out already",
                mend="sign every request that writes anew, with an X-Gateway-Nonce of its own",
            )
