"""The shared buckets and those of one process reckon alike."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis

from core.buckets import Rate, Taken, overflow, poured
from core.scope import TenantId, TenantScope
from core.settings import Settings
from core.tiers import Tiers
from resolvers.limits import Buckets, OwnBuckets, Payment
from stores.wiring import Stores

SLOW = Rate(per_second=1, burst=100)
SLOWER = Rate(per_second=1, burst=50)


class Clock:
    """A moment that a test moves."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=["shared", "own"])
def buckets(request: pytest.FixtureRequest, stores: Stores) -> Buckets:
    return stores.buckets if request.param == "shared" else OwnBuckets(Clock())


async def test_points_fit_until_the_bucket_is_full(buckets: Buckets, tenant: Any) -> None:
    scope = tenant.scope
    first = await buckets.take(scope, 60, [SLOW])
    assert (first.is_taken, first.level.remaining) == (True, 40)
    second = await buckets.take(scope, 60, [SLOW])
    assert not second.is_taken
    assert 19 < second.retry_after_seconds <= 20
    third = await buckets.take(scope, 40, [SLOW])
    assert (third.is_taken, third.level.remaining) == (True, 0)


async def test_what_was_not_used_comes_back(buckets: Buckets, tenant: Any) -> None:
    await buckets.take(tenant.scope, 90, [SLOW])
    back = await buckets.take(tenant.scope, -80, [SLOW], is_forced=True)
    assert back.level.remaining == 90
    # Never more than a full bucket's worth.
    full = await buckets.take(tenant.scope, -1_000, [SLOW], is_forced=True)
    assert full.level.remaining == 100


async def test_what_cannot_be_refused_overfills_by_so_much(buckets: Buckets, tenant: Any) -> None:
    await buckets.take(tenant.scope, 100_000, [SLOW], is_forced=True)
    found = await buckets.take(tenant.scope, 1, [SLOW])
    assert 100 < found.retry_after_seconds <= 101
    assert found.level.remaining == 0


async def test_a_client_has_a_bucket_within_its_tenants(buckets: Buckets, tenant: Any) -> None:
    one, other = (replace(tenant.scope, client=name) for name in ("one", "other"))
    assert (await buckets.take(one, 50, [SLOW, SLOWER])).level.remaining == 0
    refused = await buckets.take(one, 10, [SLOW, SLOWER])
    assert 9 < refused.retry_after_seconds <= 10
    # The refusal took nothing of the tenant's either.
    assert (await buckets.take(other, 50, [SLOW, SLOWER])).is_taken
    assert not (await buckets.take(tenant.scope, 10, [SLOW])).is_taken


async def test_tenants_do_not_share(buckets: Buckets, tenant: Any, new_tenant: Any) -> None:
    await buckets.take(tenant.scope, 100, [SLOW])
    other = await new_tenant()
    assert (await buckets.take(other.scope, 100, [SLOW])).is_taken


@given(st.lists(st.tuples(st.floats(0, 50), st.integers(1, 100)), max_size=30))
def test_no_more_is_taken_than_drains_and_fits(asked: list[tuple[float, int]]) -> None:
    now = empty_at = 0.0
    total = 0
    for pause, points in asked:
        now += pause
        if overflow(now, empty_at, points, SLOW) == 0:
            empty_at = poured(now, empty_at, points, SLOW)
            total += points
        assert total <= SLOW.burst + now * SLOW.per_second + 1e-6


def test_a_tier_that_no_setting_names_has_the_smallest_numbers() -> None:
    tiers = Tiers(Settings(tier_points_burst={"PRO": 7, "FREE": 5}))
    assert tiers.of("GOLD").rate.burst == 5
    assert tiers.of("PRO").rate.burst == 7


def test_a_client_may_spend_half() -> None:
    scope = TenantScope(tenant_id=None, actor="cli", client="notebook")  # type: ignore[arg-type]
    whole, half = Tiers(Settings()).of("FREE").rates(scope)
    assert (whole.burst, half.burst) == (200_000, 100_000)


async def test_what_is_settled_comes_before_what_is_asked_later(
    buckets: Buckets, tenant: Any
) -> None:
    await buckets.take(tenant.scope, 100, [SLOW])
    buckets.settle(tenant.scope, -60, [SLOW])
    assert (await buckets.take(tenant.scope, 60, [SLOW])).level.remaining == 0
    buckets.settle(tenant.scope, 50, [SLOW])
    looked = await buckets.take(tenant.scope, 0, [SLOW], is_forced=True)
    assert looked.level.reset_seconds == pytest.approx(150, abs=1)


async def test_those_who_ask_at_the_same_time_are_told_their_own(
    stores: Stores, tenant: Any, new_tenant: Any
) -> None:
    others = [await new_tenant() for _ in range(3)]
    scopes = [each.scope for each in (tenant, *others)]
    taken = [stores.buckets.take(scope, 10 * at, [SLOW]) for at, scope in enumerate(scopes)]
    told = await asyncio.gather(*taken, *taken_again(stores, scopes))
    assert [each.level.remaining for each in told[:4]] == [100, 90, 80, 70]
    assert [each.is_taken for each in told[4:]] == [True, False, False, False]


def taken_again(stores: Stores, scopes: list[TenantScope]) -> list[Coroutine[Any, Any, Taken]]:
    """What fits after nothing but the first was taken."""
    return [stores.buckets.take(scope, 95, [SLOW]) for scope in scopes]


async def test_a_server_that_forgot_the_script_is_told_it_again(
    services: Any, stores: Stores, tenant: Any
) -> None:
    await stores.buckets.take(tenant.scope, 30, [SLOW])
    async with Redis.from_url(services.redis_url) as redis:
        await redis.script_flush()
    stores.buckets.settle(tenant.scope, -10, [SLOW])
    assert (await stores.buckets.take(tenant.scope, 30, [SLOW])).level.remaining == 50


async def test_whoever_left_takes_nothing(stores: Stores, tenant: Any) -> None:
    leaving = asyncio.create_task(stores.buckets.take(tenant.scope, 100, [SLOW]))
    staying = asyncio.create_task(stores.buckets.take(tenant.scope, 90, [SLOW]))
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await staying).is_taken


@given(
    st.integers(0, 100),
    st.integers(-100, 100),
    st.floats(0, 200, allow_nan=False),
)
async def test_what_is_told_of_a_settlement_is_what_the_buckets_hold(
    taken: int, points: int, passed: float
) -> None:
    clock = Clock()
    own = OwnBuckets(clock)
    scope = TenantScope(TenantId(UUID(int=1)), actor="cli")
    found = await own.take(scope, taken, [SLOW])
    paid = Payment(scope, taken, found, (SLOW,), own, clock.now)
    clock.now += passed
    own.settle(scope, points, [SLOW])
    looked = await own.take(scope, 0, [SLOW], is_forced=True)
    told = paid.settled(points, clock.now)
    assert told.seconds == pytest.approx(looked.seconds)
